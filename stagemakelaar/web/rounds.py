"""Pages."""

from flask import Blueprint

pages = Blueprint("rounds", __name__)
