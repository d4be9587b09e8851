"""Commands: one object, an exit code, and sentences."""

import json

import pytest
from sqlalchemy import select

from stagemakelaar import jobs, schema
from stagemakelaar.db import transaction
from stagemakelaar.outbox import Message, promise
from stagemakelaar.people.models import Role, User
from stagemakelaar.rounds import actions as rounds
from stagemakelaar.rounds.models import Run
from stagemakelaar.rounds.run_settings import settings_from
from stagemakelaar.schema import DatabaseKind

COMMON = ["command", "contract", "version", "database", "started_at", "seconds", "exit", "refusal"]


def test_every_object_begins_with_the_common_keys(call):
    code, told = call("deliver")
    assert list(told)[: len(COMMON)] == COMMON
    assert (code, told["exit"], told["command"], told["contract"], told["refusal"]) == (0, 0, "deliver", 1, None)
    assert told["started_at"] == "2027-02-03T09:00:00Z"


def test_without_json_it_speaks_dutch(app, database):
    result = app.test_cli_runner().invoke(args=["deliver"])
    assert result.stdout == "Verzonden: 0. Later opnieuw: 0. Niet bezorgd: 0. Wacht nog: 0.\n"


def test_deliver_counts_what_it_did(call, make):
    for number in range(3):
        with transaction() as session:
            promise(session, kind="sign_in_staff", to="a@demo.example", key=f"test:{number}")
    code, told = call("deliver", "--limit", "2")
    assert (code, told["claimed"], told["sent"], told["left"]) == (0, 2, 2, 1)


def test_a_letter_that_fails_for_good_is_exit_one(call, make, app, post_office):
    from dataclasses import replace

    post_office.refuse_for_good()
    before = app.config["SETTINGS"]
    app.config["SETTINGS"] = replace(before, smtp_url=f"smtp://{post_office.host}:{post_office.port}?tls=none")
    try:
        with transaction() as session:
            promise(session, kind="sign_in_staff", to="a@demo.example", key="test")
        code, told = call("deliver")
        assert (code, told["failed"]) == (1, 1)
        post_office.close()
        with transaction() as session:
            promise(session, kind="sign_in_staff", to="a@demo.example", key="test:2")
        code, told = call("deliver")
        assert (code, told["retry"]) == (5, 1)
    finally:
        app.config["SETTINGS"] = before


def test_an_unknown_option_is_exit_two(app, database):
    assert app.test_cli_runner().invoke(args=["deliver", "--haast"]).exit_code == 2
    assert app.test_cli_runner().invoke(args=["match"]).exit_code == 2


def test_the_first_administrator_is_invited(call, session):
    code, told = call("account", "invite", "Wim@Demo.example", "--role", "administrator")
    assert (code, told["command"]) == (0, "account invite")
    assert "wim" not in json.dumps(told).lower()
    user = session.scalars(select(User)).one()
    assert (user.email, user.role) == ("wim@demo.example", Role.ADMIN)
    assert session.scalars(select(Message)).one().kind == "staff_invitation"


def test_inviting_without_a_needed_programme_is_refused(call, session):
    code, told = call("account", "invite", "wim@demo.example", "--role", "broker")
    assert (code, bool(told["refusal"])) == (3, True)
    assert session.scalars(select(User)).all() == []


def test_an_unknown_programme_is_refused(call):
    code, told = call("account", "invite", "wim@demo.example", "--role", "broker", "--programme", "nergens")
    assert (code, told["refusal"]) == (3, "Dat bestaat hier niet.")


def test_a_programme_is_added_once(call):
    words = ("programme", "add", "west", "--name", "West", "--kind", "school", "--email", "west@demo.example")
    assert call(*words)[0] == 0
    code, told = call(*words)
    assert (code, bool(told["refusal"])) == (3, True)


def open_round(make):
    make.place()
    make.student(searching=True)
    make.student(searching=True, max_minutes=10, postcode="9711 AA")
    broker = make.broker()
    with transaction() as session:
        return rounds.open_round(session, make_programme(session), name="Voorjaar", by=broker)


def make_programme(session):
    from stagemakelaar.people.queries import programme_called

    return programme_called(session, "noord")


def test_match_computes_one_run_and_a_replay_gives_the_same(call, make, session):
    open_round(make)
    code, told = call("match", "--programme", "noord")
    assert (code, told["students"], told["seats"], told["proposed"], told["objections"]) == (0, 2, 1, 1, [])
    assert sum(told["unmatched"].values()) == 1
    code, again = call("match", "--replay", str(told["run"]))
    assert (code, again["same"], again["outcome_hash"]) == (0, True, told["outcome_hash"])
    assert len(session.scalars(select(Run)).all()) == 1


def test_match_on_the_facts_of_an_earlier_run(call, make, session):
    match_round = open_round(make)
    _code, first = call("match", "--programme", "noord")
    with transaction() as writing:
        by, earlier = writing.get(User, match_round.opened_by_id), writing.get(Run, first["run"])
        weights = {"learning": 50, "travel": 50, "kind": 0, "costs": 0}
        settings = settings_from(weights=weights, most_minutes=60, waiting_counts=False)
        run = rounds.ask_for_run(writing, writing.merge(match_round), by=by, settings=settings, from_run=earlier)
    jobs.compute_run(run.id)
    for number in (run.id, call("match", "--programme", "noord", "--from-run", str(run.id))[1]["run"]):
        kept = session.get(Run, number)
        assert (kept.settings, kept.input_hash) == (settings.stored, session.get(Run, run.id).input_hash)
        code, again = call("match", "--replay", str(number))
        assert (code, again["same"], again["input_hash"]) == (0, True, kept.input_hash)
    assert call("match", "--programme", "noord", "--from-run", "987654")[0] == 3


def test_match_without_an_open_round_is_refused(call, make):
    make.programme()
    code, told = call("match", "--programme", "noord")
    assert (code, told["refusal"]) == (3, "Er is geen open ronde in dit programma.")


def test_match_while_someone_else_computes_is_exit_four(call, make):
    match_round = open_round(make)
    with transaction() as session:
        rounds.ask_for_run(session, session.merge(match_round), by=session.get(User, match_round.opened_by_id))
    assert call("match", "--programme", "noord")[0] == 4


def test_our_own_fault_has_a_reference_and_no_words(app, database, call):
    from stagemakelaar.commands.frame import command

    @command("stuk")
    def broken(_told):
        raise ZeroDivisionError("samira@demo.example")

    app.cli.add_command(broken)
    try:
        result = app.test_cli_runner().invoke(args=["stuk", "--json"])
    finally:
        app.cli.commands.pop("stuk")
    assert result.exit_code == 70
    assert "samira" not in result.output
    assert "Noem dit nummer" in json.loads(result.stdout)["refusal"]


@pytest.mark.parametrize("words", [("deliver",), ("match", "--programme", "noord")])
def test_a_command_of_the_demo_refuses_real_people(call, words):
    with transaction() as session:
        schema.mark(session, DatabaseKind.REAL)
    code, told = call(*words)
    assert (code, "echte mensen" in told["refusal"]) == (3, True)
