"""The door for web servers and for the `flask` command: `flask --app wsgi …`, `gunicorn wsgi:app`."""

import sys

from config import SettingsWrong, from_environment
from stagemakelaar import create_app

try:
    app = create_app(from_environment())
except SettingsWrong as wrong:
    sys.stderr.write(f"Stagemakelaar does not start: {wrong}\n")
    sys.exit(3)
