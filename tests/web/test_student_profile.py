"""The pages of the profile: steps that can be left and taken up, mistakes at their field, two tabs, handing in."""

from datetime import date

import pytest

from stagemakelaar.db import transaction
from stagemakelaar.people.models import Student
from stagemakelaar.placements import actions as placements
from stagemakelaar.places.models import Place
from stagemakelaar.reference.queries import work_processes

PERIOD = {
    "starts_on": "2027-04-01",
    "ends_on": "2027-07-15",
    "days_per_week": "3",
    "weekdays": ["monday", "tuesday", "friday"],
    "school_hours": "16",
    "late_hours": "none",
}
FILLED_IN = {
    "gegevens": {"first_name": "Ömer", "last_name": "Kaya", "birth_date": "2008-05-14", "phone": "06-12345678"},
    "opleiding": {"code": "25960", "leerweg": "bol", "school_name": "ROC", "school_brin": "27 dv", "school_year": "1"},
    "wanneer": PERIOD,
    "waar": {"postcode": "1011ab", "travel_modes": ["bike"], "max_minutes": "45"},
    "leren": {"learning_wish": "Mensen helpen", "kinds": "people", "kind_2": "kitchen"},
    "nodig": {"must": ["lift"], "wishes": ["lift", "quiet_place"]},
}


@pytest.fixture
def student(make):
    return make.student(complete=False, first_name="", last_name="", birth_date=None)


@pytest.fixture
def page(browse, student):
    """Open a step: `page("waar")`."""
    own = browse.as_(student.user)
    return lambda step: own.get(f"/student/profiel/{step}")


@pytest.fixture
def stored(session, student):
    return lambda: session.get(Student, student.id)


def texts(value):
    """A value of a form as a list, without the line break that a text area begins with."""
    return [one.strip() for one in ([value] if isinstance(value, str) else value)]


def place(make, student):
    broker, offered = make.broker(), make.place()
    with transaction() as session:
        student, offered = session.get(Student, student.id), session.get(Place, offered.id)
        return placements.plan(session, student, offered, reasons={}, by=session.merge(broker))


class TestTheWholeRoad:
    def test_each_step_leads_to_the_next_and_the_last_look_hands_it_in(self, page, student, stored):
        here = page("gegevens")
        for values in FILLED_IN.values():
            here = here.submit(**values).follow()
        assert here.heading == "Klopt dit?"
        home = here.submit("").follow()
        assert stored().profile.completed_at is not None
        assert "Je profiel is binnen." in home.text

    def test_what_can_mean_one_thing_only_is_stored_in_its_right_form(self, page, stored):
        for step, values in FILLED_IN.items():
            page(step).submit(**values)
        found = stored()
        assert (found.birth_date, found.user.phone) == (date(2008, 5, 14), "+31612345678")
        assert (found.profile.postcode, found.profile.school_brin) == ("1011 AB", "27DV")
        assert (found.profile.kinds, found.profile.weekdays) == (["people", "kitchen"], 0b0010011)

    def test_what_must_be_there_is_not_stored_as_a_wish_as_well(self, page, stored):
        page("nodig").submit(**FILLED_IN["nodig"])
        assert (stored().profile.must, stored().profile.wishes) == (["lift"], ["quiet_place"])

    def test_a_field_that_was_not_sent_is_an_empty_one(self, page, stored):
        page("gegevens").submit(**FILLED_IN["gegevens"] | {"phone": None})
        assert (stored().first_name, stored().user.phone) == ("Ömer", None)

    def test_a_wrong_date_comes_back_as_it_was_typed_and_not_as_it_was_before(self, page):
        page("wanneer").submit(**PERIOD)
        refused = page("wanneer").submit(**PERIOD | {"starts_on": "31-02-2027"}, status=422)
        assert refused.soup.find(attrs={"name": "starts_on"})["value"] == "31-02-2027"

    def test_a_filled_in_step_shows_what_was_saved(self, page):
        page("wanneer").submit(**PERIOD)
        values = page("wanneer").values()
        assert {name: values[name] for name in PERIOD} == PERIOD

    def test_saving_for_later_goes_back_to_the_list(self, page):
        assert page("waar").submit(postcode="1011 AB", later="1").location == "/student/profiel"

    def test_an_empty_step_may_be_saved_and_is_not_done(self, page, browse, student):
        page("waar").submit()
        listed = browse.as_(student.user).get("/student/profiel")
        states = [item.get_text(strip=True) for item in listed.soup.select(".sm-tasks__state")]
        assert states == ["nog invullen"] * 3 + ["nog niet af"] + ["nog invullen"] * 2

    def test_handing_in_too_early_says_what_is_missing_and_where(self, page, stored):
        page("waar").submit(**FILLED_IN["waar"])
        refused = page("controleren").submit("", status=422)
        assert refused.errors == ["Je profiel is nog niet af. Hieronder staat wat er nog mist."]
        assert refused.links["Je opleiding: Kies je opleiding."] == "/student/profiel/opleiding"
        assert stored().profile.completed_at is None

    def test_a_step_that_does_not_exist_is_not_found(self, browse, student):
        browse.as_(student.user).get("/student/profiel/hobby", status=404)


class TestMistakes:
    @pytest.mark.parametrize(
        ("step", "values", "field", "words"),
        [
            ("gegevens", {"first_name": "123"}, "first_name", "Een naam heeft minstens één letter."),
            ("gegevens", {"birth_date": "31-2-2008"}, "birth_date", "Vul een datum in zoals 1-4-2027."),
            ("gegevens", {"birth_date": "20080401"}, "birth_date", "Vul een datum in zoals 1-4-2027."),
            ("gegevens", {"birth_date": "2008-W05-3"}, "birth_date", "Vul een datum in zoals 1-4-2027."),
            ("gegevens", {"birth_date": "2013-05-01"}, "birth_date", "14 jaar of ouder"),
            ("gegevens", {"phone": "12"}, "phone", "zoals 06 12 34 56 78"),
            ("opleiding", {"code": "29999"}, "code", "Opleidingscode 29999 kennen we niet."),
            ("opleiding", {"code": "toverij"}, "code", "We vinden geen opleiding met deze woorden."),
            ("opleiding", {"code": "kok\x00"}, "code", "onzichtbaar teken"),
            ("opleiding", {"school_brin": "ABCD"}, "school_brin", "twee cijfers en twee letters"),
            ("opleiding", {"school_year": "5"}, "school_year", "van 1 tot en met 4"),
            ("wanneer", {"starts_on": "2027-02-02"}, "starts_on", "Deze dag is al geweest."),
            ("wanneer", {"days_per_week": "drie"}, "days_per_week", "Vul een heel getal in"),
            ("wanneer", {"days_per_week": "3", "weekdays": ["monday"]}, "weekdays", "Kruis er meer aan."),
            ("waar", {"postcode": "0123 AB"}, "postcode", "zoals 1234 AB"),
            ("waar", {"max_minutes": "500"}, "max_minutes", "van 10 tot en met 120"),
            ("leren", {"learning_wish": "x" * 1001}, "learning_wish", "Deze tekst is te lang: 1001 tekens."),
            ("leren", {"kinds": "shop", "kind_2": "shop"}, "kinds", "twee keer"),
            ("leren", {"kinds": "goochelen"}, "kinds", "Kies een van de mogelijkheden."),
            ("nodig", {"must": ["een troon"]}, "must", "Kies uit de lijst."),
        ],
    )
    def test_a_mistake_is_told_at_its_field_with_all_that_was_typed(self, page, step, values, field, words):
        typed = FILLED_IN[step] | values
        refused = page(step).submit(status=422, **typed)
        assert words in refused.error_at(field)
        assert refused.title.startswith("Fout:")
        kept = refused.values()
        for name in FILLED_IN[step].keys() - values.keys():
            assert texts(kept[name]) == texts(typed[name]), name

    def test_a_mistake_stores_nothing(self, page, stored):
        page("waar").submit(status=422, **(FILLED_IN["waar"] | {"max_minutes": "9"}))
        assert stored().profile.postcode is None

    def test_a_date_that_cannot_be_read_comes_back_as_it_was_typed(self, page):
        refused = page("wanneer").submit(status=422, starts_on="morgen")
        assert refused.values()["starts_on"] == "morgen"

    def test_a_form_without_its_token_is_refused_and_keeps_what_was_typed(self, page, stored):
        refused = page("waar").submit(status=422, csrf_token="of iemand anders", **FILLED_IN["waar"])
        assert refused.values()["postcode"] == "1011ab"
        assert stored().profile.postcode is None


class TestQualification:
    def test_a_name_that_means_one_is_enough(self, page, stored):
        page("opleiding").submit(code="helpende zorg")
        assert stored().profile.code == "25960"

    def test_a_name_that_means_several_asks_which_one(self, page, stored):
        asked = page("opleiding").submit(code="kok", leerweg="bbl", status=422)
        assert asked.error_at("found") == "Fout: Er zijn 2 opleidingen die hierop lijken. Kies die van jou."
        assert asked.values()["leerweg"] == "bbl"
        asked.submit(found="25182")
        assert stored().profile.code == "25182"

    def test_a_choice_from_an_earlier_search_is_forgotten(self, page, stored):
        asked = page("opleiding").submit(code="kok", status=422)
        asked.submit(code="kapper", found="25182")
        assert stored().profile.code == "25641"

    def test_a_stored_qualification_can_be_saved_again_as_it_stands(self, page, stored):
        page("opleiding").submit(code="25180")
        shown = page("opleiding")
        assert shown.values()["code"] == "Kok, niveau 2 (25180)"
        shown.submit()
        assert stored().profile.code == "25180"

    def test_a_word_of_very_many_asks_for_one_more(self, page):
        refused = page("opleiding").submit(code="e", status=422)
        assert "Typ er een woord bij." in refused.error_at("code")

    def test_the_work_processes_of_the_qualification_can_be_chosen(self, page, stored, session):
        page("opleiding").submit(**FILLED_IN["opleiding"])
        wanted = [str(found.id) for found in work_processes(session, "25960")][:2]
        page("leren").submit(work_processes=wanted)
        assert [str(one) for one in stored().profile.work_processes] == wanted

    def test_what_must_be_learnt_is_wanted_as_well(self, page, stored, session):
        page("opleiding").submit(**FILLED_IN["opleiding"])
        first, second = [found.id for found in work_processes(session, "25960")][:2]
        page("leren").submit(work_processes=[str(first)], required_processes=[str(second)])
        profile = stored().profile
        assert (profile.work_processes, profile.required_processes) == ([first, second], [second])
        assert page("leren").values()["required_processes"] == str(second)

    def test_the_hours_and_the_register_can_be_told(self, page, stored):
        page("wanneer").submit(**FILLED_IN["wanneer"], hours_required="300")
        page("nodig").submit(in_childcare_register="y")
        assert (stored().profile.hours_required, stored().profile.in_childcare_register) == (300, True)
        assert page("wanneer").values()["hours_required"] == "300"

    def test_another_qualification_points_back_at_what_to_learn(self, page):
        page("opleiding").submit(code="25960")
        page("leren").submit(learning_wish="Mensen helpen")
        changed = page("opleiding").submit(code="25180").follow()
        assert "Kijk dan ook bij “Wat je wilt leren”." in changed.text


class TestTwoTabs:
    def test_the_second_tab_is_told_and_keeps_what_was_typed(self, page, stored):
        first, second = page("waar"), page("waar")
        first.submit(**FILLED_IN["waar"])
        told = second.submit(postcode="3511 AB", max_minutes="20", status=409)
        assert "op een andere plek veranderd" in told.errors[0]
        assert told.values()["postcode"] == "3511 AB"
        assert "1011 AB" in told.text
        assert stored().profile.postcode == "1011 AB"

    def test_a_second_try_after_looking_succeeds(self, page, stored):
        first, second = page("waar"), page("waar")
        first.submit(**FILLED_IN["waar"])
        second.submit(postcode="3511 AB", status=409).submit()
        assert stored().profile.postcode == "3511 AB"

    def test_an_old_last_look_is_told(self, page):
        for step, values in FILLED_IN.items():
            page(step).submit(**values)
        looked = page("controleren")
        page("waar").submit(max_minutes="30")
        told = looked.submit("", status=409)
        assert "intussen veranderd" in told.errors[0]


class TestYoungPeople:
    def test_under_16_is_told_that_the_broker_looks_along(self, page):
        page("gegevens").submit(first_name="Bo", birth_date="2012-01-01")
        assert "Je stagemakelaar kijkt zelf mee" in page("gegevens").text

    def test_under_18_is_told_about_working_hours(self, page):
        page("gegevens").submit(first_name="Bo", birth_date="2010-01-01")
        page("wanneer").submit(**PERIOD)
        assert "hoogstens 8 uur per stagedag" in page("wanneer").text

    def test_an_adult_reads_nothing_about_it(self, page):
        page("gegevens").submit(first_name="Bo", birth_date="2000-01-01")
        assert "nog geen 18. " not in page("wanneer").text
        assert "Je bent dan nog geen 18" not in page("wanneer").text

    def test_a_minor_cannot_choose_the_night(self, page):
        page("gegevens").submit(first_name="Bo", birth_date="2010-01-01")
        refused = page("wanneer").submit(status=422, **(PERIOD | {"late_hours": "night"}))
        assert "Werken na 23.00 uur mag dan niet." in refused.error_at("late_hours")


class TestWithAPlace:
    @pytest.fixture
    def student(self, make):
        student = make.student(searching=True)
        place(make, student)
        return student

    def test_the_search_is_shown_and_cannot_be_changed(self, page):
        shown = page("waar")
        assert "Zolang je plek loopt" in shown.text
        assert shown.soup.main.find("form") is None

    def test_an_old_page_is_told_why_it_is_not_saved(self, browse, make):
        student = make.student(searching=True)
        own = browse.as_(student.user)
        before = own.get("/student/profiel/waar")
        place(make, student)
        told = before.submit(max_minutes="20", status=409)
        assert "Je hebt nu een plek." in told.errors[0]

    def test_the_phone_number_can_still_change(self, page, stored):
        page("gegevens").submit(phone="06 87654321")
        assert stored().user.phone == "+31687654321"


class TestHandedIn:
    @pytest.fixture
    def student(self, make):
        return make.student(kinds=["people"])

    def test_a_change_is_saved_and_leads_back_to_the_list(self, page, stored):
        assert page("waar").submit(max_minutes="60").location == "/student/profiel"
        assert stored().profile.max_minutes == 60

    def test_what_the_search_needs_cannot_be_emptied(self, page):
        refused = page("waar").submit(postcode="", status=422)
        assert "Vul je postcode in." in refused.error_at("postcode")

    def test_a_first_day_that_passed_is_pointed_out(self, browse, student, moment):
        moment("2027-04-02T10:00:00+02:00")
        shown = browse.as_(student.user).get("/student/profiel")
        assert shown.links["Deze dag is al geweest. Kies een dag vanaf vandaag."] == "/student/profiel/wanneer"


def test_only_students_have_a_profile(browse, make):
    browse.as_(make.broker()).get("/student/profiel", status=403)
    assert browse.get("/student/profiel", status=303).location.startswith("/inloggen")
