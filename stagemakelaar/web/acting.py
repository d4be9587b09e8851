"""Whether this browser did something a moment ago: then its pages may not show what is a moment old."""

from flask import request
from flask import session as cookie

from stagemakelaar import clock

NAME = "acted"  # the key in the cookie


def acted_within(seconds):
    """Whether this browser sent a form less than so many seconds ago, or does so now."""
    if request.method == "POST":
        return True
    acted = cookie.get(NAME)
    return isinstance(acted, int) and 0 <= int(clock.now().timestamp()) - acted <= seconds


def install(app):
    """Note in the cookie of who is signed in that a form was sent."""

    @app.after_request
    def note(response):
        if request.method == "POST" and "who" in cookie:
            cookie[NAME] = int(clock.now().timestamp())
        return response
