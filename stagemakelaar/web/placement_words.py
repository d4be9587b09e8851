"""The end of a placement in words."""

from flask_babel import gettext as _

from stagemakelaar import labels
from stagemakelaar.placements.models import BrokerReason, EmployerReason, StudentReason, WithdrawnBy

REASONS = {
    WithdrawnBy.STUDENT: StudentReason,
    WithdrawnBy.EMPLOYER: EmployerReason,
    WithdrawnBy.BROKER: BrokerReason,
}


def ended_because(placement):
    """Who ended a placement and why: "het bedrijf: er is geen plek meer"; nothing while it stands."""
    if placement.withdrawn_by is None:
        return ""
    reason = REASONS[placement.withdrawn_by](placement.withdraw_reason)
    return _("%(who)s: %(why)s", who=labels.label(placement.withdrawn_by), why=labels.label(reason))
