"""Commands called as a shell would."""

import json

import pytest

from stagemakelaar import schema
from stagemakelaar.db import transaction
from stagemakelaar.schema import DatabaseKind


@pytest.fixture
def call(app, database):
    """Call a command with `--json`; gives back (exit code, object). The database is marked as that of the demo."""
    with transaction() as session:
        schema.mark(session, DatabaseKind.DEMO)

    return calling(app)


def calling(app):
    """A function that calls a command with `--json` and gives back (exit code, object)."""

    def called(*words):
        result = app.test_cli_runner().invoke(args=[*words, "--json"])
        return result.exit_code, json.loads(result.stdout) if result.stdout.strip() else None

    return called
