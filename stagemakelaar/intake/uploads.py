"""What can be done with a list: kept and tried, carried out wholly or not at all, thrown away."""

import hashlib
from datetime import timedelta
from pathlib import PurePath
from typing import Any

from sqlalchemy import delete, select

from stagemakelaar import audit, clock
from stagemakelaar.errors import N_, DomainError, NotFound, Overtaken
from stagemakelaar.intake.lines import Trial
from stagemakelaar.intake.models import Upload, UploadKind
from stagemakelaar.intake.places import PlaceWriter, read_places
from stagemakelaar.intake.students import StudentWriter, read_students

MOST_BYTES = 10_000_000
KEEP = timedelta(days=1)
READERS: dict[UploadKind, Any] = {
    UploadKind.STUDENTS: (read_students, StudentWriter),
    UploadKind.PLACES: (read_places, PlaceWriter),
}


def keep_upload(session, *, kind, programme_id, file_name, content, by):
    """Keep a file until it is carried out, so that what is carried out is what was tried."""
    if len(content) > MOST_BYTES:
        raise DomainError(N_("Dit bestand is te groot. Maak er twee van."), field="file")
    forget_uploads(session)
    upload = Upload(
        programme_id=programme_id,
        kind=kind,
        file_name=PurePath(file_name.replace("\\", "/")).name[-100:] or "lijst",
        content=content,
        by_id=by.id,
        counts={},
        created_at=clock.now(),
    )
    session.add(upload)
    audit.record(session, "upload.kept", upload, by=by, kind=kind.value, sha256=hashlib.sha256(content).hexdigest())
    return upload


def try_upload(session, upload, *, overwrite=False):
    """Yield what each row would do, after a `Trial` that is complete once all lines were read. Nothing is written."""
    trial = Trial(upload.file_name)
    reader, _writer = READERS[upload.kind]
    return trial, reader(session, upload.programme_id, upload.content, trial, overwrite=overwrite)


def carry_out(session, upload, *, seal, overwrite=False, by):
    """Do what the trial with this seal said: all of it, or nothing.

    Raises Overtaken when the same file would now do something else, or was carried out already, and DomainError when
    something in it is wrong; the transaction must then be taken back.
    """
    upload = session.scalars(select(Upload).where(Upload.id == upload.id).with_for_update()).one()
    if upload.applied_at is not None:
        raise Overtaken(N_("Deze lijst is al doorgevoerd."))
    trial = carry_out_file(
        session,
        upload.kind,
        upload.programme_id,
        upload.file_name,
        upload.content,
        overwrite=overwrite,
        by=by,
        seal=seal,
    )
    upload.content, upload.applied_at, upload.counts = None, clock.now(), trial.facts()
    audit.record(session, "upload.applied", upload, by=by, kind=upload.kind.value, overwrite=overwrite, **upload.counts)
    return trial


def carry_out_file(session, kind, programme_id, name, content, *, overwrite=False, by=None, seal=None):
    """Read a file and write all that it says; gives back the `Trial`. The caller takes back what has complaints.

    seal    of the trial that people saw: Overtaken when this one is another
    """
    trial, (reader, make_writer) = Trial(name), READERS[kind]
    writer = make_writer(session, programme_id, by=by)
    for _line in reader(session, programme_id, content, trial, overwrite=overwrite, writer=writer):
        pass
    if seal is not None and (trial.complaints.total or seal != trial.seal):
        raise Overtaken(N_("Er is intussen iets veranderd. Hieronder staat wat de lijst nu zou doen."))
    if not trial.complaints.total:
        writer.write_trail()
    return trial


def drop_upload(session, upload, *, by):
    """Throw a list away that was not carried out."""
    if upload.applied_at is not None:
        raise Overtaken(N_("Deze lijst is al doorgevoerd."))
    audit.record(session, "upload.dropped", by=by, programme_id=upload.programme_id, upload=upload.id)
    session.delete(upload)


def forget_uploads(session):
    """Delete the lists that were tried more than a day ago and never carried out: they hold personal data."""
    session.execute(
        delete(Upload)
        .where(Upload.applied_at.is_(None), Upload.created_at < clock.now() - KEEP)
        .execution_options(synchronize_session=False)
    )


def uploads_visible_to(user, kind):
    """A statement of the lists of a kind in the user's programme, the newest first."""
    return (
        select(Upload).where(Upload.programme_id == user.programme_id, Upload.kind == kind).order_by(Upload.id.desc())
    )


def upload_for(session, user, kind, upload_id):
    """One list if this user may see it; raises NotFound otherwise."""
    found = session.scalars(uploads_visible_to(user, kind).where(Upload.id == upload_id)).first()
    if found is None:
        raise NotFound
    return found
