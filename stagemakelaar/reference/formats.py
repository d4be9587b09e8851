"""What people type, cleaned and checked before it comes near a database. A refusal says what is right.

Repaired is what can mean one thing only: blanks at the edge, small letters, digits of another script. The rest is
refused with a sentence at the field. The two databases differ in what they swallow (NUL, half a surrogate pair, letters
in a number), so nothing of that kind may pass here. Empty is refused as well: a page that can do without a value does
not call.
"""

import re
import unicodedata

import phonenumbers
from email_validator import EmailNotValidError, validate_email

from stagemakelaar.errors import N_, DomainError

LONGEST_NAME = 100
LONGEST_TEXT = 1000

_ISOLATES_AND_OVERRIDES = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
_INVISIBLE_EDGE = "\ufeff\u200b\u2060"
_BLANK_LETTERS = frozenset("\u115f\u1160\u2800\u3164\uffa0")  # letters and signs by category, but nothing to see
_UNREADABLE = "\ufffd"  # what is left of a text that came in another encoding
_SEPARATORS = frozenset(" .-\u2010\u2011\u2012\u2013")
_PHONE_SIGNS = re.compile(r"\+?[0-9 ()./\-]{6,30}")


# --- text ----------------------------------------------------------------------------------------------------------


def clean_text(value, *, field, longest=LONGEST_TEXT, several_lines=False, required=True):
    """Trim and compose (NFC) a text; refuse what cannot be seen and turns the rest round, and what is too long.

    Signs that scripts and emoji need (joiners, marks of direction) stay as they are typed.
    """
    text = _as_text(value, field)
    text = text.replace("\r\n", "\n").replace("\r", "\n").replace("\u2028", "\n").replace("\u2029", "\n")
    text = unicodedata.normalize("NFC", text if several_lines else text.replace("\t", " "))
    text = text.strip().strip(_INVISIBLE_EDGE).strip()
    if "\n" in text and not several_lines:
        raise DomainError(N_("Dit past op één regel. Haal de regeleinden weg."), field=field)
    for sign in text:
        if _is_refused(sign):
            raise DomainError(
                N_("Hier staat een onzichtbaar teken dat niet kan (%(sign)s). Typ de tekst opnieuw."),
                field=field,
                sign=f"U+{ord(sign):04X}",
            )
    if _is_blank(text):
        if required:
            raise DomainError(N_("Vul hier iets in."), field=field)
        return ""
    if len(text) > longest:
        raise DomainError(
            N_("Deze tekst is te lang: %(length)s tekens. Er passen er %(longest)s."),
            field=field,
            length=len(text),
            longest=longest,
        )
    return text


def clean_name(value, *, field="name", longest=LONGEST_NAME):
    """The name of a person or a company: any script, any sign, capitals as typed; one letter will do."""
    name = clean_text(value, field=field, longest=longest)
    if not any(unicodedata.category(sign).startswith("L") for sign in name):
        raise DomainError(N_("Een naam heeft minstens één letter."), field=field)
    return name


def folded(text):
    """A text without capitals and accents, to sort and to search by; never to show."""
    parts = unicodedata.normalize("NFKD", text.casefold())
    return " ".join("".join(sign for sign in parts if not unicodedata.combining(sign)).split())


def _as_text(value, field):
    if value is None:
        return ""
    if not isinstance(value, str):
        raise DomainError(N_("Vul hier tekst in."), field=field)
    return value


def _is_refused(sign):
    point = ord(sign)
    if sign in "\n\t":
        return False
    if sign in _ISOLATES_AND_OVERRIDES or unicodedata.category(sign) in {"Cc", "Cs"}:
        return True
    if sign == _UNREADABLE:
        return True
    return point & 0xFFFE == 0xFFFE or 0xFDD0 <= point <= 0xFDEF  # what Unicode keeps out of texts for good


def _is_blank(text):
    return all(unicodedata.category(sign)[0] in "ZCM" or sign in _BLANK_LETTERS for sign in text)


# --- official numbers ----------------------------------------------------------------------------------------------


def clean_postcode(value, *, field="postcode"):
    """A Dutch postcode, stored as `1234 AB`."""
    code = _compact(value, field)
    if not re.fullmatch(r"[1-9][0-9]{3}[A-Z]{2}", code):
        raise DomainError(N_("Vul een postcode in met vier cijfers en twee letters, zoals 1234 AB."), field=field)
    if code.endswith(("SA", "SD", "SS")):
        raise DomainError(N_("Een postcode eindigt nooit op SA, SD of SS. Kijk de letters na."), field=field)
    return f"{code[:4]} {code[4:]}"


def clean_kvk(value, *, field="kvk_number"):
    """A number of the Kamer van Koophandel: eight digits. A lost zero is not guessed."""
    return _matching(
        value,
        r"[0-9]{8}",
        N_("Een KVK-nummer heeft acht cijfers, zoals 12345678. Nullen vooraan tellen mee."),
        field,
    )


def clean_branch(value, *, field="branch_number"):
    """A vestigingsnummer: twelve digits, zeros at the front included."""
    return _matching(
        value,
        r"[0-9]{12}",
        N_("Een vestigingsnummer heeft twaalf cijfers, zoals 000012345678. Nullen vooraan tellen mee."),
        field,
    )


def clean_brin(value, *, field="school_brin"):
    """The BRIN of a school: two digits and two letters."""
    return _matching(
        value, r"[0-9]{2}[A-Z]{2}", N_("Een BRIN-nummer heeft twee cijfers en twee letters, zoals 00AB."), field
    )


def clean_crebo(value, *, field="code"):
    """An opleidingscode: five digits, as text. Whether it exists is for the register to say."""
    return _matching(value, r"[1-9][0-9]{4}", N_("Een opleidingscode (crebo) heeft vijf cijfers, zoals 25180."), field)


def _matching(value, pattern, sentence, field):
    code = _compact(value, field)
    if not re.fullmatch(pattern, code):
        raise DomainError(sentence, field=field)
    return code


def _compact(value, field):
    """A code without blanks, points and strokes, in capitals and ASCII digits."""
    kept = []
    for sign in unicodedata.normalize("NFKC", _as_text(value, field)):
        if sign in _SEPARATORS or sign.isspace() or unicodedata.category(sign) == "Cf":
            continue
        digit = unicodedata.decimal(sign, None)
        kept.append(sign if digit is None else str(digit))
    return "".join(kept).upper()


# --- ways to reach someone -----------------------------------------------------------------------------------------


def clean_phone(value, *, field="phone"):
    """A telephone number, stored as E.164 (`+31612345678`); without a country it is a Dutch one."""
    sentence = N_("Vul een telefoonnummer in zoals 06 12 34 56 78. Begin met + bij een nummer buiten Nederland.")
    typed = unicodedata.normalize("NFKC", _as_text(value, field)).strip()
    typed = "".join(sign for sign in typed if unicodedata.category(sign) != "Cf")
    typed = "".join("-" if unicodedata.category(sign) == "Pd" else sign for sign in typed)
    typed = "".join(str(unicodedata.decimal(sign, sign)) for sign in typed)
    if not _PHONE_SIGNS.fullmatch(typed):
        raise DomainError(sentence, field=field)
    try:
        number = phonenumbers.parse(typed, "NL")
    except phonenumbers.NumberParseException:
        raise DomainError(sentence, field=field) from None
    if not phonenumbers.is_valid_number(number):
        raise DomainError(sentence, field=field)
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)


def show_phone(stored):
    """A stored number as people in the Netherlands read it: 06 12 34 56 78, 020 123 4567, +32 470 12 34 56."""
    if not stored:
        return ""
    mobile = re.fullmatch(r"\+316([0-9]{2})([0-9]{2})([0-9]{2})([0-9]{2})", stored)
    if mobile:
        return " ".join(("06", *mobile.groups()))
    number = phonenumbers.parse(stored, None)
    if number.country_code == 31:
        return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.NATIONAL)
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.INTERNATIONAL)


def clean_email(value, *, field="email"):
    """One mail address in small letters, its domain in ASCII: look-alikes differ and every post office takes it.

    Whether it exists shows when mail arrives; nothing is looked up while someone fills in a form.
    """
    typed = _as_text(value, field).strip().strip(_INVISIBLE_EDGE).strip()
    try:
        checked = validate_email(typed, check_deliverability=False, allow_smtputf8=False, strict=True)
    except EmailNotValidError:
        raise DomainError(N_("Vul één e-mailadres in, zoals naam@voorbeeld.nl."), field=field) from None
    return (checked.ascii_email or checked.normalized).casefold()
