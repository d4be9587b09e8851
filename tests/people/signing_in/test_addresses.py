"""Another mail address for an account."""

from sqlalchemy import select

from stagemakelaar import outbox
from stagemakelaar.db import transaction
from stagemakelaar.outbox import Message
from stagemakelaar.people.models import User
from stagemakelaar.people.signing_in import addresses
from stagemakelaar.people.signing_in.models import SignInLink


def test_what_waits_goes_to_the_new_address_and_only_the_notice_to_the_old(make, session):
    user = make.broker(email="old@demo.example")
    other = make.broker()
    with transaction() as writing:
        for key, whom in (("waits", user), ("held", user), ("others", other)):
            outbox.promise(writing, kind="x", to=whom.email, key=key, user=whom)
        outbox.claim(writing)
        outbox.give_back(writing, [(one.id, 1) for one in writing.scalars(select(Message)) if one.key != "held"])
        link = addresses.ask(writing, writing.get(User, user.id), email="new@demo.example").id
    with transaction() as writing:
        addresses.carry_out(writing, writing.get(SignInLink, link), token_kept="none")
    found = {one.key.split(":")[0]: one.to for one in session.scalars(select(Message)) if one.kind != "address_confirm"}
    assert found == {
        "waits": "new@demo.example",
        "held": "old@demo.example",
        "others": other.email,
        "account": "old@demo.example",
    }
