"""Every setting, its default, and which have none. Settings come from the environment and from nowhere else."""

import os
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

ROOT = Path(__file__).resolve().parent
PUBLISHED_KEY = "demo-sleutel-die-iedereen-mag-weten-0000"
SHORTEST_KEY = 32
SHORTEST_TOKEN = 16


class SettingsWrong(Exception):
    """A setting that is missing or unsafe; the text names the variable, never its value."""


@dataclass(frozen=True)
class Settings:
    """What the program was told by its environment (see docs/administration.md for each variable)."""

    environment: str  # demo or production
    database_url: str
    secret_key: str
    public_url: str
    smtp_url: str | None  # None: letters go to files in `outgoing`
    instance: Path
    port: int = 5000
    worker: bool = True
    clock: str | None = None
    trusted_proxies: int = 0
    travel_table: Path | None = None  # minutes from real roads and timetables; None: estimates only
    erasure_list: Path | None = None  # who was erased, kept apart from the back-ups; None: none is kept
    celery_broker_url: str | None = None  # where Celery finds its calls; None: threads carry the work
    backup_recipient: str | None = None  # the public age key for which back-ups are encrypted
    security_contacts: tuple[str, ...] = ()  # where to report a leak; empty: the programmes
    metrics_token: str | None = None  # opens /metrics; None: there is no such page
    argon2: tuple[int, int, int] = (19_456, 2, 1)  # KiB, passes, lanes

    @property
    def is_demo(self):
        """Whether this is a demo, in which nobody is real."""
        return self.environment == "demo"

    @property
    def is_https(self):
        """Whether people reach us over TLS, so that cookies may say so."""
        return self.public_url.startswith("https://")

    @property
    def outgoing(self):
        """The folder that takes the letters when there is no mail host."""
        return self.instance / "outgoing"

    @property
    def host(self):
        """The one host name in links and in requests."""
        return urlsplit(self.public_url).hostname


def from_environment(environ=None):
    """Read the settings and refuse what is unsafe; raises SettingsWrong with one sentence."""
    environ = os.environ if environ is None else environ
    environment = environ.get("STAGEMAKELAAR_ENV", "production")
    if environment not in {"demo", "production"}:
        raise SettingsWrong("STAGEMAKELAAR_ENV must be demo or production.")
    demo = environment == "demo"
    instance = Path(environ.get("STAGEMAKELAAR_INSTANCE") or ROOT / "instance")
    port = _whole_number(environ, "PORT", 5000, 0, 65535)
    settings = Settings(
        environment=environment,
        database_url=environ.get("DATABASE_URL") or f"sqlite:///{instance / 'stagemakelaar.sqlite'}",
        secret_key=environ.get("SECRET_KEY") or (PUBLISHED_KEY if demo else ""),
        public_url=(environ.get("PUBLIC_URL") or (f"http://127.0.0.1:{port}" if demo else "")).rstrip("/"),
        smtp_url=environ.get("SMTP_URL") or None,
        instance=instance,
        port=port,
        worker=environ.get("STAGEMAKELAAR_WORKER", "on") != "off",
        clock=environ.get("STAGEMAKELAAR_CLOCK") or None,
        trusted_proxies=_whole_number(environ, "TRUSTED_PROXIES", 0, 0, 5),
        travel_table=Path(environ["TRAVEL_TABLE"]) if environ.get("TRAVEL_TABLE") else None,
        erasure_list=Path(environ["ERASURE_LIST"]) if environ.get("ERASURE_LIST") else instance / "erasures.jsonl",
        celery_broker_url=environ.get("CELERY_BROKER_URL") or None,
        backup_recipient=environ.get("BACKUP_RECIPIENT") or None,
        metrics_token=environ.get("METRICS_TOKEN") or None,
        security_contacts=_contacts(environ),
    )
    if not demo:
        _refuse_unsafe(settings, environ)
    return settings


def _refuse_unsafe(settings, environ):
    if len(settings.secret_key.encode()) < SHORTEST_KEY or settings.secret_key == PUBLISHED_KEY:
        raise SettingsWrong("SECRET_KEY must be a secret of your own of at least 32 bytes.")
    if not settings.public_url.startswith("https://"):
        raise SettingsWrong("PUBLIC_URL must begin with https:// in production.")
    if settings.smtp_url is None:
        raise SettingsWrong("SMTP_URL must name the mail host in production.")
    if "tls=none" in settings.smtp_url:
        raise SettingsWrong("SMTP_URL may not switch TLS off in production.")
    if settings.metrics_token is not None and len(settings.metrics_token) < SHORTEST_TOKEN:
        raise SettingsWrong("METRICS_TOKEN must be a secret of at least 16 signs.")
    if settings.clock is not None:
        raise SettingsWrong("STAGEMAKELAAR_CLOCK may not be set in production.")
    if environ.get("FLASK_DEBUG", "0") not in {"", "0", "false"}:
        raise SettingsWrong("FLASK_DEBUG must be off in production.")


def _contacts(environ):
    contacts = tuple(environ.get("SECURITY_CONTACT", "").split())
    if not all(contact.startswith(("mailto:", "https://", "tel:")) for contact in contacts):
        raise SettingsWrong("SECURITY_CONTACT must hold addresses that begin with mailto:, https:// or tel:.")
    return contacts


def _whole_number(environ, name, default, least, most):
    text = environ.get(name) or str(default)
    if not text.isdecimal() or not least <= int(text) <= most:
        raise SettingsWrong(f"{name} must be a whole number from {least} to {most}.")
    return int(text)
