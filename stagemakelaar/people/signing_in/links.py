"""Links and codes by mail: asked for by anyone, promised to every address, spent once.

Nobody can learn who has an account: for each address the same rows are written and one letter is promised. Only its
reader sees whether it signs in, says that there is no account, or points staff to their own entry.
"""

import secrets
from datetime import timedelta

from sqlalchemy import select, update

from stagemakelaar import audit, clock, outbox
from stagemakelaar.people.models import Role
from stagemakelaar.people.queries import user_with
from stagemakelaar.people.signing_in.models import SIGNS_IN, LinkPurpose, SignInLink, hash_of, new_secret

TERM = timedelta(minutes=10)
MOST_WRONG_CODES = 5
CODE_LENGTH = 8
CODE_SIGNS = "ABCDEFGHJKLMNPQRSTUVWXYZ23456789"  # none that can be read as another


def ask(session, *, email, browser, purpose=LinkPurpose.SIGN_IN, programme=None, language="nl"):
    """Promise a letter to a cleaned address. `browser` is the secret of the browser that asks."""
    user = user_with(session, email)
    token, code = new_secret(), new_code()
    programme_id = programme.id if programme else None
    link = make(session, purpose, email, term=TERM, token=token, code=code, browser=browser, programme_id=programme_id)
    kind = _letter_for(user, purpose)
    is_company = purpose is LinkPurpose.EMPLOYER if user is None else user.role is Role.EMPLOYER
    words = {"token": token, "code": code, "is_new": user is None, "is_company": is_company}
    outbox.promise(
        session,
        kind=kind,
        to=user.email if user else email,
        user=user,
        key=f"sign_in:{link.id}",
        programme_id=user.programme_id if user else link.programme_id,
        expires_at=link.expires_at,
        language=language,
        **(words if kind == "sign_in" else {}),
    )
    return link


def make(session, purpose, email, *, term, token, code=None, browser=None, user=None, programme_id=None):
    """Write down a link that works so long; of its secrets only the hashes are kept."""
    now = clock.now()
    link = SignInLink(
        purpose=purpose,
        email=email,
        user_id=user.id if user is not None else None,
        programme_id=programme_id,
        token_hash=hash_of(token),
        code_hash=hash_of(code) if code is not None else None,
        browser_hash=hash_of(browser) if browser is not None else None,
        created_at=now,
        expires_at=now + term,
    )
    session.add(link)
    session.flush()
    return link


def _letter_for(user, purpose):
    if user is None:
        return "sign_in_unknown" if purpose is LinkPurpose.SIGN_IN else "sign_in"
    if user.is_staff:
        return "sign_in_staff"
    return "sign_in" if user.is_active else "sign_in_unknown"


def new_code():
    """A code that a person can type over."""
    return "".join(secrets.choice(CODE_SIGNS) for _ in range(CODE_LENGTH))


def tidy_code(typed):
    """A code as it was mailed, however it was typed."""
    return "".join(sign for sign in typed.upper() if sign.isalnum())


def live_link(session, token):
    """The link with this token if it could still be spent, or None; spends nothing."""
    return session.scalars(_live().where(SignInLink.token_hash == hash_of(token))).first()


def asked_by(session, browser):
    """The address to which this browser last asked a letter for signing in; empty when there is none."""
    if browser is None:
        return ""
    asked = select(SignInLink.email).where(
        SignInLink.browser_hash == hash_of(browser), SignInLink.purpose.in_(SIGNS_IN)
    )
    return session.scalar(asked.order_by(SignInLink.id.desc()).limit(1)) or ""


def is_bound_to(link, browser):
    """Whether this is the browser that asked for the link."""
    return browser is not None and secrets.compare_digest(link.browser_hash or "", hash_of(browser))


def spend_link(session, token, browser):
    """Use up a link in the browser that asked for it; None when it does not work (any more)."""
    link = live_link(session, token)
    if link is None or link.purpose not in SIGNS_IN or not is_bound_to(link, browser):
        return None
    return spend(session, link)


def spend_code(session, typed, browser, purposes=SIGNS_IN):
    """Use up the code that was typed in the browser that asked for it; None when it is wrong, and that is counted."""
    if browser is None:
        return None
    asked = session.scalars(
        _live().where(
            SignInLink.browser_hash == hash_of(browser),
            SignInLink.purpose.in_(purposes),
            SignInLink.attempts < MOST_WRONG_CODES,
        )
    ).all()
    tried = [link for link in asked if _count_try(session, link)]
    wanted = hash_of(tidy_code(typed))
    for link in tried:
        if secrets.compare_digest(link.code_hash, wanted):
            return spend(session, link)
    # Only where a letter was asked for: else a stranger could make the trail grow. Who is signed in has another line.
    if tried and purposes is SIGNS_IN:
        audit.record(session, "sign_in.code_refused", tried[-1], by=None, result="refused")
    return None


def lapse(session, user, *purposes):
    """Let the links of an account work no longer: all, or those for these purposes."""
    session.execute(
        update(SignInLink)
        .where(
            SignInLink.user_id == user.id,
            SignInLink.used_at.is_(None),
            SignInLink.purpose.in_(purposes or tuple(LinkPurpose)),
        )
        .values(used_at=clock.now())
        .execution_options(synchronize_session=False)
    )


def lapse_address(session, email):
    """Let what was mailed to an address work no longer, whoever asked for it."""
    session.execute(
        update(SignInLink)
        .where(SignInLink.email == email, SignInLink.used_at.is_(None))
        .values(used_at=clock.now())
        .execution_options(synchronize_session=False)
    )


def _live():
    return select(SignInLink).where(SignInLink.used_at.is_(None), SignInLink.expires_at > clock.now())


def _count_try(session, link):
    """Count before looking, so that many tries at once cannot pass the limit together."""
    counted = session.execute(
        update(SignInLink)
        .where(SignInLink.id == link.id, SignInLink.attempts < MOST_WRONG_CODES)
        .values(attempts=SignInLink.attempts + 1)
        .execution_options(synchronize_session=False)
    )
    return counted.rowcount == 1


def spend(session, link, *, by=None):
    """Use up a link that was found; None when someone else just did. `by` is who was signed in already, if anybody."""
    spent = session.execute(
        update(SignInLink)
        .where(SignInLink.id == link.id, SignInLink.used_at.is_(None))
        .values(used_at=clock.now())
        .execution_options(synchronize_session=False)
    )
    if spent.rowcount != 1:
        return None
    audit.record(session, "sign_in.link_used", link, by=by)
    return link
