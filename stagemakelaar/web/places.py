"""Pages."""

from flask import Blueprint

pages = Blueprint("places", __name__)
