"""Pages."""

from flask import Blueprint

pages = Blueprint("programme", __name__)
