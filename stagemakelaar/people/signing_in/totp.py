"""The second factor: a code of six digits per half minute. Each works once, also for two who type it at once."""

import base64
import hashlib

import pyotp
from sqlalchemy import update

from stagemakelaar import clock
from stagemakelaar.people.models import User

STEP = 30
ISSUER = "Stagemakelaar"


def new_secret():
    """A secret for an authenticator."""
    return pyotp.random_base32()


def demo_secret(email):
    """The published secret of a demo account."""
    return base64.b32encode(hashlib.sha256(f"demo:{email}".encode()).digest()[:20]).decode()


def address_of(user, secret):
    """What the QR code says to an authenticator."""
    return pyotp.TOTP(secret).provisioning_uri(name=user.email, issuer_name=ISSUER)


def present_code(secret):
    """The code of this moment, and for how many seconds it is the present one; for the demo and for tests."""
    seconds = int(clock.now().timestamp())
    return pyotp.TOTP(secret).generate_otp(seconds // STEP), STEP - seconds % STEP


def spend_code(session, user, typed):
    """Whether the code is right and was not used before. The previous step is accepted, one ahead never."""
    typed = _digits(typed)
    if user.totp_secret is None or len(typed) != 6:
        return False
    return any(_moves_forward(session, user, step) for step in _steps(user.totp_secret, typed))


def _steps(secret, typed):
    """The steps of which this is the code: the present one, or the one before."""
    present, totp = present_step(), pyotp.TOTP(secret)
    return [step for step in (present, present - 1) if pyotp.utils.strings_equal(totp.generate_otp(step), typed)]


def fits(secret, typed):
    """Whether an app with this secret shows this code now; spends nothing, for an app that is being set up."""
    typed = _digits(typed)
    return len(typed) == 6 and bool(_steps(secret, typed))


def present_step():
    """The number of the half minute that it is now."""
    return int(clock.now().timestamp()) // STEP


def _digits(typed):
    return "".join(sign for sign in typed if sign.isdigit())


def _moves_forward(session, user, step):
    moved = session.execute(
        update(User)
        .where(User.id == user.id, User.totp_counter < step)
        .values(totp_counter=step)
        .execution_options(synchronize_session=False)
    )
    if moved.rowcount == 1:
        session.refresh(user, ["totp_counter"])
    return moved.rowcount == 1
