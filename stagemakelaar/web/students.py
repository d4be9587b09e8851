"""Pages."""

from flask import Blueprint

pages = Blueprint("students", __name__)
