"""Commands: `flask --app wsgi COMMAND`. With `--json` each prints one object; the exit code says how it went."""


def install(app):
    """Make the commands known to `flask`."""
