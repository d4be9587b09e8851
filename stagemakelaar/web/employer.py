"""Pages."""

from flask import Blueprint

pages = Blueprint("employer", __name__)
