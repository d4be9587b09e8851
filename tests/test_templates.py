"""Templates compile, use only macros that exist, and carry no words outside gettext."""

import re
from pathlib import Path

import pytest
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


@pytest.mark.parametrize("name", NAMES)
class TestTemplate:
    def test_it_compiles_and_its_imports_exist(self, app, name):
        environment = app.jinja_env
        environment.get_template(name)
        tree = environment.parse((TEMPLATES / name).read_text())
        for node in tree.find_all(nodes.FromImport):
            module = environment.parse((TEMPLATES / node.template.value).read_text())
            macros = {macro.name for macro in module.find_all(nodes.Macro)}
            for imported in node.names:
                wanted = imported[0] if isinstance(imported, tuple) else imported
                assert wanted in macros, f"{node.template.value} has no macro {wanted}"

    def test_every_word_goes_through_gettext(self, app, name):
        environment = app.jinja_env
        # What stands between braces becomes one harmless sign, so that tags stay whole.
        text = ""
        source = CLASSES.sub("", (TEMPLATES / name).read_text())
        source = MACRO.sub(lambda macro: macro[0] if "<" in macro[0] else "", source)
        for _line, kind, value in environment.lexer.tokeniter(source, name):
            if kind == "data":
                text += value
            elif kind in {"variable_begin", "block_begin"}:
                text += "\0"
        found = {
            word
            for piece in ENTITIES.sub(" ", TAGS.sub(" ", text)).split()
            for word in WORD.findall(piece)
            if word not in SAME_EVERYWHERE
        }
        assert found == set(), f"{name}: words outside gettext"
        named = {value for value in ATTRIBUTES_WITH_WORDS.findall(text) if value not in NOT_WORDS}
        assert named == set(), f"{name}: attributes with words outside gettext"


def test_no_template_stands_unused():
    source = Path(__file__).parent.parent / "stagemakelaar"
    files = [*source.rglob("*.py"), *(TEMPLATES / name for name in NAMES)]
    told = "\n".join(path.read_text() for path in files)
    by_rule = ("errors/", "messages/")  # named after a status or a kind of letter
    unused = [name for name in NAMES if f'"{name}"' not in told and not name.startswith(by_rule)]
    assert unused == []
