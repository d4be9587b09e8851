"""Pages."""

from flask import Blueprint

pages = Blueprint("student_profile", __name__)
