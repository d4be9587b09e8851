"""What `match-files` says: where something is wrong, why a place or why none, and how to read what came out."""

from flask_babel import gettext as _
from flask_babel import ngettext

from stagemakelaar import labels
from stagemakelaar.files.results import PROOF, PROPOSALS, SHORTAGES, UNPLACED, Words
from stagemakelaar.matching.explain import Cause
from stagemakelaar.web.explanations import agreed_in_words, cause_in_words, parts_in_words


def _why(facts):
    texts = [part.text for part in parts_in_words(facts)] + ([agreed] if (agreed := agreed_in_words(facts)) else [])
    return "; ".join(" ".join(text.split()) for text in texts)


def _cause(cause, facts):
    words = cause_in_words(cause, facts)
    return str(labels.label(Cause(cause))), words.what, words.next_step, " ".join(words.figures)


WORDS = Words(why=_why, cause=_cause)


def complaint_in_words(complaint):
    """Give back where something is wrong, and what."""
    where = complaint.file
    if complaint.row is not None:
        where = _("%(where)s, rij %(row)s", where=where, row=complaint.row)
    if complaint.column is not None:
        where = _("%(where)s, kolom %(column)s", where=where, column=complaint.column)
    return where, _(complaint.message, **complaint.values)


def tell_complaints(told, complaints):
    """Say what is wrong and where; the rest of very many is counted."""
    errors = []
    for complaint in complaints.shown:
        where, sentence = complaint_in_words(complaint)
        told.say(f"{where}: {sentence}")
        errors.append({"file": complaint.file, "row": complaint.row, "column": complaint.column, "sentence": sentence})
    if complaints.total > len(errors):
        told.say(_("… en nog %(count)s keer.", count=complaints.total - len(errors)))
    told.note(errors=errors, errors_in_all=complaints.total)


def show_example(told, layout):
    """Say what a file of this kind looks like."""
    rows = [layout.by_name, *zip(*(column.examples for column in layout.columns), strict=True)]
    lines = [";".join(f'"{cell}"' if ";" in cell else cell for cell in row) for row in rows]
    told.note(template="\n".join(lines) + "\n")
    told.say("\n".join(lines))


def readme(inputs, question, outcome):
    """What leesmij.txt says: the figures, what was taken for granted, and how to check it."""
    parts = [_figures(inputs, question, outcome), _contents(), _taken_for_granted(inputs), _checking(question.lot)]
    return "\n\n".join("\n".join(lines) for lines in parts if lines) + "\n"


def _figures(inputs, question, outcome):
    students = len(question.problem.candidates)
    yield _("%(proposed)s van %(students)s studenten hebben een voorstel.", proposed=outcome.placed, students=students)
    yield ngettext(
        "Er was plaats voor %(num)d student.",
        "Er was plaats voor %(num)d studenten.",
        int(question.problem.openings.seats.sum()),
    )
    if inputs.fixed:
        yield ngettext("%(num)d student had al een plek.", "%(num)d studenten hadden al een plek.", len(inputs.fixed))
    yield _("Dit zijn voorstellen. Een mens beslist.")


def _contents():
    yield _("%(file)s: wie waar kan leren, en waarom.", file=PROPOSALS)
    yield _("%(file)s: wie geen voorstel heeft, waardoor, en wat zou helpen.", file=UNPLACED)
    yield _("%(file)s: voor welke groepen er plekken te weinig zijn, en hoeveel.", file=SHORTAGES)
    yield _("%(file)s: het bewijs dat het niet beter kan. Zie docs/match-files.md.", file=PROOF)


def _taken_for_granted(inputs):
    for file, column, count in inputs.blanks:
        yield _(
            "%(file)s, kolom %(column)s: %(count)s keer leeg, gelezen als “%(blank)s”.",
            file=file,
            column=column.name,
            count=count,
            blank=_(column.blank),
        )
    for file, column in inputs.ignored:
        yield _("%(file)s: de kolom “%(column)s” is niet gelezen.", file=file, column=column)


def _checking(lot):
    yield _("Het lot was %(lot)s. Met --lot %(lot)s komt er precies hetzelfde uit.", lot=lot)
    yield _("Nakijken kan met dezelfde bestanden en --check op deze map.")
