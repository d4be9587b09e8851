"""Dutch is the source text; English comes from the catalogue. A person's own choice goes first."""

from pathlib import Path

from flask import g, has_request_context, session
from flask_babel import Babel
from flask_login import current_user

LANGUAGES = ("nl", "en")
CATALOGUES = Path(__file__).parent.parent / "translations"


def install(app):
    """Let pages speak the language of whoever reads them."""
    Babel(
        app,
        default_locale="nl",
        default_timezone="Europe/Amsterdam",
        default_translation_directories=str(CATALOGUES),
        locale_selector=_chosen,
    )


def _chosen():
    """The language that was asked for in this session, else that of the account, else Dutch."""
    if not has_request_context():
        return "nl"  # commands; a letter says itself in which language it is
    chosen = session.get("language")
    if chosen is None and not g.get("has_no_database") and current_user.is_authenticated:
        chosen = current_user.language
    return chosen if chosen in LANGUAGES else "nl"
