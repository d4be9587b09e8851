"""Pages."""

from flask import Blueprint

pages = Blueprint("post", __name__)
