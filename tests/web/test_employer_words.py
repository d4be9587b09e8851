"""What an employer reads of the matcher: facts of the seat, and which places are sought; nothing about a person."""

from datetime import date

import pytest

from stagemakelaar.casework import actions as casework
from stagemakelaar.casework.queries import case_of
from stagemakelaar.db import current_session, transaction
from stagemakelaar.people.models import Student
from stagemakelaar.places.models import Organisation
from stagemakelaar.rounds import review
from stagemakelaar.rounds.models import Proposal
from tests.computed import computed, proposals
from tests.web.student_pages import plan

SECRET = "Zqbouali"


@pytest.fixture
def company(make):
    return make.organisation(name="De Linde")


@pytest.fixture
def company_reads(browse, make, company):
    """Opens a page as who manages the company."""
    number = company.id
    return lambda path: browse.as_(make.employer_of(current_session().get(Organisation, number))).get(path)


class TestWhyHere:
    def test_a_proposal_says_what_fits_and_who_decided(self, make, broker, company, company_reads):
        make.student(searching=True, last_name=SECRET)
        make.place(company)
        _round, run = computed(broker)
        (proposal,) = proposals(run)
        with transaction() as session:
            placement = review.approve(session, session.get(Proposal, proposal.id), by=broker)
        page = company_reads(f"/bedrijf/plaatsingen/{placement.id}")
        assert "Waarom bij u" in page.text
        assert "Uw erkenning voor deze opleiding is nagekeken en geldt de hele stage." in page.text
        assert "Een computer stelde dit voor en een stagemakelaar besloot." in page.text
        assert SECRET not in page.text

    def test_what_was_found_by_hand_says_so(self, make, broker, company, company_reads, student):
        placement = plan(student, make.place(company), broker)
        page = company_reads(f"/bedrijf/plaatsingen/{placement.id}")
        assert "Een stagemakelaar koos deze plek." in page.text
        assert "Een computer stelde dit voor" not in page.text


class TestWanted:
    @pytest.mark.promise("P20")
    @pytest.mark.parametrize(
        ("students", "why"), [(11, "meer studenten dan plekken"), (10, "nog studenten zonder plek")]
    )
    def test_why_seats_are_short_is_told_when_it_holds_for_ten(
        self, make, broker, company, company_reads, students, why
    ):
        make.place(company, seats=1)
        for _number in range(students):
            make.student(searching=True, last_name=SECRET)
        computed(broker)
        page = company_reads("/bedrijf")
        assert "Wat we nog zoeken" in page.text
        assert f"niveau 2. Er zijn {why}." in page.text
        assert SECRET not in page.text

    @pytest.mark.parametrize("facts", [{"has_vog": False, "starts_on": date(2027, 2, 8)}])
    def test_a_cause_that_would_point_at_a_person_stays_general(self, make, broker, company, company_reads, facts):
        make.place(company, needs_vog=True)
        make.student(searching=True, **facts)
        computed(broker)
        page = company_reads("/bedrijf")
        assert "Er zijn nog studenten zonder plek." in page.text
        assert "VOG" not in page.text

    def test_another_course_is_not_their_concern(self, browse, make, broker):
        other = make.organisation(codes=("25180",))
        make.student(searching=True)
        make.place(other, codes=("25180",))
        computed(broker)
        assert "Wat we nog zoeken" not in browse.as_(make.employer_of(other)).get("/bedrijf").text

    def test_who_found_a_place_since_counts_no_more(self, make, broker, company, company_reads):
        make.place(company, seats=1)
        students = [make.student(searching=True) for _number in range(2)]
        computed(broker)
        for student in students:
            with transaction() as session:
                case = case_of(session, session.get(Student, student.id))
                casework.close(session, case, why="heeft zelf iets gevonden", by=broker)
        assert "Wat we nog zoeken" not in company_reads("/bedrijf").text
