"""Pages."""

from flask import Blueprint

pages = Blueprint("proposals", __name__)
