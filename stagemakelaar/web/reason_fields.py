"""A reason from the programme's own list, as a field, and as words where a decision is shown."""

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from stagemakelaar.people.reasons import in_one, reasons_of
from stagemakelaar.web.fields import Pick

NONE_OF_THESE = _l("geen van deze: ik schrijf het op")


def reason_field(programme, act, words):
    """A list that opens, of what this programme's brokers choose from; the text itself is what is kept."""
    among = [(text, _(text)) for text in reasons_of(programme, act)]
    return Pick(words, [], among=among, empty=NONE_OF_THESE)


def reason_in_words(reason, why):
    """What was chosen and what was written, as one text; what we wrote ourselves in the language of the page."""
    return in_one(_(reason) if reason else None, _(why) if why else "")
