"""Closed unless opened: a view without a mark is closed to everyone."""

from flask import abort, current_app, redirect, request, url_for
from flask_login import current_user

from stagemakelaar.people.permissions import may
from stagemakelaar.web import carried, signed_in

PUBLIC = "public"


def allow(permission):
    """Mark a view as open to those whose role has this permission."""

    def mark(view):
        view.access = permission
        return view

    return mark


def public(view):
    """Mark a view as open to anyone, signed in or not."""
    view.access = PUBLIC
    return view


def confirmed_lately(view):
    """Mark a view as open only to who showed not long ago who they are; else a code is asked first.

    For what matters most: another address, password or app, one's own file, long lists (ASVS 7.5). What was being sent
    waits on the server meanwhile, as with the end of a session.
    """
    view.needs_confirmation = True
    return view


def guard():
    """Run before every request: let in only who may enter this page."""
    view = current_app.view_functions.get(request.endpoint or "")
    access = getattr(view, "access", None)
    if view is None or access is PUBLIC:
        return None
    if not current_user.is_authenticated:
        if request.method == "POST":
            carried.keep()
        return redirect(url_for("signing_in.start", next=request.full_path.rstrip("?")))
    if access is None or not may(current_user, access):
        abort(403)
    if getattr(view, "needs_confirmation", False) and not signed_in.is_confirmed():
        if request.method == "POST":
            carried.keep()
        return redirect(url_for("step_up.show", next=request.full_path.rstrip("?")))
    return None


def actor():
    """The user who acts, to be passed as `by=`; read anew here, so that no action does so halfway a change."""
    user = current_user._get_current_object()  # noqa: SLF001 - the documented way to pass the real object on
    _ = user.id
    return user


def install(app):
    """Put the guard before every request of this application."""
    app.before_request(guard)
