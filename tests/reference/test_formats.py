import pytest

from stagemakelaar.errors import DomainError
from stagemakelaar.reference.formats import (
    clean_branch,
    clean_brin,
    clean_crebo,
    clean_email,
    clean_kvk,
    clean_name,
    clean_phone,
    clean_postcode,
    clean_text,
    folded,
    show_phone,
)

HALF_A_PAIR = "\ud800"


def refusal(clean, value, **options):
    with pytest.raises(DomainError) as refused:
        clean(value, **options)
    assert str(refused.value)  # the sentence and its values fit together
    return refused.value


# --- postcode ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "typed", ["1234AB", "1234 ab", " 1234  Ab ", "1234-AB", "1234\u00a0AB", "１２３４ＡＢ", "١٢٣٤AB", "\u200e1234 AB"]
)
def test_a_postcode_is_stored_in_one_way(typed):
    assert clean_postcode(typed) == "1234 AB"


@pytest.mark.parametrize(
    "typed", ["", None, "1234", "0234 AB", "1234 A", "1234 ABC", "12345 AB", "AB 1234", "1234 A1", "1234 ÀB"]
)
def test_what_is_no_postcode_is_refused_with_an_example(typed):
    refused = refusal(clean_postcode, typed)
    assert "1234 AB" in str(refused)
    assert refused.field == "postcode"


@pytest.mark.parametrize("letters", ["SA", "SD", "ss"])
def test_letters_that_no_postcode_has_are_named(letters):
    assert "SA, SD of SS" in str(refusal(clean_postcode, f"1234 {letters}"))


def test_other_letters_after_an_s_are_fine():
    assert clean_postcode("1234SB") == "1234 SB"


# --- numbers -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("clean", "typed", "stored"),
    [
        (clean_kvk, "12345678", "12345678"),
        (clean_kvk, " 1234 56.78 ", "12345678"),
        (clean_kvk, "01234567", "01234567"),
        (clean_branch, "000037178598", "000037178598"),
        (clean_branch, "0000 3717 8598", "000037178598"),
        (clean_brin, "27dv", "27DV"),
        (clean_crebo, "25180", "25180"),
        (clean_crebo, " 25180 ", "25180"),
    ],
)
def test_a_number_is_kept_as_text_with_its_zeros(clean, typed, stored):
    assert clean(typed) == stored


@pytest.mark.parametrize(
    ("clean", "typed", "says"),
    [
        (clean_kvk, "1234567", "acht"),
        (clean_kvk, "123456789", "acht"),
        (clean_kvk, "1234567a", "acht"),
        (clean_kvk, "-1234567", "acht"),
        (clean_kvk, "", "acht"),
        (clean_branch, "37178598", "twaalf"),
        (clean_branch, "0000371785980", "twaalf"),
        (clean_brin, "D27V", "twee letters"),
        (clean_brin, "27DV01", "twee letters"),
        (clean_crebo, "2518", "vijf"),
        (clean_crebo, "02518", "vijf"),
        (clean_crebo, "25180.0", "vijf"),
    ],
)
def test_a_number_of_another_form_is_refused_and_told_what_is_right(clean, typed, says):
    assert says in str(refusal(clean, typed))


def test_the_field_of_the_form_can_be_named():
    assert refusal(clean_kvk, "1", field="kvk").field == "kvk"


# --- telephone -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("typed", "stored", "shown"),
    [
        ("06-12345678", "+31612345678", "06 12 34 56 78"),
        ("06 12 34 56 78", "+31612345678", "06 12 34 56 78"),
        ("0031612345678", "+31612345678", "06 12 34 56 78"),
        ("+31 (0)6 12345678", "+31612345678", "06 12 34 56 78"),
        ("06\u201112345678", "+31612345678", "06 12 34 56 78"),
        ("٠٦١٢٣٤٥٦٧٨", "+31612345678", "06 12 34 56 78"),
        ("020 1234567", "+31201234567", "020 123 4567"),
        ("+32 470 12 34 56", "+32470123456", "+32 470 12 34 56"),
    ],
)
def test_a_telephone_number_is_stored_in_one_way_and_shown_as_people_write_it(typed, stored, shown):
    assert clean_phone(typed) == stored
    assert show_phone(stored) == shown


@pytest.mark.parametrize(
    "typed",
    ["", None, "112", "06 1234567", "06 123456789", "bel mij", "06 12345678 ext. 3", "+99 123456789", "+", "6" * 400],
)
def test_what_cannot_be_called_is_refused_with_an_example(typed):
    assert "06 12 34 56 78" in str(refusal(clean_phone, typed))


def test_no_number_is_shown_as_nothing():
    assert show_phone(None) == ""


# --- mail ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("typed", "stored"),
    [
        ("Sanne@School.Example", "sanne@school.example"),
        ("  sanne.de-vries+stage@school.example\n", "sanne.de-vries+stage@school.example"),
        ("\ufeffsanne@school.example", "sanne@school.example"),
        ("info@bücher.example", "info@xn--bcher-kva.example"),
    ],
)
def test_a_mail_address_is_stored_in_one_way(typed, stored):
    assert clean_email(typed) == stored


@pytest.mark.parametrize(
    "typed",
    [
        "",
        None,
        "sanne",
        "sanne@",
        "@school.example",
        "sanne@school",
        "a@school.example, b@school.example",
        "a@school.example\nBcc: b@school.example",
        "Sanne <sanne@school.example>",
        "sanne..vries@school.example",
        "x" * 65 + "@school.example",
        "sannë@school.example",
        "sanne\u202e@school.example",
    ],
)
def test_what_is_no_single_mail_address_is_refused_with_an_example(typed):
    assert "naam@voorbeeld.nl" in str(refusal(clean_email, typed))


def test_a_look_alike_is_another_address():
    assert clean_email("info@school.example") != clean_email("info@schооl.example")  # the second has Cyrillic letters


# --- names and texts -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "name",
    [
        "Y",
        "Ng",
        "Jan",
        "van der Berg-Ünal",
        "O’Neill",
        "D'Souza",
        "'t Hoen",
        "Nguyễn Thị Minh",
        "محمد الفاتح",
        "王小明",
        "Мария",
        "Null",
        "True",
        "Robert'); DROP TABLE student;--",
        "<b>Bas</b>",
        "Jan 3e",
        "Ṣọlá",
        "می‌نا",  # with the joiner that Persian spelling needs
        "Đorđe",
        "Þór",
        "iJsbrand",
    ],
)
def test_a_real_name_is_accepted_as_typed(name):
    assert clean_name(name) == name


@pytest.mark.parametrize("name", ["", "   ", "\u200b", "\u3164", "-", "12", "🙂", None])
def test_a_name_without_a_letter_is_refused(name):
    assert refusal(clean_name, name).field == "name"


def test_a_name_may_be_a_hundred_signs_long_and_no_longer():
    assert clean_name("a" * 100) == "a" * 100
    assert "101" in str(refusal(clean_name, "a" * 101))


def test_a_decomposed_name_is_stored_composed():
    assert clean_name("Zoe\u0308") == "Zoë"


def test_length_is_counted_after_composing():
    assert clean_name("e\u0308" * 100) == "ë" * 100


@pytest.mark.parametrize(
    "sign", ["\x00", "\x07", "\x1b", "\x7f", "\x85", "\u202e", "\u2066", HALF_A_PAIR, "\uffff", "\ufdd0"]
)
def test_a_sign_that_cannot_be_stored_or_turns_the_text_is_named(sign):
    refused = refusal(clean_text, f"voor{sign}na", field="note", several_lines=True)
    assert f"U+{ord(sign):04X}" in str(refused)
    assert refused.field == "note"


@pytest.mark.parametrize("text", ["👩‍🔧 en 🇳🇱", "שלום\u200fabc", "zacht\u00adafbreken", "100% zeker %(x)s"])
def test_signs_that_belong_to_a_script_or_a_picture_stay(text):
    assert clean_text(text, field="note") == text


def test_blanks_at_the_edge_are_taken_off():
    assert clean_text("\ufeff \t Ik wil koken. \u00a0\n", field="note") == "Ik wil koken."


def test_lines_end_in_one_way():
    assert clean_text("een\r\ntwee\rdrie\u2028vier", field="note", several_lines=True) == "een\ntwee\ndrie\nvier"


def test_a_tab_between_words_of_one_line_becomes_a_blank():
    assert clean_text("Jan\tde Boer", field="note") == "Jan de Boer"


def test_more_lines_are_refused_where_one_fits():
    assert "één regel" in str(refusal(clean_text, "een\ntwee", field="note"))


@pytest.mark.parametrize("text", [None, "", " \n ", "\u200b\u2060", "\u2800"])
def test_nothing_is_refused_where_something_is_needed_and_empty_elsewhere(text):
    assert refusal(clean_text, text, field="note").field == "note"
    assert clean_text(text, field="note", required=False) == ""


def test_a_text_says_how_much_too_long_it_is():
    refused = refusal(clean_text, "a" * 1001, field="note")
    assert refused.values == {"length": 1001, "longest": 1000}


@pytest.mark.parametrize("value", [12, ["Jan"], {"a": 1}, b"Jan", True])
def test_what_is_no_text_at_all_is_refused_in_the_same_way(value):
    for clean in (clean_name, clean_postcode, clean_kvk, clean_phone, clean_email):
        assert refusal(clean, value)


def test_cleaning_what_is_clean_changes_nothing():
    for clean, value in ((clean_postcode, "1234ab"), (clean_phone, "0612345678"), (clean_email, "A@bücher.example")):
        assert clean(clean(value)) == clean(value)


def test_folding_forgets_capitals_accents_and_double_blanks():
    assert folded("  Ünal   GROẞ Zoë ") == "unal gross zoe"
