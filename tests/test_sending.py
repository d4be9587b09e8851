"""Letters over real SMTP, and into the folder of the demo."""

from email.message import EmailMessage

import pytest

from stagemakelaar.jobs import NotEver, NotNow
from stagemakelaar.sending import Folder, MailHost, delivered_letters

smtp = pytest.mark.needs("smtp")


def letter(to="samira@demo.example", key="a"):
    letter = EmailMessage()
    letter["Subject"] = "Onderwerp"
    letter["From"] = "Stagemakelaar Noord <noord@demo.example>"
    letter["To"] = to
    letter["Date"] = "Wed, 03 Feb 2027 09:00:00 +0000"
    letter["Message-ID"] = f"<{key}@demo.example>"
    letter.set_content("Beste Zoë,\n\nTot ziens.\n")
    return letter


def address_of(office):
    return f"smtp://{office.host}:{office.port}?tls=none"


@smtp
def test_a_letter_arrives_as_it_was_written(post_office):
    with MailHost(address_of(post_office)) as send:
        send(letter())
    arrived = post_office.wait_for_letters()[0]
    assert (arrived.message_id, arrived.recipients) == ("<a@demo.example>", ["samira@demo.example"])
    assert "Zoë" in arrived.text()


@smtp
def test_a_batch_goes_over_one_line(post_office):
    with MailHost(address_of(post_office)) as send:
        for number in range(5):
            send(letter(key=str(number)))
    assert len(post_office.wait_for_letters(5)) == 5


@smtp
def test_an_unknown_mailbox_is_refused_for_good_and_the_next_letter_leaves(post_office):
    post_office.refuse_for_good("gone@demo.example")
    with MailHost(address_of(post_office)) as send:
        with pytest.raises(NotEver, match="550"):
            send(letter("gone@demo.example"))
        send(letter())
    assert len(post_office.wait_for_letters()) == 1


@smtp
def test_a_busy_host_is_refused_for_now(post_office):
    post_office.refuse_for_now("samira@demo.example")
    with MailHost(address_of(post_office)) as send, pytest.raises(NotNow, match="451") as refused:
        send(letter())
    assert not refused.value.host_is_away


@smtp
@pytest.mark.promise("P11")
def test_a_host_that_hangs_up_is_tried_again_with_the_same_message_id(post_office):
    post_office.hang_up_after_accepting()
    with MailHost(address_of(post_office)) as send:
        with pytest.raises(NotNow):
            send(letter())
        send(letter())
    arrived = post_office.wait_for_letters(2)
    assert {one.message_id for one in arrived} == {"<a@demo.example>"}


@smtp
def test_a_host_that_is_away_says_so(post_office):
    post_office.close()
    with MailHost(address_of(post_office)) as send, pytest.raises(NotNow) as refused:
        send(letter())
    assert refused.value.host_is_away


@smtp
def test_without_tls_nothing_is_sent_unless_that_was_asked_for(post_office):
    with MailHost(f"smtp://{post_office.host}:{post_office.port}") as send, pytest.raises(NotNow):
        send(letter())
    assert post_office.letters == []


def test_a_letter_that_is_written_twice_is_one_file(tmp_path):
    with Folder(tmp_path / "outgoing") as send:
        send(letter())
        send(letter())
    total, letters = delivered_letters(tmp_path / "outgoing", 10)
    assert (total, letters[0].subject, letters[0].paragraphs) == (1, "Onderwerp", [["Beste Zoë,"], ["Tot ziens."]])


def test_a_folder_that_cannot_be_written_keeps_the_letter_waiting(tmp_path):
    with Folder(tmp_path / "outgoing") as send:
        (tmp_path / "outgoing").rmdir()
        with pytest.raises(NotNow):
            send(letter())
