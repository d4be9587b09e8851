"""Pages."""

from flask import Blueprint

pages = Blueprint("organisations", __name__)
