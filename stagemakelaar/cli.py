"""Which commands `flask --app wsgi` knows. How each behaves stands in `commands/frame.py`."""

from flask.cli import AppGroup

TOOLS = {"match-files"}  # commands that need no database and no setting


def install(app):
    """Make the commands known to `flask`."""
    from stagemakelaar.commands import (
        auditing,
        copying,
        importing,
        importing_students,
        keeping,
        matching,
        people,
        running,
        seeding,
    )

    for command in (
        running.start,
        running.migrate,
        running.deliver,
        matching.match,
        seeding.seed,
        copying.backup,
        copying.move,
        copying.restore,
    ):
        app.cli.add_command(command)
    groups = {
        "account": [people.invite, people.close, people.open_account, people.change_role],
        "audit": [auditing.verify],
        "retention": [keeping.run],
        "programme": [people.add_programme],
        "import": [importing.codes, importing_students.students],
    }
    for name, commands in groups.items():
        group = AppGroup(name)
        for command in commands:
            group.add_command(command)
        app.cli.add_command(group)
    install_tools(app)


def install_tools(app):
    """Make those known that work on any machine."""
    from stagemakelaar.commands.match_files import match_files

    app.cli.add_command(match_files)


def asks_for_a_tool(words):
    """Whether the words of a command line ask for such a command."""
    return not TOOLS.isdisjoint(words)
