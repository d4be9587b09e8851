from stagemakelaar.places.models import Interest, InterestState

MOMENT = {"company": "Café De Zwaan", "contact_name": "Ans de Wit", "email": "Ans@Demo.example"}


def test_a_company_leaves_its_name_in_one_screen_and_reads_who_calls_when(browse, make, session):
    make.programme()
    answer = browse.get("/bedrijven/interesse").submit(**MOMENT, phone="06 12345678", remark="In de keuken")
    found = session.query(Interest).one()
    assert (found.company, found.email, found.phone) == ("Café De Zwaan", "ans@demo.example", "+31612345678")
    assert found.state is InterestState.NEW
    page = answer.follow()
    assert "Stagemakelaar Noord" in page.text
    assert "maandag 8 februari" in page.text


def test_what_was_typed_comes_back_with_a_sentence_at_the_field(browse, make, session):
    make.programme()
    page = browse.get("/bedrijven/interesse").submit(status=422, **(MOMENT | {"email": "ans@"}), phone="123")
    assert "e-mailadres" in page.error_at("email")
    assert "telefoonnummer" in page.error_at("phone")
    assert page.values()["email"] == "ans@"
    assert page.title.startswith("Fout:")
    assert session.query(Interest).count() == 0


def test_with_two_programmes_the_company_chooses_and_the_other_hears_nothing(browse, make, session):
    make.programme()
    zuid = make.programme("zuid")
    page = browse.get("/bedrijven/interesse").submit(status=422, **MOMENT)
    assert page.error_at("programme")
    page.submit(programme="zuid")
    assert session.query(Interest).one().programme_id == zuid.id


def test_a_link_may_name_the_programme(browse, make):
    make.programme()
    make.programme("zuid")
    page = browse.get("/bedrijven/interesse?programma=zuid")
    assert page.values()["programme"] == "zuid"


def test_without_a_programme_there_is_a_sentence_and_no_form(browse, database):
    assert "nog geen stagemakelaar" in browse.get("/bedrijven/interesse").text


def test_a_company_may_say_where_the_work_is(browse, make, session):
    make.programme()
    page = browse.get("/bedrijven/interesse")
    assert "vier cijfers en twee letters" in page.submit(status=422, **MOMENT, postcode="1012").error_at("postcode")
    page.submit(**MOMENT, postcode="1012ab")
    assert session.query(Interest).one().postcode == "1012 AB"


def test_who_sends_too_many_is_asked_to_wait_and_keeps_what_was_typed(browse, make, session, moment):
    make.programme()
    page = browse.get("/bedrijven/interesse")
    for number in range(20):
        page.submit(**MOMENT | {"company": f"Café {number}"})
    refused = page.submit(status=429, **MOMENT, remark="In de keuken")
    assert 0 < int(refused.response.headers["Retry-After"]) <= 3600
    assert refused.errors == ["Dit is te vaak geprobeerd. Wacht even en probeer het dan opnieuw."]
    assert (refused.values()["company"], refused.values()["remark"]) == ("Café De Zwaan", "In de keuken")
    assert session.query(Interest).count() == 20
    moment("2027-02-03T11:00:01+01:00")
    refused.submit()
    assert session.query(Interest).count() == 21
