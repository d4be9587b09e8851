"""The door: `gunicorn wsgi:app`, `celery -A wsgi:carrier …`, `flask --app wsgi …`."""

import gc
import sys

gc.disable()  # what a start makes stays: looking through it again and again takes a sixth of the time of a start

from config import SettingsWrong, from_environment
from stagemakelaar import create_app, create_tools
from stagemakelaar.cli import asks_for_a_tool
from stagemakelaar.errors import TravelTableWrong

try:
    app = create_tools() if asks_for_a_tool(sys.argv[1:]) else create_app(from_environment())
except (SettingsWrong, TravelTableWrong) as wrong:
    sys.stderr.write(f"Stagemakelaar does not start: {wrong}\n")
    sys.exit(3)

gc.enable()

carrier = app.extensions.get("carrier")  # Celery, where CELERY_BROKER_URL names its broker
