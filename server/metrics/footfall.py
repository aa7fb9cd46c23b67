"""Who came in and went out."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from server.metrics.rows import LineRow

ENTRANCE = "entrance"


@dataclass(frozen=True, slots=True)
class Crossings:
    """Confirmed crossings of all entrance lines; those of staff are None where nobody tells them apart."""

    raw_entries: int
    """Staff too."""
    raw_exits: int
    staff_entries: int | None
    staff_exits: int | None
    staff_partly: bool
    """Whether staff are told apart in some of the counts only."""

    @property
    def entries(self) -> int:
        """People who came in, without staff where they are told apart."""
        return self.raw_entries - (self.staff_entries or 0)

    @property
    def exits(self) -> int:
        """People who went out, without staff where they are told apart."""
        return self.raw_exits - (self.staff_exits or 0)

    @property
    def balance(self) -> float | None:
        """1 − |in − out| / (in + out) of everybody; None where nobody crossed. 1: as many left as came."""
        both = self.raw_entries + self.raw_exits
        return 1 - abs(self.raw_entries - self.raw_exits) / both if both else None


def entrance_rows(rows: Iterable[LineRow]) -> list[LineRow]:
    """The rows whose crossings are entries and exits."""
    return [row for row in rows if row.kind == ENTRANCE]


def crossings(rows: Sequence[LineRow]) -> Crossings | None:
    """The sum of some entrance rows; None without a row, for no data is not zero."""
    if not rows:
        return None
    told = [row for row in rows if _tells_staff(row)]
    return Crossings(
        raw_entries=sum(row.count_in for row in rows),
        raw_exits=sum(row.count_out for row in rows),
        staff_entries=sum(row.staff_in or 0 for row in told) if told else None,
        staff_exits=sum(row.staff_out or 0 for row in told) if told else None,
        staff_partly=0 < len(told) < len(rows),
    )


def _tells_staff(row: LineRow) -> bool:
    return row.staff_in is not None or row.staff_out is not None
