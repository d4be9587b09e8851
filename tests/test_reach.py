"""The snapshot in columns holds what a plain one holds; in a large round, who has enough is listed with less."""

from datetime import date

import numpy as np
import pytest
from sqlalchemy import select, update

from benchmarks.pipeline_database import PROGRAMME, RUN, SIZES, fill
from stagemakelaar import db, reach, schema
from stagemakelaar.matching.eligibility import Rule
from stagemakelaar.matching.judgement import judge
from stagemakelaar.people.models import Profile, Student
from stagemakelaar.places.models import Place, Recognition
from stagemakelaar.reference.models import Equivalent
from stagemakelaar.rounds import snapshot
from stagemakelaar.rounds.models import Run
from tests.conftest import KINDS, rolled_back
from tests.rounds.plain_snapshot import differences, plain
from tests.rows import row


def test_the_demo_in_columns_is_the_demo_row_by_row(demo):
    runs = demo.scalars(select(Run)).all()
    for run in runs:
        problem = snapshot.freeze(db.current_session(), run)
        assert len(problem.pairs) > 0
        assert differences(problem, plain(demo, run.programme_id)) == []
    assert runs


@pytest.fixture(scope="module", params=KINDS)
def crowded(request, app, tmp_path_factory):
    """An engine on a programme of the size of a city."""
    if request.param == "sqlite":
        engine = db.make_engine(f"sqlite:///{tmp_path_factory.mktemp('crowd') / 'crowd.sqlite'}")
    else:
        engine = db.make_engine(request.getfixturevalue("postgres_cluster").create_database())
    schema.migrate(engine)
    fill(engine, SIZES["S"], seed=1)
    yield engine
    engine.dispose()


@pytest.fixture
def crowd(crowded):
    """A session in that programme; what is changed is rolled back."""
    with rolled_back(crowded), db.transaction() as session:
        yield session


def test_a_crowd_in_columns_is_the_crowd_row_by_row_with_all_that_is_rare(crowd):
    rare = (
        (Profile, Profile.student_id % 11 == 1, {"postcode": "0000 AA"}),  # nobody knows where that is
        (Profile, Profile.student_id % 11 == 2, {"postcode": "1791 AB"}),  # on an island
        (Profile, Profile.student_id % 11 == 3, {"travel_modes": []}),
        (Profile, Profile.student_id % 11 == 4, {"searching_since": None, "school_hours": None}),
        (Profile, Profile.student_id % 11 == 5, {"kinds": [], "wishes": ["lift", "quiet_place"]}),
        (Student, Student.id % 7 == 1, {"birth_date": date(2009, 4, 4)}),
        (Place, Place.id % 9 == 1, {"ends_on": None, "allowance_cents": None, "pays_travel": None}),
        (Place, Place.id % 9 == 2, {"postcode": "1791 AB", "allowance_cents": 0}),
        (Place, Place.id % 9 == 3, {"free": 0}),
        (Place, Place.id % 9 == 4, {"starts_on": None}),
        (Recognition, Recognition.id % 5 == 1, {"checked_at": None, "checked_by_id": None}),
        (Recognition, Recognition.id % 5 == 2, {"withdrawn_on": date(2027, 5, 1), "valid_until": None}),
    )
    for model, which, values in rare:
        crowd.execute(update(model).where(which).values(**values))
    row(crowd, Equivalent, code="25000", equivalent_code="25006", valid_from=date(2027, 1, 1))
    row(crowd, Equivalent, code="25001", equivalent_code="25000", valid_until=date(2027, 6, 1))
    row(crowd, Equivalent, code="25002", equivalent_code="25000", valid_until=date(2020, 6, 1))
    problem = snapshot.freeze(crowd, crowd.get(Run, RUN))
    assert (problem.pairs.minutes == -1).any()
    assert differences(problem, plain(crowd, PROGRAMME)) == []


def test_in_a_large_round_who_fits_enough_places_is_listed_with_those_and_the_others_with_all(crowd, monkeypatch):
    run = crowd.get(Run, RUN)
    full = snapshot.freeze(crowd, run)
    monkeypatch.setattr(reach, "LISTED_IN_FULL", 0)
    monkeypatch.setattr(reach, "ENOUGH", 15)
    less = snapshot.freeze(crowd, run)
    people, pairs, i = full.candidates, full.pairs, full.pair_candidate
    others = [rule for rule in Rule if rule not in {*reach.CLOSES, Rule.LEERWEG, Rule.TRAVEL}]
    fits = (judge(full).broken & ~sum(rule.bit for rule in others)) == 0
    has_enough = np.bincount(i, weights=fits, minlength=len(people)) >= 15
    assert 20 < has_enough.sum() < len(people) - 20
    listed = fits | ~has_enough[i]
    for name in ("candidate", "opening", "minutes", "mode", "is_estimate"):
        assert getattr(less.pairs, name).tolist() == getattr(pairs, name)[listed].tolist()
    left = judge(less).eligible
    assert [left.sum(), judge(less).fit[left].sum()] == [
        judge(full).eligible.sum(),
        judge(full).fit[judge(full).eligible].sum(),
    ]
