"""Log lines: one JSON object each, on stderr, without what people typed."""

import json

import structlog

from stagemakelaar import logs


def test_a_line_is_one_object_on_stderr(capsys):
    logs.configure()
    structlog.get_logger().info("delivered", sent=3)
    out, err = capsys.readouterr()
    line = json.loads(err)
    assert out == ""
    assert (line["event"], line["sent"], line["level"]) == ("delivered", 3, "info")


def test_of_an_exception_only_kind_and_place_are_told(capsys):
    logs.configure()
    try:
        int("samira@demo.example")
    except ValueError:
        structlog.get_logger().exception("broken", reference="ab12")
    err = capsys.readouterr().err
    line = json.loads(err)
    assert "samira" not in err
    assert (line["kind"], line["reference"]) == ("ValueError", "ab12")
    assert line["where"][0].startswith("test_logs.py:")
