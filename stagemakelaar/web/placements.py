"""Pages."""

from flask import Blueprint

pages = Blueprint("placements", __name__)
