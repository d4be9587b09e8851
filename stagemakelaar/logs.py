"""Log lines: one JSON object each, on stderr, with ids only. Of an exception only its kind and where it happened.

The text of an exception may hold what people typed, so it is left out; the reference on the page leads to the line.
What libraries and servers log comes in the same form: the sentence as their programmer wrote it, not filled in.
"""

import json
import logging
import sys
import traceback
from datetime import UTC, datetime

import structlog


def configure():
    """Let every log line of this process look the same."""
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            _without_words,
            structlog.processors.JSONRenderer(ensure_ascii=False),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(logging.INFO),
        logger_factory=_ToStderr,
        cache_logger_on_first_use=False,
    )
    root = logging.getLogger()
    if not any(isinstance(handler.formatter, Neutral) for handler in root.handlers):
        handler = _Stderr(level=logging.WARNING)
        handler.setFormatter(Neutral())
        root.addHandler(handler)


class _Stderr(logging.Handler):
    """To stderr as it is at the moment of writing."""

    def emit(self, record):
        """Write one line."""
        sys.stderr.write(self.format(record) + "\n")


class Neutral(logging.Formatter):
    """Neutraal: a line of a library as one JSON object; `tells_all_below` a level, it may fill in its sentences."""

    def __init__(self, tells_all_below=logging.NOTSET):
        super().__init__()
        self._tells_all_below = tells_all_below

    def format(self, record):
        """The line."""
        line = {
            "event": "library",
            "logger": record.name,
            "level": record.levelname.lower(),
            "timestamp": datetime.fromtimestamp(record.created, UTC).isoformat(),
        }
        if record.levelno < self._tells_all_below:
            line["said"] = record.getMessage()
        elif record.args:  # without any, the sentence may have been filled in already
            line["said"] = str(record.msg)
        if record.exc_info:
            line["exc_info"] = record.exc_info
        return json.dumps(_without_words(None, None, line), ensure_ascii=False)


def _ToStderr(*_args):  # noqa: N802 - stands where structlog wants a class
    return structlog.PrintLogger(sys.stderr)


def _without_words(_logger, _method, line):
    """Replace an exception by its kind and the places it came through."""
    wrong = line.pop("exc_info", None)
    if wrong is True:
        wrong = sys.exc_info()[1]
    elif isinstance(wrong, tuple):
        wrong = wrong[1]
    if isinstance(wrong, BaseException):
        line.setdefault("kind", type(wrong).__name__)
        line["where"] = [
            f"{frame.filename.rpartition('/')[2]}:{frame.lineno} {frame.name}"
            for frame in traceback.extract_tb(wrong.__traceback__)[-12:]
        ]
    return line
