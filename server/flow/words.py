"""The analysis of flow in sentences."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date

from server.flow.reading import DWELL, ENTRIES, TRANSACTIONS, VISITS
from server.flow.reasons import Reason
from server.flow.together import Pair, is_sure
from server.flow.typical import LEAST_FOR_BAND, TypicalDay
from server.flow.unusual import LEAST_DAYS, Stretch, Unusual, UnusualDay
from server.sections import DAY_NAMES

MOST_PAIRS = 8
"""Of so many pairs there is a sentence, the strongest first."""


def label(series: str, zones: Mapping[str, str]) -> str:
    """What people call a series; `zones` are the names of zones by their id."""
    kind, _, zone = series.partition(":")
    name = zones.get(zone, zone)
    return {
        ENTRIES: "entries",
        TRANSACTIONS: "transactions",
        VISITS: f"visits to {name}",
        DWELL: f"stay in {name}",
    }.get(kind, series)


def typical_sentences(typical: Sequence[TypicalDay], of: str) -> Iterator[str]:
    """One for each weekday of which a band is known, and which weekdays have none."""
    for day in typical:
        whole = day.whole
        if whole.median is not None and whole.low is not None and whole.high is not None and whole.high:
            busiest = max(day.hours, key=lambda hour: hour.people.median or 0.0)
            yield (
                f"A typical {DAY_NAMES[day.weekday]} has {whole.median:,.0f} {of}; four in five have"
                f" {whole.low:,.0f} to {whole.high:,.0f}. It is busiest from {busiest.begin:%H:%M} on."
            )
    few = [f"{DAY_NAMES[day.weekday]} ({day.whole.days})" for day in typical if _is_short(day)]
    if few:
        yield f"Too few whole days are known for a band ({LEAST_FOR_BAND} are needed): {', '.join(few)}."


def _is_short(day: TypicalDay) -> bool:
    return 0 < day.whole.days < LEAST_FOR_BAND


def unusual_sentences(unusual: Unusual, explained: int) -> Iterator[str]:
    """How many days were unusual, and how many would be by luck alone."""
    if not unusual.judged_days:
        if unusual.known_days < LEAST_DAYS:
            yield (
                f"{unusual.known_days} days are known; unusual ones are looked for from {LEAST_DAYS} days on."
            )
        else:
            yield "Nobody was counted, so no day is unlike the others."
        return
    whole = sum(day.way is not None for day in unusual.days)
    luck = unusual.judged_days / unusual.false_alarm_days
    listed = len(unusual.days)
    yield (
        f"Of {unusual.judged_days} days {listed} were unusual: {whole} as a whole, {listed - whole} for some"
        f" hours. By luck alone at most about {luck:.0f} of each would be listed."
    )
    if unusual.days:
        yield f"Of {explained} of them a reason is known."


def day_sentence(day: UnusualDay, reasons: Sequence[Reason], of: str) -> str:
    """One unusual day with its hours and what is known of it."""
    parts = [f"{_date(day.day)}: {_beside(day.counted, day.expected, of)}"]
    parts += [f"{stretch_words(each)} {_beside(each.counted, each.expected, of)}" for each in day.stretches]
    known = "; ".join(reason.text for reason in reasons)
    return f"{', '.join(parts)}. {f'Known of it: {known}.' if known else 'No reason is known.'}"


def stretch_words(stretch: Stretch) -> str:
    """From when to when some hours were unusual."""
    return f"from {stretch.begin:%H:%M} to {stretch.end:%H:%M}"


def pair_sentences(pairs: Sequence[Pair], zones: Mapping[str, str], unit: str) -> Iterator[str]:
    """The strongest pairs that are none by luck; `unit` is "hours" or "days"."""
    sure = [pair for pair in pairs if is_sure(pair, len(pairs))]
    sure.sort(key=lambda pair: -abs(pair.correlation or 0.0))
    out = "the hour of the week" if unit == "hours" else "the weekday"
    for pair in sure[:MOST_PAIRS]:
        more = (pair.correlation or 0.0) > 0
        yield (
            f"When {_change(pair.one, zones, more=True)} than usual, {_change(pair.other, zones, more=more)}:"
            f" {_r(pair)}, {pair.n:,} {unit},"
            f" {out} taken out."
        )
    if not sure and any(pair.correlation is not None for pair in pairs):
        yield f"Between {unit} nothing goes together beyond luck, {out} taken out."
    if pairs and all(pair.correlation is None for pair in pairs):
        yield f"Too few {unit} are known to say what goes together."


def followed_sentences(pairs: Sequence[Pair]) -> Iterator[str]:
    """Whether busy halves of days, and busy days, are followed by busy ones."""
    for pair in pairs:
        if pair.correlation is None:
            continue
        sure = is_sure(pair, len(pairs))
        said = "go up and down together" if pair.correlation > 0 else "go against each other"
        yield (
            f"{pair.one.capitalize()} and {pair.other} {said if sure else 'do not go together beyond luck'}:"
            f" {_r(pair)}, {pair.n:,} days,"
            " the weekday taken out."
        )


def _r(pair: Pair) -> str:
    found = f"r = {pair.correlation:.2f} ({pair.low:.2f} to {pair.high:.2f})"
    return found.replace("-", "\N{MINUS SIGN}")


def _beside(counted: float, expected: float, of: str) -> str:
    if not expected or not round(expected):
        return f"{counted:,.0f} {of} where about none were expected"
    off = counted / expected - 1
    word = "more" if off > 0 else "fewer"
    return f"{counted:,.0f} {of}, {abs(off):.0%} {word} than the {expected:,.0f} expected".replace("%", " %")


def _date(day: date) -> str:
    return f"{day:%a}, {day.day} {day:%b %Y}"


def _change(series: str, zones: Mapping[str, str], *, more: bool) -> str:
    kind, _, zone = series.partition(":")
    name = zones.get(zone, zone)
    return {
        ENTRIES: f"{'more' if more else 'fewer'} people come in",
        TRANSACTIONS: f"there are {'more' if more else 'fewer'} transactions",
        VISITS: f"{name} is visited {'more' if more else 'less'}",
        DWELL: f"people stay {'longer' if more else 'shorter'} in {name}",
    }[kind]
