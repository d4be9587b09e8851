"""The door: `gunicorn wsgi:app`, `celery -A wsgi:carrier …`, `flask --app wsgi …`."""

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

carrier = app.extensions.get("carrier")  # Celery, where CELERY_BROKER_URL names its broker
