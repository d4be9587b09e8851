"""Pages."""

from flask import Blueprint

pages = Blueprint("employer_places", __name__)
