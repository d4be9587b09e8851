"""Which commands `flask --app wsgi` knows. How each behaves stands in `commands/frame.py`."""

from flask.cli import AppGroup


def install(app):
    """Make the commands known to `flask`."""
    from stagemakelaar.commands import matching, people, running, seeding

    for command in (running.start, running.migrate, running.deliver, matching.match, seeding.seed):
        app.cli.add_command(command)
    for name, commands in {"account": [people.invite], "programme": [people.add_programme]}.items():
        group = AppGroup(name)
        for command in commands:
            group.add_command(command)
        app.cli.add_command(group)
