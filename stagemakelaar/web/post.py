"""The post of a programme, what was not delivered first. A broker mends what was wrong and has it sent again."""

from flask import Blueprint, flash, redirect, render_template, url_for
from flask_babel import gettext as _
from sqlalchemy import func, select

from stagemakelaar import outbox
from stagemakelaar.db import current_session, transaction
from stagemakelaar.errors import NotFound
from stagemakelaar.outbox import Message, MessageState
from stagemakelaar.people.permissions import Permission, may
from stagemakelaar.rights.letters import may_be_listed
from stagemakelaar.web.access import actor, allow
from stagemakelaar.web.forms import ButtonForm, must_be_pressed
from stagemakelaar.web.letter_words import letter_of
from stagemakelaar.web.paging import chosen, number, rows_of

pages = Blueprint("post", __name__)


def _visible_to(user):
    """A statement of the messages of the user's programme."""
    return select(Message).where(Message.programme_id == user.programme_id)


def _listed(user):
    """The same, without those to students of whom nothing may be done, unless it is about what they asked."""
    return _visible_to(user).where(may_be_listed())


def listed():
    """A statement of the letters that the address asks for, what was not delivered first."""
    statement, state, letter = _listed(actor()), chosen("stand", MessageState), number("brief")
    if state is not None:
        statement = statement.where(Message.state == state)
    if letter is not None:  # every letter to whom this one went
        recipient = _listed(actor()).with_only_columns(Message.to).where(Message.id == letter)
        statement = statement.where(Message.to.in_(recipient))
    undelivered_first = (Message.state == MessageState.FAILED).desc()
    return statement.order_by(undelivered_first, Message.state_changed_at.desc(), Message.id.desc())


@pages.get("/post")
@allow(Permission.REPLAY_POST)
def index():
    session, state = current_session(), chosen("stand", MessageState)
    rows = rows_of(session, listed())
    counted = _listed(actor()).with_only_columns(Message.state, func.count()).group_by(Message.state)
    return render_template(
        "post/index.html",
        rows=rows,
        letters=[letter_of(message) for message in rows.items],
        state=state,
        may_send=may(actor(), Permission.DECIDE),
        letter=number("brief"),
        counts=dict.fromkeys(MessageState, 0) | dict(session.execute(counted).all()),
        button_form=ButtonForm(),
    )


@pages.post("/post/<int:message_id>/opnieuw")
@allow(Permission.REPLAY_POST)
def send_again(message_id):
    _message_for(current_session(), message_id)
    must_be_pressed(url_for("post.index"))
    with transaction() as session:
        outbox.queue_again(session, _message_for(session, message_id), by=actor())
    flash(_("De brief staat weer klaar om te versturen."), "success")
    return redirect(url_for("post.index"))


def _message_for(session, message_id):
    found = session.scalars(_visible_to(actor()).where(Message.id == message_id)).first()
    if found is None:
        raise NotFound
    return found
