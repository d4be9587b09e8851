"""What the frame of every page needs: the style sheet, the menu, who is signed in; and the filters of the templates."""

from datetime import timedelta

from flask import current_app, g, request, url_for
from flask_babel import format_date, format_datetime, format_timedelta, get_locale, lazy_gettext
from flask_login import current_user
from jinja2 import StrictUndefined

from stagemakelaar import labels
from stagemakelaar.db import current_session
from stagemakelaar.monitoring import PostWatch
from stagemakelaar.people.models import STAFF, Role
from stagemakelaar.people.permissions import Permission, may
from stagemakelaar.reference import formats
from stagemakelaar.web.forms import ButtonForm
from stagemakelaar.web.headers import STATIC
from stagemakelaar.web.work_list.listing import count_for

MENUS = {
    Role.STUDENT: [
        ("student.home", lazy_gettext("Mijn stage")),
        ("student_profile.overview", lazy_gettext("Mijn profiel")),
        ("student.my_data", lazy_gettext("Mijn gegevens")),
    ],
    Role.EMPLOYER: [
        ("employer.home", lazy_gettext("Overzicht")),
        ("employer.organisation", lazy_gettext("Uw bedrijf")),
    ],
    Role.BROKER: [
        ("today.home", lazy_gettext("Vandaag")),
        ("students.index", lazy_gettext("Studenten")),
        ("tasks.index", lazy_gettext("Taken")),
        ("organisations.index", lazy_gettext("Bedrijven")),
        ("places.index", lazy_gettext("Plekken")),
        ("acquiring.index", lazy_gettext("Werven")),
        ("rounds.index", lazy_gettext("Rondes")),
        ("placements.index", lazy_gettext("Plaatsingen")),
        ("post.index", lazy_gettext("Post")),
        ("data_requests.index", lazy_gettext("AVG-verzoeken")),
    ],
    Role.ADMIN: [("accounts.index", lazy_gettext("Accounts")), ("staff_rights.index", lazy_gettext("Rechten"))],
    Role.AUDITOR: [
        ("trail.index", lazy_gettext("Logboek")),
        ("data_requests.index", lazy_gettext("AVG-verzoeken")),
        ("staff_rights.index", lazy_gettext("Rechten")),
    ],
}
MENUS[Role.COORDINATOR] = [*MENUS[Role.BROKER], ("programme.settings", lazy_gettext("Instellingen"))]


def home_of(user):
    """The address of the first page after signing in, which depends on the role."""
    return url_for(MENUS[user.role][0][0])


def install(app):
    """Give every template the frame's context, the filters, and no silence about undefined names."""
    app.jinja_env.undefined = StrictUndefined
    app.jinja_env.trim_blocks = True
    app.jinja_env.lstrip_blocks = True
    app.jinja_env.filters["day"] = _day
    app.jinja_env.filters["moment"] = _moment
    app.jinja_env.filters["label"] = _label
    app.jinja_env.filters["weekdays"] = labels.weekdays
    app.jinja_env.filters["euros"] = labels.euros
    app.jinja_env.filters["phone"] = formats.show_phone

    app.extensions["post_watch"] = PostWatch()

    @app.context_processor
    def frame():
        user = current_user if not g.get("has_no_database") and current_user.is_authenticated else None
        return {
            "locale": str(get_locale() or "nl"),
            "stylesheet": _stylesheet(),
            "script": "/static/js/app.js" if (STATIC / "js" / "app.js").exists() else None,
            "menu": _menu(user) if user else [],
            "who": {"name": user.name or user.email, "role": labels.label(user.role)} if user else None,
            "sign_out_form": ButtonForm() if user else None,
            "language_form": ButtonForm(),
            "late_post": _late_post(user),
            "late_post_url": url_for("post.index") if user is not None and may(user, Permission.REPLAY_POST) else None,
            "demo": app.config["SETTINGS"].is_demo,
            "root": request.script_root,
        }


def _menu(user):
    return [
        {
            "url": url_for(endpoint),
            "text": text,
            "current": (request.endpoint or "").split(".")[0] == endpoint.split(".")[0]
            if user.role not in {Role.STUDENT, Role.EMPLOYER}
            else request.endpoint == endpoint,
            "count": _count(user) if endpoint == "today.home" else None,
        }
        for endpoint, text in MENUS[user.role]
    ]


def _count(user):
    """How many things wait; not asked where the page itself says that something is wrong with us."""
    return None if g.get("is_in_trouble") else count_for(current_session(), user)


def _late_post(user):
    """For staff: how long the oldest letter waits ("12 minuten") when the post is late, else None."""
    if user is None or user.role not in STAFF or g.get("is_in_trouble"):
        return None
    seconds = current_app.extensions["post_watch"].late_seconds(current_session())
    return format_timedelta(timedelta(seconds=seconds), threshold=1.5) if seconds else None


def _stylesheet():
    """The built sheet, or our own plain one where npm could not run; never both."""
    built = STATIC / "build" / "app.css"
    return "/static/build/app.css" if built.exists() else "/static/css/plain.css"


def _label(member):
    """The words for a member of an enum, as text: a list of letters is what a lazy text looks like to a template."""
    return str(labels.label(member))


def _day(value, form="d MMMM y"):
    """A date in words: "3 februari 2027"."""
    return format_date(value, form) if value is not None else ""


def _moment(value):
    """A moment in words: "3 februari 2027 om 14:35"."""
    return format_datetime(value, "d MMMM y HH:mm") if value is not None else ""
