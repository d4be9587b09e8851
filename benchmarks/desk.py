"""How long the pages take on which a broker spends the day, and how much they ask of the database.

    .venv/bin/python -m benchmarks.desk                                  # scale region, an SQLite file of its own
    .venv/bin/python -m benchmarks.desk --database postgresql://…/empty_database --scale city
    .venv/bin/python -m benchmarks.desk --database sqlite:////tmp/x.sqlite --filled    # as an earlier run left it

Seeds the scale, computes two more runs of the round under review, signs a broker and a coordinator in, and asks each
page at least 200 times of the application itself (no network): the case page of another student each time, and the
comparison of two runs. Prints, and writes to `build/bench/desk-<scale>-<database>.json`: milliseconds (median, 95th
percentile, worst), those of the processor (which others on the machine do not change; without a PostgreSQL server's),
statements (least and most; more where "last seen" was written), kB of the answer. Ends with 1 when
a page misses its goal. Region seeds for minutes.
"""

import argparse
import json
import os
import platform
import subprocess
import sys
import tempfile
import time
from contextlib import contextmanager
from itertools import cycle

from sqlalchemy import event, func, select

from benchmarks.city import ROOT, command, spread

REQUESTS = 200
GOAL = 300  # milliseconds at the 95th percentile, for the pages below that have a promise
PROMISED = ("today", "today of all", "case", "compare")


def main(words=None):
    """Seed, measure, write and print."""
    options = _options(words)
    with tempfile.TemporaryDirectory() as folder:
        url = options.database or f"sqlite:///{folder}/desk.sqlite"
        clock = {"STAGEMAKELAAR_CLOCK": options.clock} if options.clock else {}
        environment = (
            os.environ
            | clock
            | {
                "STAGEMAKELAAR_ENV": "demo",
                "STAGEMAKELAAR_INSTANCE": folder,
                "STAGEMAKELAAR_WORKER": "off",
                "DATABASE_URL": url,
            }
        )
        if not options.filled:
            command(environment, "seed", "--scale", options.scale)
            for _run in range(2):
                command(environment, "match", "--programme", "noord")
        os.environ.update(environment)
        found = _measured(options.requests)
    kind = url.partition(":")[0].partition("+")[0]
    facts = {
        "scale": options.scale,
        "database": kind,
        "commit": _commit(),
        "python": platform.python_version(),
        "cores": os.cpu_count(),
        "load_before": round(os.getloadavg()[0], 1),
        **found,
    }
    target = ROOT / "build" / "bench" / f"desk-{options.scale}-{kind}.json"
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_text(json.dumps(facts, indent=2) + "\n")
    print(json.dumps(facts, indent=2))
    slow = [name for name in PROMISED if name in found["pages"] and found["pages"][name]["ms"]["p95"] > GOAL]
    return 1 if slow else 0


def _options(words):
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--scale", default="region", choices=["demo", "city", "region"])
    parser.add_argument("--database", help="SQLAlchemy address of an empty database")
    parser.add_argument("--filled", action="store_true", help="measure what is there, without seeding")
    parser.add_argument("--clock", help="the moment at which time stands, as STAGEMAKELAAR_CLOCK")
    parser.add_argument("--requests", type=int, default=REQUESTS)
    return parser.parse_args(words)


def _commit():
    git = ("git", "describe", "--always", "--dirty")
    return subprocess.run(git, cwd=ROOT, capture_output=True, text=True, check=False).stdout.strip()


def _measured(requests):
    """Ask every page; the size of the database beside it, and what the pages are."""
    from config import from_environment
    from stagemakelaar import create_app, db

    app = create_app(from_environment())
    session = db.current_session()
    broker, coordinator = _signed_in(app, "broker"), _signed_in(app, "coordinator")
    pages = {name: {} for name in _addresses(session)}
    rows = _rows(session)
    for name, addresses in _addresses(session).items():
        db.close_session()
        reader = coordinator if name == "today of a coordinator" else broker
        pages[name] = _ask(reader, addresses, requests, session.get_bind())
    return {"requests": requests, "rows": rows, "pages": pages}


def _signed_in(app, local):
    """A client in which this account of the demo is signed in, as after the whole way in."""
    from stagemakelaar import db
    from stagemakelaar.people import signing_in
    from stagemakelaar.people.models import User
    from stagemakelaar.web import signed_in

    with db.transaction() as session:
        user = session.scalars(select(User).where(User.email == f"{local}@demo.example")).one()
        cookie = signed_in.cookie_of(user, signing_in.open_session(session, user))
    client = app.test_client()
    with client.session_transaction() as stored:
        stored.update(cookie)
    return client


def _rows(session):
    """How much there is, in the whole database and in noord."""
    from stagemakelaar.casework.models import Case
    from stagemakelaar.people.models import Programme
    from stagemakelaar.placements.models import Placement
    from stagemakelaar.places.models import Place

    noord = session.scalar(select(Programme.id).where(Programme.slug == "noord"))
    counts = {}
    for model in (Case, Place, Placement):
        everywhere = session.scalar(select(func.count()).select_from(model))
        here = session.scalar(select(func.count()).select_from(model).where(model.programme_id == noord))
        counts[model.__tablename__] = {"all": everywhere, "noord": here}
    return counts


def _addresses(session):
    """Name of a page → its addresses, asked in turn."""
    from stagemakelaar.casework.models import Case
    from stagemakelaar.people.models import Programme
    from stagemakelaar.rounds.models import Round, RoundState, Run, RunState

    noord = session.scalar(select(Programme.id).where(Programme.slug == "noord"))
    students = session.scalars(select(Case.student_id).where(Case.programme_id == noord).order_by(Case.id)).all()
    found = {
        "today": ["/makelaar"],
        "today of all": ["/makelaar?van=allen", "/makelaar?van=allen&pagina=2", "/makelaar?van=allen&haast=laat"],
        "today of a coordinator": ["/makelaar"],
        "case": [f"/studenten/{number}" for number in students[:: max(len(students) // 400, 1)]],
        "students": ["/studenten", "/studenten?stand=searching", "/studenten?van=mij&volgorde=sinds"],
        "placements": ["/plaatsingen", "/plaatsingen?antwoord=laat", "/plaatsingen?volgorde=-begin"],
        "places": ["/plekken", "/plekken?stand=open&volgorde=einde"],
        "companies": ["/organisaties", "/organisaties?zoek=zorg"],
    }
    review = session.scalar(select(Round.id).where(Round.programme_id == noord, Round.state == RoundState.REVIEW))
    runs = session.scalars(
        select(Run.id).where(Run.round_id == review, Run.state == RunState.COMPUTED).order_by(Run.id)
    ).all()
    if len(runs) > 1:
        found["compare"] = [f"/rondes/{review}/vergelijken?a={runs[0]}&b={run}" for run in runs[1:]]
    return found


def _ask(client, addresses, requests, engine):
    """Ask these addresses in turn; the first of each is counted too, as people meet it."""
    taken, worked, asked, size = [], [], [], 0
    for address, _number in zip(cycle(addresses), range(requests), strict=False):
        began, cpu = time.perf_counter(), time.process_time()
        with _statements(engine) as sent:
            answer = client.get(address)
        taken.append(1000 * (time.perf_counter() - began))
        worked.append(1000 * (time.process_time() - cpu))
        if answer.status_code != 200:
            sys.exit(f"{address}: {answer.status_code}")
        asked.append(sent[0])
        size = max(size, len(answer.data))
    return {
        "ms": spread(taken),
        "cpu_ms": spread(worked),
        "statements": [min(asked), max(asked)],
        "kB": round(size / 1000),
    }


@contextmanager
def _statements(engine):
    """Count what is asked of the database."""
    count = [0]

    def note(*_facts):
        count[0] += 1

    event.listen(engine, "before_cursor_execute", note)
    try:
        yield count
    finally:
        event.remove(engine, "before_cursor_execute", note)


if __name__ == "__main__":
    sys.path.insert(0, str(ROOT))
    sys.exit(main())
