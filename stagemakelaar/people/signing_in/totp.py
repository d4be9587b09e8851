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
    typed = "".join(sign for sign in typed if sign.isdigit())
    if user.totp_secret is None or len(typed) != 6:
        return False
    present = int(clock.now().timestamp()) // STEP
    totp = pyotp.TOTP(user.totp_secret)
    for step in (present, present - 1):
        if pyotp.utils.strings_equal(totp.generate_otp(step), typed) and _moves_forward(session, user, step):
            return True
    return False


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
