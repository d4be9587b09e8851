"""Pages for anyone: three ways in, privacy, accessibility, help, where to report a leak, the language."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from config import SettingsWrong, from_environment
from stagemakelaar import clock
from stagemakelaar.people.models import User
from stagemakelaar.web.headers import STATIC

PAGES = ["/", "/privacy", "/toegankelijkheid", "/hulp"]


@pytest.mark.parametrize("path", PAGES)
def test_anyone_may_read_it_also_on_the_first_day(browse, path):
    assert browse.get(path).heading


@pytest.mark.parametrize("path", PAGES[1:])
def test_it_names_the_programmes_from_the_database(browse, make, path):
    make.programme("noord")
    page = browse.get(path)
    assert "Stagemakelaar Noord (gemeente)" in page.text
    assert page.links["noord@demo.example"] == "mailto:noord@demo.example"


class TestHome:
    def test_there_are_three_ways_in(self, browse, make):
        make.programme()
        links = browse.get("/").links
        assert links["Meld je aan"] == "/aanmelden"
        assert links["Bied een leerplaats aan"] == "/bedrijven"
        assert links["Inloggen als medewerker"] == "/inloggen/medewerker"
        assert links["Stagemakelaar Noord"] == "/aanmelden/noord"

    def test_who_is_signed_in_can_go_on(self, browse, make):
        page = browse.as_(make.student().user).get("/")
        assert page.links["Verder naar je eigen pagina"] == "/student"

    def test_without_a_programme_it_says_so(self, browse):
        assert "Er doet nog geen gemeente of school mee" in browse.get("/").text


def test_privacy_says_that_a_computer_proposes_and_a_person_decides(browse):
    text = browse.get("/privacy").text
    for told in (
        "Een computer stelt voor, een mens beslist",
        "Een mens kijkt dan opnieuw",
        "binnen een maand antwoord",
    ):
        assert told in text


def test_help_has_the_places_that_other_pages_point_at(browse):
    page = browse.get("/hulp")
    assert page.soup.find(id="veilig")
    assert page.soup.find(id="lek")


class TestSecurityTxt:
    def test_it_is_plain_text_with_what_the_norm_asks(self, browse, make):
        make.programme()
        answer = browse.get("/.well-known/security.txt").response
        lines = answer.get_data(as_text=True).splitlines()
        fields = {line.partition(": ")[0] for line in lines}
        assert answer.content_type == "text/plain; charset=utf-8"
        assert fields == {"Contact", "Expires", "Preferred-Languages", "Canonical", "Policy"}
        assert "Contact: mailto:noord@demo.example" in lines
        assert "Canonical: http://127.0.0.1:5000/.well-known/security.txt" in lines

    def test_the_administrator_says_who_hears_of_a_leak(self, app, browse, make, monkeypatch):
        make.programme()
        contacts = from_environment(
            {"STAGEMAKELAAR_ENV": "demo", "SECURITY_CONTACT": "mailto:lek@stad.nl tel:+3114020"}
        )
        settings = replace(app.config["SETTINGS"], security_contacts=contacts.security_contacts)
        monkeypatch.setitem(app.config, "SETTINGS", settings)
        text = browse.get("/.well-known/security.txt").response.get_data(as_text=True)
        assert text.startswith("Contact: mailto:lek@stad.nl\nContact: tel:+3114020\nContact: http")
        assert "noord@demo.example" not in text
        with pytest.raises(SettingsWrong, match="SECURITY_CONTACT"):
            from_environment({"STAGEMAKELAAR_ENV": "demo", "SECURITY_CONTACT": "lek@stad.nl"})

    def test_it_expires_ahead_and_within_a_year(self, browse):
        lines = browse.get("/.well-known/security.txt").response.get_data(as_text=True).splitlines()
        (expires,) = [line.partition(": ")[2] for line in lines if line.startswith("Expires")]
        ends = datetime.strptime(expires, "%Y-%m-%dT%H:%M:%SZ").replace(tzinfo=UTC)
        assert timedelta(days=90) < ends - clock.now() < timedelta(days=365)


class TestLanguage:
    def test_it_is_remembered_in_this_browser(self, browse):
        changed = press(browse.get("/hulp"), "en")
        assert changed.location == "/hulp"
        assert browse.get("/hulp").soup.html["lang"] == "en"
        press(browse.get("/hulp"), "nl")
        assert browse.get("/hulp").soup.html["lang"] == "nl"

    def test_it_is_kept_on_the_account_of_who_is_signed_in(self, browse, make, session):
        user = make.student().user
        press(browse.as_(user).get("/student"), "en")
        assert session.get(User, user.id).language == "en"

    @pytest.mark.parametrize(
        "target", ["https://example.org/", "//example.org", "/\\example.org", "hulp", "/bestaat-niet", ""]
    )
    def test_it_goes_to_our_own_pages_only(self, browse, target):
        assert press(browse.get("/hulp"), "en", next=target).location == "/"

    def test_the_page_comes_back_with_what_was_asked_for(self, browse):
        assert press(browse.get("/inloggen?next=/student"), "en").location == "/inloggen?next=/student"

    def test_another_language_is_refused(self, browse):
        press(browse.get("/hulp"), "fr", status=400)

    def test_it_needs_the_token_of_a_page(self, browse):
        browse.get("/hulp")
        browse.post("/taal", {"language": "en", "next": "/"}, status=400)


def press(page, language, status=303, **changes):
    """Press the button of the footer."""
    form = page.soup.footer.find("form")
    hidden = {field["name"]: field["value"] for field in form.find_all("input")}
    return page.browser.post(form["action"], hidden | {"language": language} | changes, status=status)


def test_files_beside_the_pages_say_what_they_are_and_in_which_letters(app):
    """ASVS 4.1.1: also the drawing in the tab, which is text; a font is none."""
    client, letters = app.test_client(), "; charset=utf-8"
    kinds = {".css": f"text/css{letters}", ".js": f"text/javascript{letters}", ".svg": f"image/svg+xml{letters}"}
    kinds |= {".woff2": "font/woff2"}
    files = [path for path in STATIC.rglob("*") if path.suffix in kinds]
    assert {path.suffix for path in files} == set(kinds)
    for path in files:
        with client.get(f"/static/{path.relative_to(STATIC)}") as answer:
            assert answer.headers["Content-Type"].replace('"', "") == kinds[path.suffix], path
