"""Looks for pictures, vectors that describe somebody, and tracks, in whatever a run leaves or sends."""

from __future__ import annotations

import base64
import binascii
import json
import math
import re
import sqlite3
from collections import Counter
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

SQLITE = b"SQLite format 3\0"

PICTURES = {
    "JPEG": b"\xff\xd8\xff",
    "PNG": b"\x89PNG\r\n\x1a\n",
    "GIF": b"GIF8",
    "WebP": b"WEBPVP8",
    "MP4": b"ftypisom",
    "H.264": b"\0\0\0\1\x67",
    "Matroska": b"\x1a\x45\xdf\xa3",
    "NumPy": b"\x93NUMPY",
}
"""How files of pictures and of arrays begin."""

MOST_BITS = 6.2
"""JSON and our other text have four to five and a half bits a byte; what is compressed has nearly eight."""

LEAST_BYTES = 512
"""Of fewer bytes the entropy says little, and fewer make no picture."""

MOST_NUMBERS = 32
"""The smallest vectors that tell people from one another have 128."""

SECRET_WORDS = (
    "track",
    "embedding",
    "feature",
    "vector",
    "face",
    "image",
    "picture",
    "frame_at",
    "person_id",
)

_BASE64 = re.compile(rb"[A-Za-z0-9+/_-]{400,}={0,2}")


def leaks_in(name: str, content: bytes) -> Iterator[str]:
    """What in some bytes could be a picture, a vector or a track's number."""
    for kind, begin in PICTURES.items():
        if begin in content:
            yield f"{name}: holds the begin of {kind}"
    if len(content) >= LEAST_BYTES and bits_a_byte(content) > MOST_BITS:
        yield f"{name}: {len(content)} bytes with {bits_a_byte(content):.1f} bits each"
    for text in _BASE64.findall(content):
        yield from leaks_in(f"{name} in base64", _decoded(text))
    yield from _leaks_in_json(name, content)


def leaks_in_file(path: Path) -> Iterator[str]:
    """The same for a file; of a database for each value."""
    content = path.read_bytes()
    if not content.startswith(SQLITE):
        # A database's log holds its pages as they are, so only what must be in none of them is looked for.
        if path.name.endswith("-wal"):
            yield from _pictures_in(path.name, b"".join(_pages(content)))
        elif not path.name.endswith("-shm"):  # which holds numbers of pages and nothing of theirs
            yield from leaks_in(path.name, content)
        return
    yield from _pictures_in(path.name, content)
    with closing(sqlite3.connect(path)) as db:
        tables = [row[0] for row in db.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
        for table in tables:
            rows = db.execute(f"SELECT * FROM [{table}]")
            columns = [column[0] for column in rows.description]
            for row in rows:
                for column, value in zip(columns, row, strict=True):
                    yield from _leaks_in_value(f"{path.name} {table}.{column}", value)


def bits_a_byte(content: bytes) -> float:
    """Shannon's entropy of the bytes."""
    counted = Counter(content)
    return -sum(n / len(content) * math.log2(n / len(content)) for n in counted.values())


def _pages(log: bytes) -> Iterator[bytes]:
    """The pages in a log, without what stands before each: numbers left to chance, which look like anything.

    Source: https://www.sqlite.org/fileformat2.html#the_write_ahead_log
    """
    page = int.from_bytes(log[8:12], "big")
    for begin in range(32, len(log), 24 + page) if page else ():
        yield log[begin + 24 : begin + 24 + page]


def _pictures_in(name: str, content: bytes) -> Iterator[str]:
    for kind, begin in PICTURES.items():
        if begin in content:
            yield f"{name}: holds the begin of {kind}"


def _leaks_in_value(name: str, value: object) -> Iterator[str]:
    if isinstance(value, bytes):
        yield f"{name}: holds bytes, and nothing of ours does"
        yield from leaks_in(name, value)
    elif isinstance(value, str):
        yield from leaks_in(name, value.encode())
    if any(word in name.lower() for word in SECRET_WORDS):
        yield f"{name}: is called like something that must not be kept"


def _decoded(text: bytes) -> bytes:
    text = text.rstrip(b"=").replace(b"-", b"+").replace(b"_", b"/")
    try:
        return base64.b64decode(text + b"=" * (-len(text) % 4))
    except binascii.Error:
        return b""


def _leaks_in_json(name: str, content: bytes) -> Iterator[str]:
    try:
        value = json.loads(content)
    except ValueError:
        return
    yield from _leaks_in_part(name, value)


def _leaks_in_part(name: str, value: Any) -> Iterator[str]:
    if isinstance(value, dict):
        for key, inner in value.items():
            if any(word in key.lower() for word in SECRET_WORDS):
                yield f"{name}: {key!r} is called like something that must not be told"
            yield from _leaks_in_part(f"{name}.{key}", inner)
    elif isinstance(value, list):
        if len(value) > MOST_NUMBERS and all(isinstance(one, int | float) for one in value):
            yield f"{name}: a vector of {len(value)} numbers"
        for inner in value:
            yield from _leaks_in_part(name, inner)
