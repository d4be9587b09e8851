"""Stagemakelaar: the instrument of a broker who finds internships for mbo students.

`create_app` wires the rooms together and reads like a table of contents. Importing this package loads nothing heavy, so
that `stagemakelaar.matching` can be used on its own.
"""

__version__ = "0.1.0"


def create_app(settings):
    """The web application for these settings; also the context of the `flask` commands."""
    from flask import Flask

    from stagemakelaar import cli, clock, db, logs, starting
    from stagemakelaar.people.signing_in import passwords
    from stagemakelaar.reference import travel
    from stagemakelaar.reference.travel_table import read_travel_table
    from stagemakelaar.web import (
        access,
        acting,
        addresses,
        errors,
        headers,
        languages,
        last_resort,
        layout,
        measuring,
        pages,
        refusals,
        signed_in,
    )

    app = Flask(__name__, template_folder="../templates", static_folder=None)
    app.config.from_mapping(
        SETTINGS=settings,
        SECRET_KEY=settings.secret_key,
        TRUSTED_HOSTS=[settings.host, *(["127.0.0.1", "localhost"] if settings.is_demo else [])],
        MAX_CONTENT_LENGTH=1_000_000,
        MAX_FORM_MEMORY_SIZE=500_000,
        MAX_FORM_PARTS=500,
        SESSION_COOKIE_NAME="__Host-session" if settings.is_https else "session",
        SESSION_COOKIE_SECURE=settings.is_https,
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        WTF_CSRF_ENABLED=False,
    )
    logs.configure()
    clock.set_clock(settings.clock)
    passwords.configure(*settings.argon2)
    db.bind(db.make_engine(settings.database_url))
    travel.use_table(read_travel_table(settings.travel_table) if settings.travel_table else None)

    measuring.install(app)
    errors.install(app)
    addresses.install(app)
    languages.install(app)
    layout.install(app)
    headers.install(app)
    starting.install(app)
    signed_in.install(app)
    access.install(app)
    acting.install(app)
    refusals.install(app)
    pages.install(app)
    last_resort.install(app)
    cli.install(app)
    if settings.celery_broker_url:
        from stagemakelaar import carrying

        carrying.install(app)
    return app


def create_tools():
    """The context of the `flask` commands that need no settings: no database, no pages, no mail."""
    from flask import Flask

    from stagemakelaar import cli, logs
    from stagemakelaar.web import languages

    app = Flask(__name__, static_folder=None)
    logs.configure()
    languages.install(app)
    cli.install_tools(app)
    return app
