"""Log lines: one JSON object each, on stderr, with ids only. Of an exception only its kind and where it happened.

The text of an exception may hold what people typed, so it is left out; the reference on the page leads to the line.
"""

import logging
import sys
import traceback

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
