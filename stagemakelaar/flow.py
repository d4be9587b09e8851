"""States move along drawn arrows, by one function that also writes the audit line.

A model that has a `state` draws its arrows in `FLOW`, a table from each state to the states that may follow it.
The move only moves and logs; consequences belong to the action that asks for it.
"""

from stagemakelaar import audit, clock
from stagemakelaar.errors import N_, IllegalMove


def move(session, record, to, *, by, why=None, only_from=None, **details):
    """Bring a record to another state along an arrow of its flow, and write who did it and why.

    only_from   the states from which this action may do it, where other arrows that lead there are not for it

    Raises IllegalMove when no arrow leads there; nothing has changed then.
    """
    if to not in record.FLOW[record.state] or (only_from is not None and record.state not in only_from):
        raise IllegalMove(
            N_("Dit kan nu niet meer: de stand is intussen veranderd. Kijk eerst wat er gebeurd is."),
            field=None,
        )
    before = record.state
    record.state = to
    record.state_changed_at = clock.now()
    audit.record(
        session,
        f"{record.__tablename__}.{to.value}",
        record,
        by=by,
        before=before.value,
        **({"why": why} if why else {}),
        **details,
    )


def can_move(record, to):
    """Whether an arrow leads from where the record is to that state; for showing or hiding a button."""
    return to in record.FLOW[record.state]
