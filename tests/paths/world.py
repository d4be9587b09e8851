"""A small town on a real database and real pages: forms are sent as they were served, or forged where none is served.

Everything happens inside one savepoint per example, so that the next example finds the town as it was built.
"""

import re
from contextlib import contextmanager
from datetime import date, timedelta
from types import SimpleNamespace as Thing

from sqlalchemy import select

from stagemakelaar import audit, clock, db, jobs
from stagemakelaar.casework.models import Case, HandOver, HandOverState
from stagemakelaar.letters import Writer
from stagemakelaar.matching import Problem, objections, solve
from stagemakelaar.matching.findings import findings
from stagemakelaar.outbox import Message
from stagemakelaar.people.models import Student, User
from stagemakelaar.people.signing_in import open_session
from stagemakelaar.placements.models import Placement
from stagemakelaar.places.models import Organisation, Place
from stagemakelaar.rounds.models import HandChange, Proposal, Round, Run
from tests.builders import Make
from tests.pages import signing_in_cookie
from tests.served import TOKEN, forms_of, values_of

FLOWS = {model.__tablename__: model.FLOW for model in (Case, Placement, Proposal, Round, Run, Place, HandOver, Message)}
OUR_FAULT = 500


class Town:
    """Who lives here, built once by the builders of the tests; numbers of people and places never change after."""

    def __init__(self):
        make = Make()
        self.programme = make.programme(undo_minutes=30).id
        self.brokers = [make.broker(name=name).id for name in ("Fatima", "Yusuf")]
        spring = {"starts_on": date(2027, 3, 1), "school_hours": 8}
        self.students = [make.student(searching=number < 3, **spring).id for number in range(4)]
        de_linde, de_eik = make.organisation(name="De Linde"), make.organisation(name="De Eik")
        guided = {"trainer_name": "Henk Smit", "steps_done": ["werk"], "tasks": "Je helpt bij het eten."}
        guided["ends_on"] = date(2028, 12, 31)  # whoever comes later, and every place they are offered, fits in it too
        self.places = [
            make.place(at, seats=seats, title=title, **guided).id
            for at, seats, title in ((de_linde, 1, "Keuken"), (de_linde, 2, "Huiskamer"), (de_eik, 1, "Tuin"))
        ]
        self.employers = {one.id: make.employer_of(one).id for one in (de_linde, de_eik)}
        self.users = {student: db.current_session().get(Student, student).user_id for student in self.students}


class World:
    """The town in one example, and its browsers."""

    def __init__(self, app, town, moment):
        self.app, self.town, self.set_clock = app, town, moment
        self.now = clock.now()
        self.windows, self.sent, self.letters, self.tabs = {}, set(), [], []
        self.post = Writer(app)
        self.users = dict(town.users)

    # --- what people do ----------------------------------------------------------------------------------------------

    def window(self, user_id):
        """A browser in which this user is signed in; sessions do not outlive a step of the clock."""
        if user_id not in self.windows:
            client = self.app.test_client()
            with db.transaction() as session:
                user = session.get(User, user_id)
                token = open_session(session, user)
            with client.session_transaction() as cookie:
                cookie.update(signing_in_cookie(user, token))
            self.windows[user_id] = client
        return self.windows[user_id]

    def get(self, user_id, path):
        """A page as somebody sees it: (status, text)."""
        answer = self.window(user_id).get(path)
        assert answer.status_code < OUR_FAULT, f"GET {path}: {answer.status_code}"
        return answer.status_code, answer.get_data(as_text=True)

    def send(self, user_id, page, address, **values):
        """Send the form of a page as it was served, or a forged one where the page does not offer it; the status."""
        _status, text = self.get(user_id, page)
        served = next((form for action, form in forms_of(text, page) if action == address), None)
        sent = values_of(served) if served else {}
        if not served:
            token = TOKEN.search(text) or TOKEN.search(self.get(user_id, "/hulp")[1])
            sent["csrf_token"] = token[1]
        values = {name: value for name, value in values.items() if not (name == "version" and name in sent)}
        return self.press(user_id, address, sent | values)

    def press(self, user_id, address, values):
        """Send values as they are; what was sent once can be sent again from an old tab."""
        self.last_sent = values
        answer = self.window(user_id).post(address, data=values)
        assert answer.status_code < OUR_FAULT, f"POST {address}: {answer.status_code}"
        self.answer = answer
        return answer.status_code

    def stranger(self):
        """A browser in which nobody is signed in."""
        return self.app.test_client()

    @staticmethod
    def token_of(answer):
        return TOKEN.search(answer.get_data(as_text=True))[1]

    def told(self):
        """What the last answer says, in short."""
        text = re.sub(r"<[^>]+>|\s+", " ", self.answer.get_data(as_text=True).partition("<main")[2])
        return re.sub(r" +", " ", text)[:600]

    # --- what passes -------------------------------------------------------------------------------------------------

    def later(self, **span):
        """Move the clock and let the worker do what is due."""
        self.now += timedelta(**span)
        self.set_clock(self.now.isoformat())
        self.windows.clear()
        self.deliver()
        jobs.tidy()

    def deliver(self):
        while (counts := jobs.deliver(self.take, self.post))["claimed"]:
            assert counts["sent"] == counts["claimed"], counts
        db.close_session()

    def take(self, letter):
        """The post office: a letter may come once only, as nothing fails here."""
        assert letter["Message-ID"] not in self.sent, f"twice: {letter['Subject']}"
        self.sent.add(letter["Message-ID"])
        self.letters.append(letter)

    def compute(self):
        """Let the worker take up every run that waits; nobody dies here, so no process of its own is needed."""
        jobs.take_up_runs()
        db.close_session()

    # --- what stands, in short ---------------------------------------------------------------------------------------

    def know(self, student):
        """Somebody new."""
        self.users[student] = db.current_session().get(Student, student).user_id

    def version_of(self, placement):
        return db.current_session().scalar(select(Placement.version).where(Placement.id == placement))

    def starts_on(self, placement):
        return db.current_session().scalar(select(Placement.starts_on).where(Placement.id == placement))

    def last_name(self, student):
        return db.current_session().scalar(select(Student.last_name).where(Student.id == student))

    def organisation_of(self, place):
        return db.current_session().scalar(select(Place.organisation_id).where(Place.id == place))

    def name_of(self, place):
        named = select(Organisation.name).join(Place, Place.organisation_id == Organisation.id)
        return db.current_session().scalar(named.where(Place.id == place))

    def outline(self):
        """Every record that can move, in one list, to see whether anything moved."""
        found = self.facts()
        return [(table, row.id, row.state) for table in FLOWS for row in getattr(found, table)]

    # --- what stands -------------------------------------------------------------------------------------------------

    def facts(self):
        """All that the model speaks of, as the database has it."""
        session = db.look_again()

        def rows(*columns, where=True):
            return [
                Thing(**row._mapping) for row in session.execute(select(*columns).where(where).order_by(columns[0]))
            ]

        found = Thing(
            case_file=rows(Case.id, Case.student_id, Case.state, Case.paused_from, Case.broker_id),
            placement=rows(
                *(Placement.id, Placement.student_id, Placement.place_id, Placement.state, Placement.withdrawn_by),
                *(Placement.student_accepted_at, Placement.employer_confirmed_at, Placement.approved_by_id),
            ),
            proposal=rows(*(Proposal.id, Proposal.run_id, Proposal.student_id, Proposal.place_id, Proposal.state)),
            round=rows(Round.id, Round.state, Round.chosen_run_id),
            run=rows(Run.id, Run.round_id, Run.state),
            place=rows(Place.id, Place.state, Place.seats, Place.free),
            hand_over=rows(HandOver.id, HandOver.state, HandOver.to_id, HandOver.case_id),
            message=rows(Message.id, Message.key, Message.state),
            change=rows(HandChange.id, HandChange.student_id, HandChange.kind, HandChange.undone_at),
            trail=session.scalar(select(audit.Entry.seq).order_by(audit.Entry.seq.desc()).limit(1)) or 0,
        )
        found.waiting = {one.case_id: one.to_id for one in found.hand_over if one.state is HandOverState.WAITING}
        return found

    def moves_since(self, seq):
        """(table, number, from, to) of every move that the trail tells after a line."""
        lines = db.current_session().scalars(select(audit.Entry).where(audit.Entry.seq > seq).order_by(audit.Entry.seq))
        for line in lines:
            table, _, to = line.action.rpartition(".")
            is_move = table in FLOWS and "before" in line.details and line.object_type == table
            if is_move and to in {state.value for state in FLOWS[table]}:
                yield table, line.object_id, line.details["before"], to


def in_this_process(frozen, _watch, _stop):
    """Solve as the child process of a worker does, but here."""
    problem = Problem.from_bytes(frozen)
    outcome = solve(problem)
    wrong = objections(problem, outcome)
    assert not wrong, wrong
    return outcome, findings(problem, outcome)


@contextmanager
def taken_back(connection):
    """A savepoint around an example."""
    db.close_session()
    savepoint = connection.begin_nested()
    try:
        yield
    finally:
        db.close_session()
        savepoint.rollback()
