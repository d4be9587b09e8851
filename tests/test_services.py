"""The services that the other tests lean on really work, and really complain."""

import smtplib
from email.message import EmailMessage
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from signal import SIGQUIT
from threading import Thread

import psycopg
import pytest

VALID = """<!doctype html>
<html lang="nl"><head><meta charset="utf-8"><title>Proef</title><link rel="icon" href="data:,"></head>
<body><main><h1>Proef</h1><p>Een gewone zin.</p></main></body></html>"""


def a_letter(to, subject="Je stage"):
    letter = EmailMessage()
    letter["From"], letter["To"], letter["Subject"] = "makelaar@gemeente.example", to, subject
    letter["Message-ID"] = "<17@gemeente.example>"
    letter.set_content("Je kunt op 1 september beginnen. Reünie na afloop.")
    return letter


def send(office, to):
    with smtplib.SMTP(office.host, office.port, timeout=5) as line:
        line.send_message(a_letter(to))


@pytest.fixture
def site():
    """A server of nothing but this page, under the policy of the real one."""

    class Pages(BaseHTTPRequestHandler):
        pages = {"/": VALID}

        def do_GET(self):
            text = self.pages.get(self.path)
            body = (text or "").encode()
            self.send_response(200 if text else 404)
            self.send_header("Content-Type", "text/html; charset=utf-8")
            self.send_header("Content-Security-Policy", "default-src 'none'; script-src 'self'; img-src * data:")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_):
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Pages)
    thread = Thread(target=server.serve_forever)
    thread.start()
    Pages.address = f"http://127.0.0.1:{server.server_address[1]}"
    yield Pages
    server.shutdown()
    server.server_close()
    thread.join()


@pytest.mark.needs("postgresql")
def test_a_database_from_a_template_has_what_the_template_had_and_is_a_database_of_its_own(postgres_cluster):
    def prepare(url):
        with psycopg.connect(url) as connection:
            connection.execute("CREATE TABLE place (seats integer)")
            connection.execute("INSERT INTO place VALUES (3)")

    template = postgres_cluster.template("places", prepare)
    one, other = (postgres_cluster.create_database(template) for _ in range(2))
    with psycopg.connect(one) as connection:
        connection.execute("DELETE FROM place")
    with psycopg.connect(other) as connection:
        assert connection.execute("SELECT seats FROM place").fetchall() == [(3,)]
    for url in (one, other):
        postgres_cluster.drop_database(url)


@pytest.mark.needs("postgresql")
def test_what_a_durable_server_confirmed_is_there_after_a_crash(durable_postgres_cluster):
    cluster = durable_postgres_cluster
    url = cluster.create_database()
    with psycopg.connect(url) as connection:
        assert connection.execute("SHOW fsync").fetchone() == ("on",)
        connection.execute("CREATE TABLE placement (id integer)")
        connection.execute("INSERT INTO placement VALUES (17)")
    cluster.halt(SIGQUIT)
    cluster.start()
    with psycopg.connect(url) as connection:
        assert connection.execute("SELECT id FROM placement").fetchall() == [(17,)]


@pytest.mark.needs("smtp")
def test_the_post_office_keeps_the_letter_with_its_envelope(post_office):
    send(post_office, "noor@school.example")
    (letter,) = post_office.wait_for_letters(to="noor@school.example")
    assert (letter.sender, letter.recipients) == ("makelaar@gemeente.example", ["noor@school.example"])
    assert letter.message_id == "<17@gemeente.example>"
    assert "Reünie" in letter.text()


@pytest.mark.needs("smtp")
def test_the_post_office_refuses_for_now_and_then_accepts(post_office):
    post_office.refuse_for_now("noor@school.example", times=1)
    with pytest.raises(smtplib.SMTPRecipientsRefused) as refusal:
        send(post_office, "noor@school.example")
    assert refusal.value.recipients["noor@school.example"][0] == 451
    send(post_office, "noor@school.example")
    assert len(post_office.letters) == 1


@pytest.mark.needs("smtp")
def test_the_post_office_refuses_one_address_for_good_and_no_other(post_office):
    post_office.refuse_for_good("weg@school.example")
    with pytest.raises(smtplib.SMTPRecipientsRefused) as refusal:
        send(post_office, "weg@school.example")
    assert refusal.value.recipients["weg@school.example"][0] == 550
    send(post_office, "noor@school.example")
    assert post_office.letters_to("noor@school.example")


@pytest.mark.needs("smtp")
@pytest.mark.parametrize(("when", "kept"), [("after", 1), ("before", 0)])
def test_the_post_office_hangs_up_once_and_the_sender_cannot_know_whether_the_letter_was_kept(post_office, when, kept):
    getattr(post_office, f"hang_up_{when}_accepting")()
    with pytest.raises(smtplib.SMTPServerDisconnected):
        send(post_office, "noor@school.example")
    assert len(post_office.letters) == kept
    send(post_office, "noor@school.example")
    assert len(post_office.letters) == kept + 1


@pytest.mark.needs("smtp")
def test_a_closed_post_office_gives_no_answer_and_opens_again_at_the_same_place(post_office):
    port = post_office.port
    post_office.close()
    with pytest.raises(ConnectionRefusedError):
        send(post_office, "noor@school.example")
    post_office.open()
    send(post_office, "noor@school.example")
    assert post_office.port == port
    assert len(post_office.letters) == 1


@pytest.mark.needs("chromium", "axe")
def test_axe_is_content_with_a_plain_page_under_a_strict_policy(open_window, site, axe):
    page = open_window(base_url=site.address)
    page.goto("/")
    assert page.evaluate("navigator.language") == "nl-NL"
    assert axe(page) == []


@pytest.mark.needs("chromium", "axe")
def test_axe_finds_a_field_without_label_on_a_phone(open_window, site, axe):
    site.pages["/"] = VALID.replace("</p>", '</p><input name="kvk">')
    page = open_window(base_url=site.address, width=360)
    page.goto("/")
    assert page.evaluate("innerWidth") == 360
    assert [finding for finding in axe(page) if finding.startswith("label (critical) at input")]


@pytest.mark.needs("chromium")
@pytest.mark.parametrize(
    ("addition", "complaint"),
    [
        ('<img alt="" src="http://plaatjes.example/logo.png">', "request to another host: http://plaatjes.example"),
        ('<img alt="" src="/weg.png">', "404 for "),
        ("<script>document.title = 'x'</script>", "console: "),
    ],
)
def test_a_window_complains_about_what_a_page_of_ours_may_not_do(open_window, site, addition, complaint):
    site.pages["/"] = VALID.replace("</p>", f"</p>{addition}")
    open_window(base_url=site.address).goto("/")
    complaints = list(open_window.complaints)
    open_window.complaints.clear()
    assert len(complaints) == 1
    assert complaints[0].startswith(complaint)


@pytest.mark.needs("chromium")
def test_a_window_without_javascript_runs_no_script(open_window, site):
    site.pages["/"] = VALID.replace("</p>", "</p><noscript>Zonder script</noscript>")
    page = open_window(base_url=site.address, javascript=False)
    page.goto("/")
    assert "Zonder script" in page.inner_text("body")


@pytest.mark.needs("java")
def test_the_html_checker_is_content_with_a_valid_page(html_checker):
    assert html_checker.findings(VALID) == []


@pytest.mark.needs("java")
def test_the_html_checker_says_what_is_wrong_and_where(html_checker):
    (finding,) = html_checker.findings(VALID.replace("</p>", "</p>\n<p><div>x</div></p>"))
    assert finding.startswith("error on line 4: No “p” element in scope")
