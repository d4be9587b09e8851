"""Columns to bytes and back, in one fixed form, so that the same facts have the same fingerprint on every machine.

Form: b"STAGE" + zlib(length of head, 8 bytes little-endian + head as sorted JSON + the columns, little-endian).
The fingerprint is taken before compression, since another zlib may compress otherwise.
"""

import hashlib
import json
import zlib

import numpy as np

MAGIC = b"STAGE"


def pack(kind, version, facts, columns):
    """Return (bytes, fingerprint). `facts` is a dict for JSON, `columns` a dict of whole-number arrays."""
    body = canonical(kind, version, facts, columns)
    return MAGIC + zlib.compress(body, 6), hashlib.sha256(body).hexdigest()


def fingerprint(kind, version, facts, columns):
    """Return the sha256, in hexadecimal, of what `pack` would store."""
    return hashlib.sha256(canonical(kind, version, facts, columns)).hexdigest()


def canonical(kind, version, facts, columns):
    """Return the uncompressed bytes."""
    little = {
        name: np.ascontiguousarray(values).astype(values.dtype.newbyteorder("<")) for name, values in columns.items()
    }
    head = json.dumps(
        {
            "kind": kind,
            "version": version,
            "facts": facts,
            "columns": [[name, values.dtype.str, list(values.shape)] for name, values in little.items()],
        },
        sort_keys=True,
        separators=(",", ":"),
    ).encode()
    return b"".join(
        [
            len(head).to_bytes(8, "little"),
            head,
            *(values.tobytes() for values in little.values()),
        ]
    )


def unpack(kind, version, data):
    """Return (facts, columns) of what `pack` made, in this version or one before.

    ValueError when it is something else, newer, or damaged.
    """
    if not data.startswith(MAGIC):
        raise ValueError(f"data: not a stored {kind}")
    try:
        body = zlib.decompress(data[len(MAGIC) :])
        size = int.from_bytes(body[:8], "little")
        head = json.loads(body[8 : 8 + size])
        if head["kind"] != kind or head["version"] > version:
            raise ValueError(f"data: holds {head['kind']} version {head['version']}, not {kind} version {version}")
        columns, at = {}, 8 + size
        for name, dtype, shape in head["columns"]:
            count = int(np.prod(shape))
            columns[name] = np.frombuffer(body, dtype=dtype, count=count, offset=at).reshape(shape)
            at += columns[name].nbytes
    except (zlib.error, KeyError, UnicodeDecodeError, json.JSONDecodeError) as error:
        raise ValueError(f"data: the stored {kind} is damaged") from error
    return head["facts"], columns
