"""What may stand in an address: numbers that a record can have, and signs that a database keeps.

The two databases differ in what they swallow, so it is settled here: both answer alike.
"""

from flask import abort, request
from werkzeug.routing import IntegerConverter, ValidationError

MOST = 2**31 - 1  # what the column of a number holds
NUL = "\x00"


class RecordNumber(IntegerConverter):
    """Nummer van een record: plain digits; a number that no record can have is no page."""

    regex = "[0-9]{1,10}"

    def to_python(self, value):
        """The number."""
        number = super().to_python(value)
        if number > MOST:
            raise ValidationError
        return number


def install(app):
    """Read numbers in addresses this way, and refuse the sign that ends a text elsewhere."""
    app.url_map.converters["int"] = RecordNumber

    @app.before_request
    def refuse_nul():
        if NUL in request.path or any(NUL in text for pair in request.args.items(multi=True) for text in pair):
            abort(400)
