"""My data as a file: a page to read and the same as JSON, in one zip; each download is in the trail."""

import io
import json
import zipfile

from flask import Blueprint, Response, redirect, render_template, request, url_for
from flask_babel import gettext as _

from stagemakelaar import audit, clock
from stagemakelaar.casework.queries import case_of
from stagemakelaar.db import current_session, transaction
from stagemakelaar.letters import KINDS
from stagemakelaar.outbox import messages_to
from stagemakelaar.people.models import Role
from stagemakelaar.people.permissions import Permission
from stagemakelaar.people.profiles import Step
from stagemakelaar.placements.queries import told_placements_of
from stagemakelaar.rights import own_file
from stagemakelaar.rounds.models import ProposalState
from stagemakelaar.rounds.queries import proposals_about
from stagemakelaar.rounds.word import last_search_for
from stagemakelaar.web.access import actor, allow, confirmed_lately
from stagemakelaar.web.explanations import Audience, cause_in_words, parts_in_words
from stagemakelaar.web.forms import ButtonForm, pressed
from stagemakelaar.web.profile_words import STEPS, summary_of
from stagemakelaar.web.who_saw import readings_in_words

pages = Blueprint("own_file", __name__)

NAME = "mijn-gegevens"
ALL_LETTERS = 10_000


@pages.get("/mijn-gegevens/downloaden")
@allow(Permission.OWN_ACCOUNT)
def ask():
    """What is in the file, and the button."""
    return render_template("rights/download.html", form=ButtonForm(), formal=actor().role is not Role.STUDENT)


@pages.post("/mijn-gegevens/downloaden")
@allow(Permission.OWN_ACCOUNT)
@confirmed_lately
def download():
    """The zip, made at this moment and kept nowhere."""
    if not pressed(request.form):
        return redirect(url_for(".ask"), 303)
    with transaction() as session:
        audit.record(session, "own_file.downloaded", actor(), by=actor())
    session = current_session()
    student = own_file.student_behind(session, actor())
    untold = own_file.untold_about(session, actor())
    words = _words_about(session, student, untold) if student is not None else {}
    letters = [one for one in messages_to(session, actor(), ALL_LETTERS) if not untold.has_letter(one)]
    data = {
        "made_at": clock.now().isoformat(),
        "role": actor().role.value,
        "held": own_file.rows_about(session, actor()),
        "seen_by": [
            {"day": one.day.isoformat(), "who": one.who, "role": one.role, "opened": one.opened}
            for one in words.get("readings", ())
        ],
        "proposals": [
            {"place": told["where"], "day": told["day"].isoformat(), "state": told["state"], "why": told["why"]}
            for told in words.get("proposals", ())
        ],
    }
    subjects = {kind: str(subject) for kind, (subject, _path) in KINDS.items()}
    page = render_template(
        "rights/own_file.html", user=actor(), made_on=clock.today(), letters=letters, subjects=subjects, **_empty(words)
    )
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as packed:
        packed.writestr(f"{NAME}.html", page)
        packed.writestr(f"{NAME}.json", json.dumps(data, ensure_ascii=False, indent=2))
    disposition = {"Content-Disposition": f"attachment; filename={NAME}.zip"}
    return Response(file.getvalue(), content_type="application/zip", headers=disposition)


def _empty(words):
    """The words about a student; for others there are none."""
    none: dict = dict.fromkeys(("case", "case_state", "unplaced"))
    none |= dict.fromkeys(("sections", "placements", "contacts", "notes", "proposals", "readings"), ())
    return none | words


def _words_about(session, student, untold):
    case = case_of(session, student)
    search = last_search_for(session, student)
    return {
        "case": case,
        "case_state": untold.state_of(case.state),
        "sections": [(STEPS[step].title, summary_of(session, student, step)) for step in Step],
        "placements": told_placements_of(session, student),
        "contacts": list(case.contacts),
        "notes": own_file.notes_about(session, case),
        "proposals": [
            {
                "where": _("%(title)s bij %(company)s", title=one.place.title, company=one.place.organisation.name),
                "day": clock.day_of(one.created_at),
                "state": state.value,
                "is": state,
                "why": [part.text for part in parts_in_words(one.facts, Audience.STUDENT)],
            }
            for one in proposals_about(session, student)
            for state in [ProposalState.OPEN if one.id in untold.proposals else one.state]
        ],
        "unplaced": cause_in_words(search.cause, search.facts, Audience.STUDENT) if search and search.cause else None,
        "readings": readings_in_words(session, student),
    }
