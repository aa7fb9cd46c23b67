"""A CSV file as numbered rows, each with its own text."""

from __future__ import annotations

import csv
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from server.pos.errors import FileMissing, FileRefused

MOST_LINES_PER_ROW = 20
"""A quoted cell may hold line breaks, but one that runs on and on has lost its closing quote."""


@dataclass(frozen=True, slots=True)
class RawRow:
    """One row: the line it begins in, its text, and its cells or why it has none."""

    position: int
    text: str
    cells: tuple[str, ...]
    problem: str | None = None


@contextmanager
def opened(file: Path, encoding: str) -> Iterator[Iterable[str]]:
    """The lines of a text file.

    Raises:
        FileMissing: there is none.
        FileRefused: it cannot be read, or not in this encoding, or its name cannot be stored.
    """
    if not _is_utf8(file.name):
        raise FileRefused(f"the name of the file {file.name} is not UTF-8", "rename it")
    try:
        with file.open(encoding=encoding, newline="") as lines:
            yield lines
    except FileNotFoundError as error:
        raise FileMissing(f"there is no file {file}") from error
    except UnicodeDecodeError as error:
        raise FileRefused(
            f"{file.name} is not {encoding}: {_where(file, encoding)}",
            'try another encoding in the mapping, such as "cp1252" or "utf-16"',
        ) from error
    except OSError as error:
        raise FileRefused(f"{file} cannot be read: {error.strerror}") from error


def rows(
    lines: Iterable[str], delimiter: str, name: str, on_line: Callable[[str], None] = lambda _: None
) -> Iterator[RawRow]:
    """Rows in order; empty lines are passed over.

    Raises:
        FileRefused: a quote is never closed, so that what follows it cannot be told apart.
    """
    tape = _Tape(lines, on_line)
    reader = csv.reader(tape, delimiter=delimiter, strict=True)
    while True:
        tape.cut()
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            _refuse_open_quote(tape, name, at_end="unexpected end" in str(error))
            yield RawRow(tape.first_line, tape.text, (), f"is not CSV: {error}")
            continue
        _refuse_open_quote(tape, name, at_end=False)
        if cells:
            yield RawRow(tape.first_line, tape.text, tuple(cells))


def cells_of(text: str, delimiter: str) -> tuple[str, ...]:
    """The cells of one row's text; none where it is not CSV."""
    try:
        return tuple(next(csv.reader(text.splitlines(keepends=True), delimiter=delimiter, strict=True), ()))
    except csv.Error:
        return ()


class _Tape:
    """Lines as the CSV reader takes them, with what it took for the present row."""

    def __init__(self, lines: Iterable[str], on_line: Callable[[str], None]) -> None:
        self._lines = iter(lines)
        self._on_line = on_line
        self._taken: list[str] = []
        self._count = 0

    def __iter__(self) -> Iterator[str]:
        return self

    def __next__(self) -> str:
        line = next(self._lines)
        self._on_line(line)
        self._count += 1
        self._taken.append(line)
        return line

    def cut(self) -> None:
        self._taken.clear()

    @property
    def text(self) -> str:
        return "".join(self._taken).rstrip("\r\n")

    @property
    def line_count(self) -> int:
        return len(self._taken)

    @property
    def first_line(self) -> int:
        return self._count - len(self._taken) + 1


def _is_utf8(name: str) -> bool:
    try:
        name.encode()
    except UnicodeEncodeError:
        return False
    return True


def _refuse_open_quote(tape: _Tape, name: str, *, at_end: bool) -> None:
    if at_end or tape.line_count > MOST_LINES_PER_ROW:
        raise FileRefused(
            f"{name} line {tape.first_line}: a quoted cell runs on for {tape.line_count} lines",
            "a closing quote is missing in this line; a quote within a cell is written twice",
        )


def _where(file: Path, encoding: str) -> str:
    by_line = "utf-8" if encoding.lower().replace("_", "-") == "utf-8-sig" else encoding
    with file.open("rb") as lines:
        for number, line in enumerate(lines, 1):
            try:
                line.decode(by_line)
            except UnicodeDecodeError as error:
                return f"line {number} holds the byte 0x{line[error.start]:02x}"
    return "it ends within a character"
