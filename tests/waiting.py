"""Waiting for what other threads and processes do."""

import time

from stagemakelaar import db


def until(condition, seconds=60):
    """Whether something comes true within some seconds, looking anew at the database each time."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        db.close_session()
        if condition():
            return True
        time.sleep(0.05)
    return False
