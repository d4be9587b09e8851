"""The profile, step by step: what is kept, what is refused and where, when it may be handed in."""

from datetime import date

import pytest

from stagemakelaar import audit
from stagemakelaar.db import transaction
from stagemakelaar.errors import DomainError, Overtaken
from stagemakelaar.people import profiles
from stagemakelaar.people.models import Student
from stagemakelaar.people.profiles import NotSaved, Step, StepState
from stagemakelaar.reference.queries import work_processes
from stagemakelaar.reference.vocabulary import Feature, KindOfWork, LateHours, Leerweg, TravelMode, Weekday

DAYS = [Weekday.MONDAY, Weekday.TUESDAY, Weekday.WEDNESDAY]
PERIOD = {
    "starts_on": date(2027, 4, 1),
    "ends_on": date(2027, 7, 15),
    "days_per_week": 3,
    "weekdays": DAYS,
    "school_hours": 16,
    "late_hours": LateHours.NONE,
    "searching_since": date(2027, 1, 4),
    "applied_to": 12,
    "applied_note": "Ze zeiden dat er al iemand was.",
}
EVERYTHING = {
    Step.DETAILS: {"first_name": "Ömer", "prefix": "el", "last_name": "Idrissi", "birth_date": date(2008, 5, 14)},
    Step.STUDY: {"code": "25960", "leerweg": Leerweg.BOL, "school_name": "ROC"},
    Step.PERIOD: PERIOD,
    Step.JOURNEY: {"postcode": "1011 AB", "travel_modes": [TravelMode.BIKE], "max_minutes": 45},
    Step.LEARNING: {"learning_wish": "Wassen en aankleden", "kinds": [KindOfWork.PEOPLE]},
    Step.NEEDS: {"must": [Feature.LIFT], "wishes": [], "has_vog": False},
}


@pytest.fixture
def student(make):
    return make.student(complete=False, first_name="", last_name="", birth_date=None)


def save(student, step, values=None, **options):
    with transaction() as session:
        student = session.get(Student, student.id)
        profiles.save_step(
            session, student, step, EVERYTHING[step] if values is None else values, by=student.user, **options
        )
    return student


def fill_in(student, *, without=()):
    for step in Step:
        if step not in without:
            student = save(student, step)
    return student


def hand_in(student, **options):
    with transaction() as session:
        student = session.get(Student, student.id)
        profiles.complete(session, student, by=student.user, **options)
    return student


def refused_at(student, step, **values):
    """The fields at which a step is refused."""
    with pytest.raises(NotSaved) as refused:
        save(student, step, values)
    return [refusal.field for refusal in refused.value.refusals]


class TestSaving:
    def test_every_step_gives_back_what_was_saved(self, student, session):
        fill_in(student)
        stored = session.get(Student, student.id)
        for step, values in EVERYTHING.items():
            found = profiles.values_of(stored, step)
            assert {name: found[name] for name in values} == values

    def test_a_step_may_be_saved_half(self, student):
        student = save(student, Step.JOURNEY, {"postcode": "1011 AB", "travel_modes": [], "max_minutes": None})
        assert profiles.state_of(student, Step.JOURNEY) is StepState.STARTED

    def test_a_step_that_nobody_opened_is_still_to_do(self, student):
        assert profiles.state_of(student, Step.NEEDS) is StepState.TO_DO

    def test_steps_are_listed_in_their_own_order_whatever_came_first(self, student):
        save(student, Step.NEEDS)
        assert save(student, Step.DETAILS).profile.steps_done == ["gegevens", "nodig"]

    def test_the_name_is_folded_for_sorting_and_shown_on_the_account(self, student):
        student = save(student, Step.DETAILS)
        assert (student.sort_name, student.user.name) == ("idrissi el omer", "Ömer el Idrissi")

    def test_saving_leaves_a_line_in_the_trail_without_what_was_typed(self, student, session):
        save(student, Step.DETAILS)
        line = audit.trail_of(session, "student", student.id)[-1]
        assert (line.action, line.details) == ("profile.saved", {"step": "gegevens"})

    def test_another_qualification_forgets_the_work_processes_of_the_first(self, student, session):
        save(student, Step.STUDY)
        chosen = [found.id for found in work_processes(session, "25960")][:2]
        save(student, Step.LEARNING, {"learning_wish": "", "work_processes": chosen, "kinds": []})
        assert save(student, Step.STUDY, {"code": "25180"}).profile.work_processes == []

    def test_a_field_that_belongs_to_no_step_is_a_programming_error(self, student):
        with pytest.raises(ValueError, match="completed_at"):
            save(student, Step.NEEDS, {"completed_at": None})


class TestTwoTabs:
    def test_an_old_version_is_overtaken_and_nothing_is_kept(self, student, session):
        seen = student.profile.version
        save(student, Step.JOURNEY, version=seen)
        with pytest.raises(Overtaken):
            save(student, Step.JOURNEY, {"max_minutes": 20}, version=seen)
        assert session.get(Student, student.id).profile.max_minutes == 45

    def test_the_version_also_grows_when_only_the_name_changed(self, student):
        seen = save(student, Step.DETAILS).profile.version
        assert save(student, Step.DETAILS, {"first_name": "Sam"}).profile.version > seen

    def test_an_old_last_look_cannot_be_handed_in(self, student):
        seen = fill_in(student).profile.version
        save(student, Step.JOURNEY)
        with pytest.raises(Overtaken):
            hand_in(student, version=seen)


class TestAge:
    def test_under_14_on_the_first_day_is_refused(self, student):
        save(student, Step.PERIOD)
        assert refused_at(student, Step.DETAILS, birth_date=date(2013, 4, 2)) == ["birth_date"]

    def test_14_on_the_first_day_is_accepted(self, student):
        save(student, Step.PERIOD)
        assert save(student, Step.DETAILS, {"birth_date": date(2013, 4, 1)}).age_on(date(2027, 4, 1)) == 14

    def test_without_a_first_day_the_age_of_today_counts(self, student):
        assert refused_at(student, Step.DETAILS, birth_date=date(2013, 3, 1)) == ["birth_date"]

    def test_a_first_day_before_the_fourteenth_birthday_is_refused_at_that_day(self, student):
        save(student, Step.DETAILS, {"birth_date": date(2013, 1, 1)})
        save(student, Step.DETAILS, {"birth_date": date(2012, 5, 1)})
        with transaction() as session:
            session.get(Student, student.id).birth_date = date(2013, 5, 1)
        assert "starts_on" in refused_at(student, Step.PERIOD, starts_on=date(2027, 4, 1))

    @pytest.mark.parametrize("born", [date(2027, 2, 4), date(1926, 2, 2)])
    def test_a_birth_date_that_cannot_be_is_refused(self, student, born):
        assert refused_at(student, Step.DETAILS, birth_date=born) == ["birth_date"]


class TestPeriod:
    @pytest.mark.parametrize(
        ("change", "field"),
        [
            ({"starts_on": date(2027, 2, 2)}, "starts_on"),
            ({"starts_on": date(2029, 2, 4), "ends_on": date(2029, 6, 1)}, "starts_on"),
            ({"ends_on": date(2027, 4, 1)}, "ends_on"),
            ({"ends_on": date(2027, 2, 1)}, "ends_on"),
            ({"ends_on": date(2031, 6, 1)}, "ends_on"),
            ({"days_per_week": 4}, "weekdays"),
            ({"days_per_week": 8}, "days_per_week"),
            ({"searching_since": date(2027, 2, 4)}, "searching_since"),
            ({"searching_since": date(2024, 2, 2)}, "searching_since"),
            ({"hours_required": 0}, "hours_required"),
            ({"hours_required": 546}, "hours_required"),  # 106 days, three of twelve hours a week: 545
        ],
    )
    def test_a_wrong_value_is_refused_at_its_field(self, student, change, field):
        assert refused_at(student, Step.PERIOD, **(PERIOD | change)) == [field]

    @pytest.mark.parametrize(
        "change",
        [
            {"starts_on": date(2027, 2, 3)},
            {"starts_on": date(2029, 2, 3), "ends_on": date(2029, 7, 1)},
            {"searching_since": date(2027, 2, 3)},
            {"searching_since": date(2024, 2, 3)},
            {"hours_required": 1},
            {"hours_required": 545},
            {"hours_required": None},
        ],
    )
    def test_the_edges_themselves_are_right(self, student, change):
        save(student, Step.PERIOD, PERIOD | change)

    def test_all_mistakes_are_told_at_once(self, student):
        wrong = PERIOD | {"starts_on": date(2027, 1, 1), "ends_on": date(2026, 1, 1), "days_per_week": 5}
        assert refused_at(student, Step.PERIOD, **wrong) == ["starts_on", "ends_on", "weekdays"]


class TestMinors:
    @pytest.fixture
    def minor(self, student):
        return save(student, Step.DETAILS, {"birth_date": date(2010, 4, 1)})

    def test_a_minor_does_not_work_at_night(self, minor):
        assert refused_at(minor, Step.PERIOD, **(PERIOD | {"late_hours": LateHours.NIGHT})) == ["late_hours"]

    def test_a_minor_may_work_in_the_evening(self, minor):
        save(minor, Step.PERIOD, PERIOD | {"late_hours": LateHours.EVENING})

    def test_who_is_18_on_the_first_day_may_work_at_night(self, student):
        save(student, Step.DETAILS, {"birth_date": date(2009, 4, 1)})
        save(student, Step.PERIOD, PERIOD | {"late_hours": LateHours.NIGHT})

    def test_school_and_work_together_leave_room_within_forty_hours(self, minor):
        save(minor, Step.PERIOD, PERIOD | {"school_hours": 28})
        assert refused_at(minor, Step.PERIOD, **(PERIOD | {"school_hours": 29})) == ["days_per_week"]

    @pytest.mark.parametrize(("days", "school"), [(6, 1), (7, 0)])
    def test_a_minor_is_free_one_day_a_week(self, minor, days, school):
        week = PERIOD | {"days_per_week": days, "school_hours": school, "weekdays": list(Weekday)}
        assert refused_at(minor, Step.PERIOD, **week) == ["days_per_week"]
        save(minor, Step.PERIOD, week | {"days_per_week": days - 1})

    def test_an_adult_has_no_such_limit(self, student):
        save(student, Step.DETAILS, {"birth_date": date(2000, 1, 1)})
        save(student, Step.PERIOD, PERIOD | {"school_hours": 29})

    def test_a_minor_must_tell_the_hours_at_school(self, minor):
        minor = save(minor, Step.PERIOD, PERIOD | {"school_hours": None})
        assert [gap.field for gap in profiles.missing(minor) if gap.step is Step.PERIOD] == ["school_hours"]


class TestRequiredWork:
    @pytest.fixture
    def processes(self, student, session):
        save(student, Step.STUDY)
        return [found.id for found in work_processes(session, "25960")]

    def test_what_must_be_learnt_is_kept(self, student, processes, session):
        save(student, Step.LEARNING, {"work_processes": processes[:2], "required_processes": processes[:1]})
        assert session.get(Student, student.id).profile.required_processes == processes[:1]

    def test_work_of_another_course_is_refused(self, student, processes, session):
        other = [found.id for found in work_processes(session, "25180")]
        assert refused_at(student, Step.LEARNING, required_processes=other[:1]) == ["required_processes"]

    def test_another_course_forgets_it(self, student, processes, session):
        save(student, Step.LEARNING, {"work_processes": processes[:1], "required_processes": processes[:1]})
        save(student, Step.STUDY, {"code": "25180"})
        assert session.get(Student, student.id).profile.required_processes == []


class TestOtherSteps:
    def test_an_unknown_code_is_refused_at_the_qualification(self, student):
        assert refused_at(student, Step.STUDY, code="29999") == ["code"]

    def test_a_path_that_is_not_offered_is_refused(self, student, session):
        from stagemakelaar.reference.models import Qualification

        with transaction() as writing:
            writing.get(Qualification, "25960").offers_bbl = False
        assert refused_at(student, Step.STUDY, code="25960", leerweg=Leerweg.BBL) == ["leerweg"]

    def test_a_code_that_has_ended_is_refused(self, student):
        from stagemakelaar.reference.models import Qualification

        with transaction() as writing:
            writing.get(Qualification, "25960").valid_until = date(2027, 1, 31)
        assert refused_at(student, Step.STUDY, code="25960") == ["code"]

    @pytest.mark.parametrize("year", [0, 5])
    def test_a_school_year_outside_the_course_is_refused(self, student, year):
        assert refused_at(student, Step.STUDY, school_year=year) == ["school_year"]

    @pytest.mark.parametrize("minutes", [9, 121])
    def test_a_journey_has_its_limits(self, student, minutes):
        assert refused_at(student, Step.JOURNEY, max_minutes=minutes) == ["max_minutes"]

    def test_work_of_another_qualification_cannot_be_wanted(self, student, session):
        save(student, Step.STUDY)
        foreign = [found.id for found in work_processes(session, "25180")][:1]
        assert refused_at(student, Step.LEARNING, work_processes=foreign) == ["work_processes"]

    def test_the_same_kind_of_work_twice_is_refused(self, student):
        assert refused_at(student, Step.LEARNING, kinds=[KindOfWork.SHOP, KindOfWork.SHOP]) == ["kinds"]

    def test_more_than_five_kinds_of_work_are_refused(self, student):
        assert refused_at(student, Step.LEARNING, kinds=list(KindOfWork)[:6]) == ["kinds"]


class TestHandingIn:
    def test_a_full_profile_is_complete_from_now_on(self, student, moment, session):
        fill_in(student)
        student = hand_in(student)
        assert student.profile.completed_at.isoformat() == "2027-02-03T09:00:00+00:00"
        assert audit.trail_of(session, "student", student.id)[-1].action == "profile.completed"

    def test_handing_in_twice_is_once(self, student, moment, session):
        fill_in(student)
        first = hand_in(student).profile.completed_at
        moment("2027-02-04T10:00:00+01:00")
        assert hand_in(student).profile.completed_at == first
        actions = [line.action for line in audit.trail_of(session, "student", student.id)]
        assert actions.count("profile.completed") == 1

    @pytest.mark.parametrize("step", list(Step))
    def test_no_step_can_be_skipped(self, student, step, session):
        student = fill_in(student, without=[step])
        assert {gap.step for gap in profiles.missing(student)} == {step}
        with pytest.raises(DomainError):
            hand_in(student)
        assert session.get(Student, student.id).profile.completed_at is None

    def test_a_last_name_a_phone_and_a_school_are_not_needed(self, student):
        save(
            student, Step.DETAILS, {"first_name": "Xi", "birth_date": date(2005, 1, 1), "last_name": "", "phone": None}
        )
        fill_in(student, without=[Step.DETAILS, Step.STUDY])
        student = save(student, Step.STUDY, {"code": "25960", "leerweg": Leerweg.BOL})
        assert profiles.missing(student) == []

    def test_kinds_of_work_alone_are_wish_enough(self, student):
        fill_in(student)
        student = save(
            student, Step.LEARNING, {"learning_wish": "", "work_processes": [], "kinds": [KindOfWork.PEOPLE]}
        )
        assert profiles.missing(student) == []

    def test_what_passed_meanwhile_is_refused_with_its_field(self, student, moment):
        fill_in(student)
        moment("2027-04-02T10:00:00+02:00")
        with pytest.raises(NotSaved) as refused:
            hand_in(student)
        assert [refusal.field for refusal in refused.value.refusals] == ["starts_on"]

    def test_after_handing_in_what_the_search_needs_stays_filled(self, student):
        fill_in(student)
        hand_in(student)
        assert refused_at(student, Step.JOURNEY, postcode=None) == ["postcode"]

    def test_after_handing_in_a_wish_may_still_change(self, student):
        fill_in(student)
        hand_in(student)
        assert save(student, Step.JOURNEY, {"max_minutes": 60}).profile.max_minutes == 60


class TestWithAPlace:
    def test_the_search_cannot_be_changed_any_more(self, student):
        with pytest.raises(Overtaken):
            save(student, Step.JOURNEY, is_placed=True)

    def test_name_and_phone_still_can(self, student):
        student = save(student, Step.DETAILS, {"first_name": "Sam", "phone": "+31612345678"}, is_placed=True)
        assert (student.first_name, student.user.phone) == ("Sam", "+31612345678")

    def test_the_birth_date_is_for_the_broker(self, student):
        with pytest.raises(DomainError) as refused:
            save(student, Step.DETAILS, {"birth_date": date(2000, 1, 1)}, is_placed=True)
        assert refused.value.field == "birth_date"
