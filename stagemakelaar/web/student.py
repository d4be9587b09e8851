"""Pages."""

from flask import Blueprint

pages = Blueprint("student", __name__)
