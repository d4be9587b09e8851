"""Who is signed in: the session lives on the server, and the cookie only names it."""

from flask_login import LoginManager


def install(app):
    """Let Flask-Login ask us who belongs to a session."""
    manager = LoginManager()
    manager.session_protection = None
    manager.init_app(app)

    @manager.user_loader
    def load(_user_id):
        return None
