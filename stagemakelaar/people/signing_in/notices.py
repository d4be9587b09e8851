"""Letters about an account itself: whatever changed in how someone signs in, they hear it where they read mail."""

import enum

from stagemakelaar import clock, outbox
from stagemakelaar.people.signing_in.models import new_secret


class What(enum.Enum):
    """Wat er gebeurde: what a letter about an account tells of."""

    PASSWORD = "password"  # noqa: S105 - what happened
    RECOVERY_USED = "recovery_used"
    RECOVERY_RENEWED = "recovery_renewed"
    APP = "app"
    ADDRESS = "address"
    NEW_BROWSER = "new_browser"
    RESET_GRANTED = "reset_granted"
    RIGHTS = "rights"
    RIGHTS_BY_SERVER = "rights_by_server"
    STOPPED = "stopped"
    REOPENED = "reopened"
    SIGNED_OUT = "signed_out"


def tell(session, user, what, *, to=None, **words):
    """Promise the letter to the address of an account, or to the one that it had until now (`to`).

    It belongs to no programme: how someone signs in is not the business of those who work on their case.
    """
    outbox.promise(
        session,
        kind="account_notice",
        to=to or user.email,
        user=user,
        key=f"account:{user.id}:{what.value}:{new_secret()}",  # each of these happens as often as it happens
        what=what.value,
        at=clock.now().isoformat(),
        **words,
    )
