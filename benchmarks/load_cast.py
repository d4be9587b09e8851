"""Who takes part in a load test: people of a seeded demo, signed in beforehand, and what each of them looks at.

    DATABASE_URL=… python -m benchmarks.load_cast NEEDS.json OUT.json

Runs in a process of its own with the settings of the service, so that its cookies are those of the service.
"""

import json
import random
import sys
from collections import defaultdict
from pathlib import Path

from sqlalchemy import select

PASSWORD = "veertig-groene-fietsen"  # published, as all of the demo
# Of a hundred pages, who asks for how many. An assumption: students are most, brokers click most.
SHARES = {"student": 40, "employer": 20, "broker": 30, "nobody": 10}


def main(needs, out):
    """Choose people, sign them in, and write down who they are."""
    from config import from_environment
    from stagemakelaar import create_app, db

    app = create_app(from_environment())
    asked = json.loads(Path(needs).read_text())
    with app.app_context():
        made = Cast(app, db.current_session(), asked).made()
    Path(out).write_text(json.dumps(made))


class Cast:
    """Rolverdeling."""

    def __init__(self, app, session, asked):
        self._app, self._session, self._asked = app, session, asked
        self._draw = random.Random(asked["seed"])

    def made(self):
        """The people of each kind, as the locust file takes them."""
        from stagemakelaar.people.models import Role

        self._staff = self._users(Role.BROKER)
        self._noord = self._programme("noord")
        readers, deciders = self._asked["readers"], self._asked["deciders"]
        return {
            "readers": self._brokers(readers) if self._asked["only_brokers"] else self._readers(readers),
            "deciders": self._deciders(deciders, same=self._asked["same_proposals"]),
            "newcomers": self._newcomers(self._asked["newcomers"]),
            "registering": [{"slug": "noord"}] * self._asked["registering"],
        }

    # --- people ---

    def _users(self, role):
        from stagemakelaar.people.models import User

        found = self._session.scalars(
            select(User).where(User.role == role, User.disabled_at.is_(None)).order_by(User.id)
        )
        return [user for user in found if user.totp_secret or not user.is_staff]

    def _programme(self, slug):
        from stagemakelaar.people.models import Programme

        return self._session.scalars(select(Programme.id).where(Programme.slug == slug)).one()

    def _cookies(self, user):
        """The cookies of a browser in which this user just signed in."""
        from stagemakelaar import db
        from stagemakelaar.people import signing_in
        from stagemakelaar.web import signed_in

        with db.transaction() as session:
            held = signed_in.cookie_of(user, signing_in.open_session(session, user))
        signer = self._app.session_interface.get_signing_serializer(self._app)
        return {self._app.config["SESSION_COOKIE_NAME"]: signer.dumps(held)}

    def _readers(self, count):
        """Readers in the shares above; each looks at what the role has."""
        kinds = [kind for kind, share in SHARES.items() for _one in range(round(count * share / 100))]
        kinds += ["student"] * (count - len(kinds))
        by_kind = {kind: kinds.count(kind) for kind in SHARES}
        found = [
            *self._students(by_kind["student"]),
            *self._employers(by_kind["employer"]),
            *self._brokers(by_kind["broker"]),
            *({"cookies": {}, "paths": NOBODY} for _one in range(by_kind["nobody"])),
        ]
        self._draw.shuffle(found)
        return found

    def _students(self, count):
        from stagemakelaar.people.models import Role, Student, User
        from stagemakelaar.placements.models import Placement

        users = (
            select(User)
            .join(Student, Student.user_id == User.id)
            .where(User.role == Role.STUDENT, User.disabled_at.is_(None), Student.merged_into_id.is_(None))
        )
        placed = self._sample(users.where(Student.id.in_(select(Placement.student_id))), count // 2)
        others = self._sample(users, count - len(placed))
        return [{"cookies": self._cookies(user), "paths": STUDENT} for user in (*placed, *others)]

    def _employers(self, count):
        from stagemakelaar.people.models import User
        from stagemakelaar.places.models import Membership, Place

        manages = select(Membership.user_id).join(Place, Place.organisation_id == Membership.organisation_id)
        users = self._sample(select(User).where(User.id.in_(manages.where(Membership.manages))), count)
        found = []
        for user in users:
            own = select(Membership.organisation_id).where(Membership.user_id == user.id)
            places = self._session.scalars(select(Place.id).where(Place.organisation_id.in_(own)).limit(5)).all()
            more = [["own place", f"/bedrijf/plekken/{place}"] for place in places]
            found.append({"cookies": self._cookies(user), "paths": EMPLOYER + more[:4]})
        return found

    def _brokers(self, count):
        """Brokers, some more than once (each time another browser), with the cases and proposals of their programme."""
        cases, offered = self._cases(), self._proposals()
        staff = sorted(self._staff, key=lambda user: user.programme_id != self._noord)
        found = []
        for number in range(count):
            user = staff[number % len(staff)]
            own = cases[user.programme_id]
            mine = [["case", f"/studenten/{one}"] for one in self._draw.sample(own, min(8, len(own)))]
            theirs = offered[user.programme_id]
            mine += [["proposal", f"/voorstellen/{one}"] for one in self._draw.sample(theirs, min(6, len(theirs)))]
            found.append({"cookies": self._cookies(user), "paths": BROKER + mine})
        return found

    def _sample(self, statement, count):
        from stagemakelaar.people.models import User

        numbers = sorted(self._session.scalars(statement.with_only_columns(User.id).distinct()))
        chosen = self._draw.sample(numbers, min(count, len(numbers)))
        return [self._session.get_one(User, number) for number in chosen]

    # --- what they do ---

    def _cases(self):
        from stagemakelaar.casework.models import Case

        found = defaultdict(list)
        for programme, student in self._session.execute(select(Case.programme_id, Case.student_id).order_by(Case.id)):
            found[programme].append(student)
        return found

    def _proposals(self):
        """The open proposals of each programme, in the run that is being decided about."""
        from stagemakelaar.rounds.models import Proposal, ProposalState, Round, RoundState

        chosen = select(Proposal.programme_id, Proposal.id).join(Round, Round.chosen_run_id == Proposal.run_id)
        live = chosen.where(Round.state == RoundState.REVIEW, Proposal.state == ProposalState.OPEN)
        found = defaultdict(list)
        for programme, proposal in self._session.execute(live.order_by(Proposal.id)):
            found[programme].append(proposal)
        return found

    def _deciders(self, count, *, same):
        """Brokers with a hand of proposals each; with `same`, all of noord with the same so many."""
        offered = self._proposals()
        if same:
            hand = offered[self._noord][:same]
            brokers = [user for user in self._staff if user.programme_id == self._noord][:count]
            if len(brokers) < count or len(hand) < same:
                raise SystemExit(f"noord has {len(brokers)} brokers and {len(hand)} open proposals")
            return [{"cookies": self._cookies(user), "proposals": self._shuffled(hand)} for user in brokers]
        staff = [user for user in self._staff if offered[user.programme_id]]
        self._draw.shuffle(staff)
        chosen = [staff[number % len(staff)] for number in range(count)] if staff else []
        of_programme = defaultdict(list)
        for place, user in enumerate(chosen):
            of_programme[user.programme_id].append(place)
        hands = [[] for _one in chosen]
        for programme, places in of_programme.items():
            for number, proposal in enumerate(self._shuffled(offered[programme])):
                hands[places[number % len(places)]].append(proposal)
        return [{"cookies": self._cookies(user), "proposals": hand} for user, hand in zip(chosen, hands, strict=True)]

    def _newcomers(self, count):
        """Those who sign in: each with mailboxes and staff accounts of their own, so that no code is wanted twice."""
        from stagemakelaar.people.models import Role, User

        if not count:
            return []
        by_link = self._sample(select(User).where(User.role.in_([Role.STUDENT, Role.EMPLOYER])), count * 40)
        staff = self._shuffled(self._staff)
        return [
            {
                "by_link": [user.email for user in by_link[number::count]],
                "staff": [
                    {"email": user.email, "password": PASSWORD, "secret": user.totp_secret}
                    for user in staff[number::count]
                ],
            }
            for number in range(count)
        ]

    def _shuffled(self, values):
        values = list(values)
        self._draw.shuffle(values)
        return values


# A page stands here as often as it is asked for.
NOBODY = [["front", "/"], ["front", "/"], ["sign in", "/inloggen"], ["register", "/aanmelden/noord"], ["help", "/hulp"]]
STUDENT = [
    *[["student", "/student"]] * 5,
    *[["own profile", "/student/profiel"]] * 2,
    ["own data", "/student/gegevens"],
    ["profile step", "/student/profiel/wanneer"],
    ["who saw", "/student/wie-zag-mijn-gegevens"],
]
EMPLOYER = [
    *[["employer", "/bedrijf"]] * 4,
    ["organisation", "/bedrijf/gegevens"],
    ["recognitions", "/bedrijf/erkenningen"],
]
BROKER = [
    *[["today", "/makelaar"]] * 5,
    *[["students", "/studenten"]] * 2,
    ["tasks", "/taken"],
    ["organisations", "/organisaties"],
    ["places", "/plekken"],
    ["placements", "/plaatsingen"],
    ["post", "/post"],
    ["rounds", "/rondes"],
]

if __name__ == "__main__":
    main(*sys.argv[1:3])
