"""Pages."""

from flask import Blueprint

pages = Blueprint("trail", __name__)
