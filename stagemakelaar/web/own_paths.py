"""Where to go after signing in, or after a button: only to pages of our own that can be opened."""

from flask import current_app, request
from werkzeug.exceptions import HTTPException
from werkzeug.routing import RequestRedirect

LONGEST = 500


def own_path(text, *, ways_in=False):
    """A path of our own that a browser may be sent to, or None; the pages for signing in only with `ways_in`.

    Of the address of a button (`/voorstellen/87/besluit`) the page that holds it remains (`/voorstellen/87`).
    """
    if not text or len(text) > LONGEST or not text.startswith("/") or text.startswith(("//", "/\\")):
        return None
    if any(ord(sign) < 33 or sign == "\\" for sign in text):
        return None
    path, _, query = text.partition("?")
    while path not in {"", "/"}:
        if _opens(path, ways_in=ways_in):
            return f"{path}?{query}" if query else path
        path, query = path.rpartition("/")[0], ""
    return None


def back_to(usual):
    """Where a change leads: to the list, filter and all, from which it was made (`next` in the form), or as usual."""
    return own_path(request.form.get("next")) or usual


def page_of_file(path):
    """Of the address of a file (`/studenten/lijst.csv?stand=open`) the page that offers it, filters and all; else None.

    A browser that is sent to a file stays where it was, so it has to be sent to the page, from which it can be had.
    """
    way, _, query = (path or "").partition("?")
    stem = way.removesuffix(".csv").removesuffix(".xlsx").removesuffix(".pdf")
    if stem == way:
        return None
    page = stem if _opens(stem, ways_in=False) else stem.rpartition("/")[0]
    return own_path(f"{page}?{query}" if query else page)


def page_before(path):
    """The page of our own before one that asks again who one is: the first on the way up that does not; else None."""
    page = page_of_file(path) or own_path(path)
    while page is not None and _asks_again(page):
        page = own_path(page.partition("?")[0].rpartition("/")[0])
    return page


def _asks_again(path):
    endpoint = _endpoint_of(path.partition("?")[0])
    return getattr(current_app.view_functions.get(endpoint or ""), "needs_confirmation", False)


def _endpoint_of(path):
    try:
        endpoint, _values = current_app.url_map.bind("localhost").match(path, method="GET")
    except (HTTPException, RequestRedirect):
        return None
    return endpoint


def _opens(path, *, ways_in):
    endpoint = _endpoint_of(path)
    if endpoint is None:
        return False
    return ways_in or not endpoint.startswith(("signing_in.", "staff_entry.", "passwords.", "step_up."))
