"""Security headers of every answer, the one proxy setting, and static files from the same process."""

from pathlib import Path

from werkzeug.middleware.proxy_fix import ProxyFix
from whitenoise import WhiteNoise

STATIC = Path(__file__).parent.parent.parent / "static"

POLICY = (
    "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self'; font-src 'self'; "
    "form-action 'self'; frame-ancestors 'none'; base-uri 'none'"
)
ALWAYS = {
    "Content-Security-Policy": POLICY,
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
}
OVER_TLS_ALONE = "max-age=63072000; includeSubDomains"  # two years


def install(app):
    """Add the headers, believe as many proxies as the settings say, and serve `static/`."""
    settings = app.config["SETTINGS"]

    @app.after_request
    def add_headers(response):
        for name, value in ALWAYS.items():
            response.headers.setdefault(name, value)
        if settings.is_https:
            response.headers["Strict-Transport-Security"] = OVER_TLS_ALONE
        response.headers["Cache-Control"] = "no-store"
        return response

    if settings.trusted_proxies:
        count = settings.trusted_proxies
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=count, x_proto=count, x_host=0)

    def add_to_static(headers, _path, _url):
        for name, value in ALWAYS.items():
            headers[name] = value
        if settings.is_https:
            headers["Strict-Transport-Security"] = OVER_TLS_ALONE

    app.wsgi_app = WhiteNoise(
        app.wsgi_app,
        root=STATIC,
        prefix="static/",
        max_age=3600,
        add_headers_function=add_to_static,
        mimetypes={".svg": "image/svg+xml; charset=utf-8"},
    )
