"""What brokers keep beside the road itself, by the actions: tasks, notes, contacts with companies, cases handed over.

A handful per programme, whatever the scale: enough to see each kind and each state where a newcomer looks for them.
"""

from sqlalchemy import select

from stagemakelaar.casework import actions, tasks
from stagemakelaar.casework.models import Case, CaseState, ContactKind, PlaceAnswer
from stagemakelaar.casework.queries import brokers_of
from stagemakelaar.places.models import Organisation, OrganisationState

FEW = 6
HANDED = "Ik ga weg bij het programma. De student wil graag in de zorg en belt liever dan dat hij mailt."
# What a company answered when it was asked for a place, if it was.
SAID = (
    (None, "Tevreden over de laatste stagiair."),
    (PlaceAnswer.LATER, "Wil na de verhuizing weer meedoen."),
    (PlaceAnswer.NO, "Nu niemand die kan begeleiden."),
)
ANSWERS = (actions.accept_hand_over, actions.hand_back)  # the third hand-over waits for one


class Kept:
    """Bewaard in een programma: who works there, some cases and companies, and what is kept about them."""

    def __init__(self, town):
        self.town, self.day = town, town.country.day

    def fill(self, session):
        """A few days ago: write everything down."""
        broker, *_others = self._brokers(session)
        cases, companies = self._cases(session), self._companies(session)
        self._tasks(session, broker, cases, companies)
        for case in cases[:2]:
            actions.write_note(session, case, text="Reageert sneller op een appje dan op mail.", by=broker)
        for number, company in enumerate(companies):
            tasks.record_organisation_contact(
                session,
                company,
                kind=(ContactKind.CALL, ContactKind.VISIT)[number % 2],
                held_on=self.day(-4 - number),
                with_whom=self.town.contact(),
                note=SAID[number % len(SAID)][1],
                answer=SAID[number % len(SAID)][0],
                by=broker,
            )
        self._hand_over(session, cases)

    def _tasks(self, session, broker, cases, companies):
        """Late, for today, for later, for whoever comes first; about a student, a company, or both."""

        def task(what, days, case=None, company=None, for_whom=broker):
            return tasks.add_task(
                session,
                what=what,
                due_on=self.day(days),
                case=case,
                organisation=company,
                for_whom=for_whom,
                by=broker,
            )

        if cases:
            task("Vraag de school om de uren", -1, cases[0])
            task("Bel over de reistijd", 0, cases[-1])
            done = task("Stuur het cv-voorbeeld", 0, cases[0])
            dropped = task("Zoek iemand die kan oefenen met bellen", 3, cases[-1])
            session.flush()
            tasks.finish_task(session, done, outcome="Verstuurd.", by=broker)
            tasks.drop_task(session, dropped, why="De school doet dit al.", by=broker)
        if companies:
            task("Vraag of er na de zomer plek is", 5, None, companies[0], for_whom=None)
        if cases and companies:
            task("Regel een kennismaking", 2, cases[0], companies[0])

    def _hand_over(self, session, cases):
        """A colleague gives three cases away: one was accepted, one went back, one waits."""
        to, *others = self._brokers(session)
        if not others:
            return
        leaver = others[-1]
        for number, case in enumerate(cases[-3:]):
            if case.broker_id != leaver.id:
                actions.hand_over(session, case, to=leaver, why="Ik ken deze student van school.", by=leaver)
            given = actions.hand_over(session, case, to=to, why=HANDED, by=leaver)
            if number < len(ANSWERS):
                ANSWERS[number](session, given, by=to)

    def _brokers(self, session):
        """The brokers of the programme; whoever is about to leave comes last."""
        found = brokers_of(session, self.town.programme.id)
        return sorted(found, key=lambda user: (user.email.startswith("leaver@"), user.id))

    def _cases(self, session):
        found = select(Case).where(Case.programme_id == self.town.programme.id, Case.state == CaseState.SEARCHING)
        return session.scalars(found.order_by(Case.id).limit(FEW)).all()

    def _companies(self, session):
        found = select(Organisation).where(
            Organisation.registered_with_id == self.town.programme.id,
            Organisation.state == OrganisationState.VERIFIED,
        )
        return session.scalars(found.order_by(Organisation.id).limit(3)).all()
