"""What a storm needs: a database that keeps what it confirmed, proposals, and brokers at their desks."""

import pytest

from stagemakelaar import db
from stagemakelaar.db import current_session
from stagemakelaar.people.models import User
from tests.builders import Make
from tests.computed import computed, proposals
from tests.conftest import KINDS, build, sqlite_copy
from tests.crashes.storm import Storm
from tests.processes.house import Desk, House

MOST_SEATS = 100


@pytest.fixture(scope="session")
def crash_cluster(app):
    """A PostgreSQL server with production's durability, that crashes and recovers; one for all storms."""
    from tests.services.postgres import PostgresCluster

    def prepare(url):
        engine = db.make_engine(url)
        build(engine)
        engine.dispose()

    cluster = PostgresCluster(durable=True)
    cluster.template("newest_schema", prepare)
    yield cluster
    cluster.stop()


@pytest.fixture(params=KINDS)
def durable(request, tmp_path):
    """(engine, cluster or None): a database of this test alone, with the durability of production."""
    cluster = None
    if request.param == "sqlite":
        engine = sqlite_copy(request.getfixturevalue("sqlite_template"), tmp_path / "durable.sqlite")
    else:
        cluster = request.getfixturevalue("crash_cluster")
        engine = db.make_engine(cluster.create_database(cluster.template("newest_schema", None)))
    db.bind(engine, join_transaction_mode="conditional_savepoint")
    yield engine, cluster
    db.close_session()
    engine.dispose()
    db.bind(None)


@pytest.fixture
def storm(app, durable, zygote, post_office):
    """`storm(proposals=20)` gives a Storm that is ready to rage."""
    engine, cluster = durable
    houses = []

    def gather(proposals_wanted, *, lease=None, brokers=4, broker_url=None, **more):
        make = Make()
        broker = make.broker()
        for _number in range(proposals_wanted):
            make.student(searching=True)
        organisation = make.organisation()
        for start in range(0, proposals_wanted, MOST_SEATS):
            make.place(organisation, seats=min(MOST_SEATS, proposals_wanted - start))
        _round, run = computed(broker)
        found = [one.id for one in proposals(run)]
        facts = {name: value for name, value in (("lease", lease), ("broker", broker_url)) if value is not None}
        smtp = f"smtp://{post_office.host}:{post_office.port}?tls=none"
        houses.append(House(zygote, engine.url.render_as_string(hide_password=False), smtp, **facts))
        user = current_session().get(User, broker.id)
        desks = [Desk(houses[0], app, user, f"/voorstellen/{found[0]}") for _number in range(brokers)]
        db.close_session()
        return Storm(houses[0], desks, found, post_office, cluster=cluster, **more)

    yield gather
    for house in houses:
        house.close()
