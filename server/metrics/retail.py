"""The retail year: quarters of 4, 5 and 4 weeks, so that the same month has the same weekends each year."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from itertools import accumulate

_WEEKS = (4, 5, 4) * 4
_ENDS = tuple(accumulate(_WEEKS))
"""After which week each of the twelve months ends."""
_WEEK = timedelta(weeks=1)


@dataclass(frozen=True, slots=True)
class RetailYear:
    """How a shop's retail year is laid: it begins on the `weekday` nearest to a `day` of a `month`.

    `weekday` counts from Monday = 0. The default is that of the National Retail Federation (USA): the Sunday
    nearest to 1 February, so that the year ends on the Saturday nearest to 31 January. Where 53 weeks lie
    between two beginnings, the last month has five.
    """

    month: int = 2
    day: int = 1
    weekday: int = 6

    def begin(self, year: int) -> date:
        """The first day of a retail year."""
        anchor = date(year, self.month, self.day)
        ahead = (self.weekday - anchor.weekday()) % 7
        return anchor + timedelta(days=ahead if ahead <= 3 else ahead - 7)

    def year_of(self, day: date) -> int:
        """The retail year that a day belongs to."""
        return max(year for year in (day.year - 1, day.year, day.year + 1) if self.begin(year) <= day)

    def month_after(self, day: date) -> date:
        """The first day of the retail month after that of a day."""
        year = self.year_of(day)
        begin = self.begin(year)
        week = (day - begin) // _WEEK
        ends = [begin + end * _WEEK for end in _ENDS if week < end < _ENDS[-1]]
        return ends[0] if ends else self.begin(year + 1)


NRF_YEAR = RetailYear()
"""That of the National Retail Federation."""
