"""When a page was opened, signed into its form, so that a decision knows how long it took. It blocks nothing."""

from flask import current_app
from itsdangerous import BadData, URLSafeSerializer

from stagemakelaar import clock
from stagemakelaar.web.access import actor

LONGEST = 86_400  # seconds; who comes back after a day was doing something else


def seal(proposal_id):
    """The moment of now, for a hidden field of the page about this proposal."""
    return _signer().dumps([proposal_id, actor().id, int(clock.now().timestamp())])


def seconds_since(text, proposal_id):
    """How long ago this person opened the page about this proposal; None when that is not known."""
    try:
        number, who, at = _signer().loads(text or "")
    except (BadData, ValueError, TypeError):
        return None
    seconds = int(clock.now().timestamp()) - at
    return seconds if (number, who) == (proposal_id, actor().id) and 0 <= seconds <= LONGEST else None


def _signer():
    return URLSafeSerializer(current_app.config["SETTINGS"].secret_key, salt="opened")
