"""Proofs have two lengths: short in `make test`, full in `make promises`, which CI runs as well."""

import os

IS_FULL = os.environ.get("STAGEMAKELAAR_PROOFS") == "full"


def times(*, short, full):
    """How often to repeat something in this run."""
    return full if IS_FULL else short
