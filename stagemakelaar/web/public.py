"""Pages."""

from flask import Blueprint

pages = Blueprint("public", __name__)
