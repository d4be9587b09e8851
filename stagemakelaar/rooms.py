"""All tables of the house: who needs the whole metadata (migrations, the fingerprint of a database) asks here."""

import importlib

WITH_TABLES = (
    "schema",
    "audit",
    "outbox",
    "reference.models",
    "people.models",
    "people.saved_views",
    "people.staff_rights",
    "people.signing_in",
    "places.models",
    "casework.models",
    "placements.models",
    "rounds.models",
    "rounds.second_look",
    "intake.models",
    "rights.models",
)


def import_models():
    """Load every module that has tables, so that `Base.metadata` is complete."""
    for name in WITH_TABLES:
        importlib.import_module(f"stagemakelaar.{name}")
