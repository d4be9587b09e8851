"""An erasure carried through: the line in the list, then the word to the person; and again after a restore.

What `rights` did in a transaction is finished here. Every step is safe to repeat: the worker does so every hour, and
whoever starts on a database that came from elsewhere does so first.
"""

import os

import structlog
from sqlalchemy import select

from stagemakelaar import clock, outbox
from stagemakelaar.db import current_session, empty_log, look_again, transaction
from stagemakelaar.errors import N_, DomainError
from stagemakelaar.people.models import User
from stagemakelaar.rights import erasing, listed
from stagemakelaar.rights.models import Erasure
from stagemakelaar.rounds.forgetting import forget_inputs

log = structlog.get_logger()


def refuse_without_list(path):
    """Refuse to erase anybody while the list cannot be written: a restore would bring them back."""
    if not _can_write(path):
        raise DomainError(N_("Wissen kan nu niet: de lijst van gewisten is niet te schrijven. Vraag het de beheerder."))


def _can_write(path):
    try:
        if path is not None and not _is_lost(path):
            os.close(os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600))
            return True
    except OSError as wrong:
        log.error("erasure_list_not_writable", kind=type(wrong).__name__)  # noqa: TRY400 - the kind says it all
    return False


def _is_lost(path):
    """Whether there was a list and it is gone, with its disk for one: a new one would hide that lines are missing."""
    lost = not path.exists() and listed.any_written(current_session())
    if lost:
        log.error("erasure_list_lost")
    return lost


def write_down(path):
    """Write the lines of erasures that have none yet, flush them, and only then let the last letters go."""
    if not listed.not_listed(current_session()):
        return 0
    if _is_lost(path):
        raise DomainError(N_("De lijst van gewisten (ERASURE_LIST) is weg. Zet hem terug."))
    with transaction() as session:
        # Under their locks: what another process writes at this moment is skipped, so that no line is written twice.
        waiting = select(Erasure).where(Erasure.listed_at.is_(None)).order_by(Erasure.id)
        erasures = session.scalars(waiting.with_for_update(skip_locked=True)).all()
        if erasures:
            listed.append(path, erasures)
        for erasure in erasures:
            erasure.listed_at = clock.now()
            outbox.let_go(session, f"{outbox.PARTING}{erasure.ref}:")
    return len(erasures)


def carry_out(path):
    """Erase whoever stands in the list and not among the erasures of this database; gives back how many were here.

    A number that now belongs to somebody else, or to nobody, is noted and nothing is touched.
    """
    found = 0
    for line in listed.not_carried_out(look_again(), listed.read(path)):
        with transaction() as session:
            user = session.get(User, line.user)
            if user is not None and user.created_at == line.registered and user.erased_at is None:
                told = {"ref": line.ref, "at": line.at, "force": True}
                erasing.erase(session, user, why=line.why, by=None, **told)
                found += 1
            else:
                erasing.note_absent(session, line)
    if found:
        empty_log()
        log.info("erased_again", count=found)
    return found


def finish(path):
    """What is left to do: lines to write, people to erase again, inputs of closed rounds to empty."""
    carry_out(path)
    with transaction() as session:
        emptied = forget_inputs(session)
    written = write_down(path)
    if written or emptied:
        empty_log()
