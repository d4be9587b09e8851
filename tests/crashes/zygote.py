"""A process that has imported everything and forks a victim at each line it reads; victims approve, deliver, and die.

Arguments: database address, SMTP address, clock file. Reads "go" lines; a victim tells "started PID" and, for each
approval that its database confirmed, "approved PROPOSAL". Reads "finish" to deliver all that is left, without dying.
"""

import os
import sys
from dataclasses import replace
from pathlib import Path

from sqlalchemy import select

from config import from_environment
from stagemakelaar import clock, create_app, db
from stagemakelaar.people.models import Role, User
from stagemakelaar.rounds import review
from stagemakelaar.rounds.models import Proposal, ProposalState
from stagemakelaar.worker import deliver_once


def tell(words):
    os.write(1, f"{words}\n".encode())


def approve_next():
    """Approve the first open proposal; False when none is left."""
    session = db.current_session()
    found = session.scalars(
        select(Proposal.id).where(Proposal.state == ProposalState.OPEN).order_by(Proposal.id)
    ).first()
    if found is None:
        return False
    with db.transaction() as session:
        broker = session.scalars(select(User).where(User.role == Role.BROKER).order_by(User.id)).first()
        review.approve(session, session.get(Proposal, found), by=broker)
    tell(f"approved {found}")
    return True


def victim(app):
    db.bind(db.make_engine(app.config["SETTINGS"].database_url))
    tell(f"started {os.getpid()}")
    with app.app_context():
        while True:
            more = approve_next()
            if not deliver_once(app, 20)["claimed"] and not more:
                break
    tell("done")
    os._exit(0)


def finish(app):
    db.bind(db.make_engine(app.config["SETTINGS"].database_url))
    with app.app_context():
        while deliver_once(app, 50)["claimed"]:
            pass
    db.close_session()
    tell("finished")


def main(database, smtp, clock_file):
    environment = {"STAGEMAKELAAR_ENV": "demo", "DATABASE_URL": database, "SMTP_URL": smtp}
    settings = replace(from_environment(environment), clock=f"file:{clock_file}", instance=Path(clock_file).parent)
    app = create_app(settings)
    clock.set_clock(settings.clock)
    for line in sys.stdin:
        if line.strip() == "finish":
            finish(app)
        elif os.fork() == 0:
            victim(app)
        else:
            os.wait()
            tell("dead")


if __name__ == "__main__":
    main(*sys.argv[1:])
