"""Is the trail as it was written?"""

import click
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from stagemakelaar.audit.walking import Break, Head, walk
from stagemakelaar.commands.frame import DONE, FOUND_WRONG, command
from stagemakelaar.db import current_session

WORDS = {
    Break.CHANGED: _l("Regel %(seq)s is veranderd."),
    Break.MISSING: _l("Regel %(seq)s is weggehaald."),
    Break.INSERTED: _l("Regel %(seq)s is er later tussen gezet."),
    Break.ORDER: _l("Vanaf regel %(seq)s is de volgorde veranderd."),
    Break.CUT: _l("Het einde is eraf gehaald, vanaf regel %(seq)s."),
    Break.HEAD: _l("Regel %(seq)s is niet meer die van toen: het logboek is opnieuw geschreven."),
}


class KeptHead(click.ParamType):
    """A head as it was mailed: SEQ:HASH."""

    name = "SEQ:HASH"

    def convert(self, value, param, context):
        """Take it apart."""
        seq, _colon, line_hash = str(value).partition(":")
        digits = set("0123456789abcdef")
        if not (seq.isdecimal() and len(seq) <= 18 and len(line_hash) == 64 and set(line_hash) <= digits):
            self.fail(_("Schrijf het nummer van de regel, een dubbele punt en de 64 tekens."), param, context)
        return Head.parse(value)


@command(
    "verify",
    click.option("--head", "kept", type=KeptHead(), help="Een kop van eerder, zoals de auditor die per mail kreeg."),
    group="audit",
    help="Loop het logboek na: staat elke regel er nog zoals hij geschreven is?",
)
def verify(told, kept):
    """Walk the chain, against an earlier head if given."""
    found = walk(current_session(), kept=kept)
    told.note(
        entries=found.entries,
        head=str(found.head),
        first_bad=found.first_bad,
        kind=found.kind.value if found.kind else None,
    )
    if found.kind is None:
        told.say(_("Het logboek is heel: %(count)s regels. De kop is %(head)s", count=found.entries, head=found.head))
        return DONE
    told.say(WORDS[found.kind] % {"seq": found.first_bad})
    return FOUND_WRONG
