"""Columns to bytes and back, and their fingerprint, the same for the same facts on every machine.

The fingerprint is the sha256 of the canonical form: length of the head (8 bytes, little-endian), the head as sorted
JSON, and the columns, little-endian. What is stored is smaller and made faster: numbers of 8 bytes as differences with
the row before, everything in the fewest bytes that hold it, lightly compressed; b"STAGE" + b"2" + zlib(length of head +
head + columns). Earlier runs were stored as b"STAGE" + zlib(canonical form), and can still be read.
"""

import hashlib
import json
import zlib

import numpy as np

MAGIC = b"STAGE"
NARROW = b"2"
LIGHTLY = 1  # level 6 takes six times as long on a country, for a twentieth less


def pack(kind, version, facts, columns):
    """Return bytes to be stored. `facts` is a dict for JSON, `columns` a dict of whole-number arrays."""
    told, stored = [], []
    for name, values in columns.items():
        narrow, is_difference = _narrow(values)
        told.append([name, _little(values.dtype).str, list(values.shape), narrow.dtype.str, is_difference])
        stored.append(narrow)
    head = _head(kind, version, facts, told)
    press = zlib.compressobj(LIGHTLY, strategy=zlib.Z_RLE)  # what repeats here, repeats at once
    pieces = [MAGIC, NARROW, press.compress(len(head).to_bytes(8, "little") + head)]
    pieces += [press.compress(values.data) for values in stored if values.size]
    return b"".join([*pieces, press.flush()])


def fingerprint(kind, version, facts, columns):
    """Return the sha256, in hexadecimal, of the canonical form."""
    whole = hashlib.sha256()
    for piece in canonical(kind, version, facts, columns):
        whole.update(piece)
    return whole.hexdigest()


def canonical(kind, version, facts, columns):
    """Yield the canonical form, piece by piece."""
    head = _head(kind, version, facts, [[name, _little(v.dtype).str, list(v.shape)] for name, v in columns.items()])
    yield len(head).to_bytes(8, "little") + head
    for values in columns.values():
        if values.size:
            yield np.ascontiguousarray(values, dtype=_little(values.dtype)).data


def unpack(kind, version, data):
    """Return (facts, columns) of what `pack` made, in this version or one before.

    ValueError when it is something else, newer, or damaged.
    """
    if not data.startswith(MAGIC):
        raise ValueError(f"data: not a stored {kind}")
    is_narrow = data.startswith(MAGIC + NARROW)
    try:
        body = zlib.decompress(memoryview(data)[len(MAGIC) + is_narrow :])
        size = int.from_bytes(body[:8], "little")
        head = json.loads(body[8 : 8 + size])
        if head["kind"] != kind or head["version"] > version:
            raise ValueError(f"data: holds {head['kind']} version {head['version']}, not {kind} version {version}")
        columns, at = {}, 8 + size
        for name, dtype, shape, *how in head["columns"]:
            narrow, is_difference = how or (dtype, False)
            stored = np.frombuffer(body, dtype=narrow, count=int(np.prod(shape)), offset=at).reshape(shape)
            at += stored.nbytes
            columns[name] = np.cumsum(stored, axis=0, dtype=dtype) if is_difference else stored.astype(dtype)
            columns[name].flags.writeable = False  # so that whoever checks them need not copy them
    except (zlib.error, KeyError, UnicodeDecodeError, json.JSONDecodeError) as error:
        raise ValueError(f"data: the stored {kind} is damaged") from error
    return head["facts"], columns


def _head(kind, version, facts, columns):
    told = {"kind": kind, "version": version, "facts": facts, "columns": columns}
    return json.dumps(told, sort_keys=True, separators=(",", ":")).encode()


def _narrow(values):
    """Return (the same numbers in fewer bytes, whether they are differences with the row before)."""
    is_difference = values.dtype.itemsize == 8 and values.size > 0
    if is_difference:  # beyond 2**63 these wrap round, and so they do on the way back
        values = np.diff(values, axis=0, prepend=np.zeros((1, *values.shape[1:]), dtype=values.dtype))
    if values.dtype.kind == "i" and values.size:
        low, high = values.min(), values.max()
        fits = (np.dtype(f"<i{size}") for size in (1, 2, 4, 8))
        narrow = next(dtype for dtype in fits if np.iinfo(dtype).min <= low and high <= np.iinfo(dtype).max)
    else:
        narrow = _little(values.dtype)
    return np.ascontiguousarray(values, dtype=narrow), is_difference


def _little(dtype):
    return dtype.newbyteorder("<")
