"""Templates compile, use only macros that exist, and carry no words outside gettext."""

import re
from pathlib import Path

from jinja2 import nodes

TEMPLATES = Path(__file__).parent.parent / "templates"
NAMES = sorted(str(path.relative_to(TEMPLATES)) for path in TEMPLATES.rglob("*") if path.is_file())
WORD = re.compile(r"[A-Za-zÀ-ÿ]{2,}")
TAGS = re.compile(r"<!--.*?-->|<style\b.*?</style>|<[^<>]*>", re.DOTALL)
ENTITIES = re.compile(r"&[a-z]+;|&#\d+;")
# A macro without a tag in it gives a value (the name of a class, say) and not words.
MACRO = re.compile(r"\{%-?\s*macro\b.*?endmacro\s*-?%\}", re.DOTALL)
# This block holds the names of classes.
CLASSES = re.compile(r"\{% block main_class %\}.*?\{% endblock %\}")
# Words that are the same in every language, or names.
SAME_EVERYWHERE = {"English", "Nederlands", "Stagemakelaar", "MBO", "GKA"}
ATTRIBUTES_WITH_WORDS = re.compile(r'\b(?:alt|title|aria-label|placeholder|content)="([^"{]*[A-Za-z]{3,}[^"{]*)"')
NOT_WORDS = {"width=device-width, initial-scale=1", "light dark", "noindex"}


def test_every_template_compiles_and_what_it_imports_exists(app):
    environment = app.jinja_env
    trees = {name: environment.parse((TEMPLATES / name).read_text()) for name in NAMES}
    macros = {name: {macro.name for macro in tree.find_all(nodes.Macro)} for name, tree in trees.items()}
    absent = []
    for name, tree in trees.items():
        environment.get_template(name)
        for node in tree.find_all(nodes.FromImport):
            wanted = {imported[0] if isinstance(imported, tuple) else imported for imported in node.names}
            absent += [
                f"{name}: {node.template.value} has no macro {one}" for one in wanted - macros[node.template.value]
            ]
    assert absent == []


def words_outside_gettext(environment, source):
    """Words, and attributes with words, that stand bare in a template."""
    # What stands between braces becomes one harmless sign, so that tags stay whole.
    text = ""
    source = CLASSES.sub("", source)
    source = MACRO.sub(lambda macro: macro[0] if "<" in macro[0] else "", source)
    for _line, kind, value in environment.lexer.tokeniter(source, None):
        if kind == "data":
            text += value
        elif kind in {"variable_begin", "block_begin"}:
            text += "\0"
    for piece in ENTITIES.sub(" ", TAGS.sub(" ", text)).split():
        yield from (word for word in WORD.findall(piece) if word not in SAME_EVERYWHERE)
    yield from (value for value in ATTRIBUTES_WITH_WORDS.findall(text) if value not in NOT_WORDS)


def test_every_word_goes_through_gettext(app):
    assert [
        f"{name}: {found}"
        for name in NAMES
        for found in words_outside_gettext(app.jinja_env, (TEMPLATES / name).read_text())
    ] == []


def test_bare_words_are_seen(app):
    found = words_outside_gettext(app.jinja_env, '<p title="Zeg het">{{ name }} Hallo</p>{{ _("Dag") }}')
    assert list(found) == ["Hallo", "Zeg het"]


def test_no_template_stands_unused():
    source = Path(__file__).parent.parent / "stagemakelaar"
    files = [*source.rglob("*.py"), *(TEMPLATES / name for name in NAMES)]
    told = "\n".join(path.read_text() for path in files)
    by_rule = ("errors/", "messages/")  # named after a status or a kind of letter
    unused = [name for name in NAMES if f'"{name}"' not in told and not name.startswith(by_rule)]
    assert unused == []
