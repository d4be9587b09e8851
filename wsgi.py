"""The door for web servers and for the `flask` command: `flask --app wsgi …`, `gunicorn wsgi:app`."""

import sys

from config import SettingsWrong, from_environment
from stagemakelaar import create_app, create_tools
from stagemakelaar.cli import asks_for_a_tool
from stagemakelaar.errors import TravelTableWrong

try:
    app = create_tools() if asks_for_a_tool(sys.argv[1:]) else create_app(from_environment())
except (SettingsWrong, TravelTableWrong) as wrong:
    sys.stderr.write(f"Stagemakelaar does not start: {wrong}\n")
    sys.exit(3)
