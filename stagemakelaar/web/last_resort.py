"""The last net: what escapes the application itself still gives a page and a line in the log, and no trace."""

import secrets

import structlog

from stagemakelaar.web.headers import ALWAYS

log = structlog.get_logger()

PAGE = (
    '<!doctype html><html lang="nl"><meta charset="utf-8"><title>Er ging bij ons iets mis</title>'
    "<h1>Er ging bij ons iets mis</h1><p>Kijk na of is opgeslagen wat je deed, en probeer het anders nog eens.</p>"
    "<p>Hulp nodig? Noem dan dit nummer: {reference}.</p>"
)


class LastResort:
    """Laatste vangnet: stands outside of all else, so that no server prints what was asked or typed."""

    def __init__(self, app, headers):
        self._app, self._headers = app, headers

    def __call__(self, environ, start_response):
        """Answer, or say with a number that we cannot."""
        try:
            return self._app(environ, start_response)
        except Exception:
            reference = secrets.token_hex(4)
            log.exception("broken_outside", reference=reference)
            body = PAGE.format(reference=reference).encode()
            headers = {
                **self._headers,
                "Content-Type": "text/html; charset=utf-8",
                "Content-Length": str(len(body)),
                "Cache-Control": "no-store",
            }
            start_response("500 Internal Server Error", list(headers.items()))
            return [body]


def install(app):
    """Put the net around all that was put around the application before."""
    app.wsgi_app = LastResort(app.wsgi_app, ALWAYS)
