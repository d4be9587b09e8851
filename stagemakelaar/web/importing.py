"""Lists from elsewhere: uploaded, tried row by row, and then carried out wholly or not at all."""

from datetime import date

from flask import Blueprint, Response, flash, redirect, render_template, request, url_for
from flask_babel import format_date
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from werkzeug.datastructures import CombinedMultiDict
from wtforms import BooleanField, FileField, HiddenField

from stagemakelaar.db import current_session, look_again, transaction
from stagemakelaar.errors import DomainError
from stagemakelaar.files.lists import LAYOUTS
from stagemakelaar.files.tables import as_bytes
from stagemakelaar.intake import uploads
from stagemakelaar.intake.lines import Outcome
from stagemakelaar.intake.models import UploadKind
from stagemakelaar.labels import WORDS, label
from stagemakelaar.people.permissions import Permission
from stagemakelaar.web.access import actor, allow
from stagemakelaar.web.forms import BaseForm, ButtonForm, must_be_pressed, required, say
from stagemakelaar.web.paging import chosen, rows_among, rows_of
from stagemakelaar.web.reading import note_readings

pages = Blueprint("importing", __name__)

ROOM_AROUND = 100_000  # bytes of a form besides the file
LISTS = {
    "students": {"title": _l("Studenten inlezen"), "back": "students.index", "list": _l("Studenten")},
    "places": {"title": _l("Plekken inlezen"), "back": "places.index", "list": _l("Plekken")},
}


class SentFile(FileField):
    """A file; a text under its name is no file."""

    def process_formdata(self, valuelist):
        """Keep what came as a file."""
        self.data = next((one for one in valuelist if hasattr(one, "filename")), None)


class UploadForm(BaseForm):
    """A list, as the school or company keeps it."""

    file = SentFile(
        _l("Bestand"),
        [required(_l("Kies een bestand."))],
        description=_l(
            "Excel (.xlsx) of CSV, hoogstens 10 MB. Er verandert nog niets: u ziet eerst wat er zou gebeuren."
        ),
        render_kw={"accept": ".xlsx,.csv"},
    )


class CarryOutForm(BaseForm):
    """Yes to what was shown: the seal says what that was."""

    seal = HiddenField()
    overwrite = BooleanField()


def _both(rule, **options):
    """A page that students and places have alike: `/studenten…` and `/plekken…`."""

    def hang(view):
        for start, kind in (("/studenten", "students"), ("/plekken", "places")):
            pages.route(f"{start}/importeren{rule}", defaults={"kind": kind}, **options)(view)
        return view

    return hang


@_both("", methods=["GET", "POST"])
@allow(Permission.IMPORT_LISTS)
def index(kind):
    form = None
    if request.method == "POST":
        request.max_content_length = uploads.MOST_BYTES + ROOM_AROUND
        form = UploadForm(CombinedMultiDict([request.form, request.files]))
        if form.validate() and (upload := _kept(kind, form)) is not None:
            return redirect(url_for("importing.show", kind=kind, upload_id=upload.id))
    return render_template(
        "importing/index.html",
        **_about(kind),
        form=form or UploadForm(),
        layout=LAYOUTS[kind],
        rows=rows_of(current_session(), uploads.uploads_visible_to(actor(), UploadKind(kind))),
    ), 422 if form is not None else 200


def _kept(kind, form):
    """Keep the file and give back its record, or None when the form says why not."""
    sent = form.file.data
    try:
        with transaction() as session:
            return uploads.keep_upload(
                session,
                kind=UploadKind(kind),
                programme_id=actor().programme_id,
                file_name=sent.filename or "",
                content=sent.read(),
                by=actor(),
            )
    except DomainError as refusal:
        form.refuse(refusal)
        return None


@_both("/voorbeeld.csv")
@allow(Permission.IMPORT_LISTS)
def example(kind):
    columns = LAYOUTS[kind].columns
    rows = zip(*(column.examples for column in columns), strict=True)
    content = as_bytes([column.name for column in columns], rows)
    name = {"Content-Disposition": f"attachment; filename=voorbeeld-{kind}.csv"}
    return Response(content, content_type="text/csv; charset=utf-8", headers=name)


@_both("/<int:upload_id>")
@allow(Permission.IMPORT_LISTS)
def show(kind, upload_id):
    return _page(_upload(current_session(), kind, upload_id))


def _page(upload, *, overtaken=None):
    if upload.content is None:
        return render_template("importing/done.html", **_about(upload.kind.value), upload=upload)
    overwrite, outcome = request.values.get("overwrite") == "y", chosen("stand", Outcome)
    only_alike = request.args.get("stand") == "lijkt"
    trial, lines = uploads.try_upload(current_session(), upload, overwrite=overwrite)
    rows = rows_among((line for line in lines if _is_shown(line, outcome, only_alike)), endpoint="importing.show")
    if upload.kind is UploadKind.STUDENTS:  # a row about someone whom we know tells what is in the file
        kind, upload_id = upload.kind.value, upload.id
        note_readings({line.known for line in rows.items if line.known}, upload=upload_id)
        upload = _upload(current_session(), kind, upload_id)
    return render_template(
        "importing/show.html",
        **_about(upload.kind.value),
        upload=upload,
        trial=trial,
        rows=rows,
        outcome=outcome,
        outcomes=Outcome,
        only_alike=only_alike,
        overwrite=overwrite,
        overtaken=overtaken,
        sentence=say,
        in_words=in_words,
        form=CarryOutForm(seal=trial.seal, overwrite=overwrite),
        button_form=ButtonForm(),
    ), 409 if overtaken else 200


def _is_shown(line, outcome, only_alike):
    return bool(line.alike) if only_alike else outcome in (None, line.outcome)


@_both("/<int:upload_id>/doorvoeren", methods=["POST"])
@allow(Permission.IMPORT_LISTS)
def carry_out(kind, upload_id):
    upload = _upload(current_session(), kind, upload_id)
    form = CarryOutForm(request.form)
    must_be_pressed(url_for("importing.show", kind=kind, upload_id=upload_id))
    try:
        with transaction() as session:
            upload = _upload(session, kind, upload_id)
            trial = uploads.carry_out(
                session, upload, seal=form.seal.data, overwrite=bool(form.overwrite.data), by=actor()
            )
    except DomainError as refusal:
        upload = _upload(look_again(), kind, upload_id)
        return _page(upload, overtaken=say(refusal))
    flash(_("De lijst is doorgevoerd. Nieuw: %(new)s. Veranderd: %(changed)s.", **trial.facts()), "success")
    return redirect(url_for(LISTS[kind]["back"]))


@_both("/<int:upload_id>/weggooien", methods=["POST"])
@allow(Permission.IMPORT_LISTS)
def drop(kind, upload_id):
    _upload(current_session(), kind, upload_id)
    must_be_pressed(url_for("importing.show", kind=kind, upload_id=upload_id))
    with transaction() as session:
        uploads.drop_upload(session, _upload(session, kind, upload_id), by=actor())
    flash(_("De lijst is weggegooid. Er is niets veranderd."), "success")
    return redirect(url_for("importing.index", kind=kind))


def _upload(session, kind, upload_id):
    return uploads.upload_for(session, actor(), UploadKind(kind), upload_id)


def _about(kind):
    return {"kind": kind, "words": LISTS[kind]}


def in_words(value):
    """A value of a cell, or of a record, as people read it."""
    if value is None or value == "" or value in ([], ()):
        return _("leeg")
    if isinstance(value, date):
        return format_date(value, "d MMMM y")
    if isinstance(value, list | tuple):
        return ", ".join(in_words(one) for one in value)
    return str(label(value)) if value.__class__ in _CHOICES else str(value)


_CHOICES = {member.__class__ for member in WORDS}
