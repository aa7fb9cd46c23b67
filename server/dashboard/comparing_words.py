"""How a time compares with others, in sentences."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import date

from server.dashboard.words import FULL_COVERAGE, number, percent
from server.figures.earlier import Beside
from server.metrics.comparing import Comparison
from server.metrics.ratios import Ratio
from server.metrics.report import Figures

_COUNTED: Mapping[str, tuple[str, Callable[[Figures], float | None]]] = {
    "entries": ("Entries", lambda of: of.entries),
    "transactions": ("Transactions", lambda of: of.transactions),
    "net_sales": ("Net sales", lambda of: float(of.net_sales.amount) if of.net_sales else None),
}
_RATES: Mapping[str, tuple[str, Callable[[Figures], Ratio | None]]] = {
    "conversion": ("Conversion", lambda of: of.conversion),
    "capture_rate": ("Capture rate", lambda of: of.capture_rate),
}


def with_usual(day: date, figures: Sequence[Comparison]) -> tuple[str, ...]:
    """A day beside the same weekday of the weeks before, a sentence for each figure that is known."""
    return tuple(_usual(day, figure) for figure in figures if figure.key in _NAMES and figure.days)


def with_earlier(beside: Beside) -> tuple[str, ...]:
    """A period beside the same weekdays some weeks earlier; nothing where nothing is known of then."""
    told = [*_counted(beside), *_rates(beside)]
    return (*told, *_mind(beside)) if told else ()


_NAMES = {
    **{key: name for key, (name, _) in (*_COUNTED.items(), *_RATES.items())},
    "group_conversion": "Group conversion",
}
_OF_RATES = {"conversion", "group_conversion", "capture_rate"}


def _usual(day: date, figure: Comparison) -> str:
    say = _as_rate if figure.key in _OF_RATES else number
    often = f"the last {day:%A}" if figure.days == 1 else f"the last {figure.days} {day:%A}s"
    between = f", between {say(figure.low)} and {say(figure.high)}" if figure.days > 1 else ""
    usual = f"{_NAMES[figure.key]} on {often}: {say(figure.usual)} in the middle{between}"
    if figure.value is None:
        return f"{usual}."
    return f"{usual}; now {say(figure.value)}{_off(figure.off)}."


def _as_rate(share: float | None) -> str:
    return percent(share, 1)


def _off(off: float | None) -> str:
    if off is None:
        return ""
    whole = round(abs(off) * 100)
    if whole == 0:
        return ", as usual"
    return f", {percent(abs(off))} {'more' if off > 0 else 'less'}"


def _when(beside: Beside) -> str:
    days = "the same weekday" if beside.days == 1 else f"the same {beside.days} weekdays"
    return f"{days} {'one week' if beside.weeks == 1 else f'{beside.weeks} weeks'} earlier"


def _counted(beside: Beside) -> Iterator[str]:
    for name, of in _COUNTED.values():
        now, before = of(beside.now), of(beside.before)
        if now is not None and before is not None:
            off = _off(now / before - 1) if before > 0 else ""
            yield f"{name}: {number(now)}; on {_when(beside)} {number(before)}{off}."


def _rates(beside: Beside) -> Iterator[str]:
    for name, of in _RATES.values():
        now, before = of(beside.now), of(beside.before)
        if now is None or before is None or not (now.enough and before.enough):
            continue
        then = f"on {_when(beside)} {_as_rate(before.value)}{_sure(now, before)}"
        yield f"{name}: {_as_rate(now.value)}; {then}."


def _sure(now: Ratio, before: Ratio) -> str:
    """Whether two rates lie apart further than chance alone would put them."""
    one, other = now.interval, before.interval
    if one is None or other is None:
        return ""
    if one.low > other.high or other.low > one.high:
        return ", more than chance would explain"
    return "; the likely ranges overlap, so that may be chance"


def _mind(beside: Beside) -> Iterator[str]:
    """What makes the two unlike each other."""
    open_now, open_then = beside.now.open_hours, beside.before.open_hours
    if open_now is not None and open_then is not None and abs(open_now - open_then) >= 1:
        yield f"The shop was open for {number(open_now)} hours, and for {number(open_then)} then."
    seen_now, seen_then = (_seen(of) for of in (beside.now, beside.before))
    if seen_now is None or seen_then is None:
        return
    if min(seen_now, seen_then) < FULL_COVERAGE and abs(seen_now - seen_then) >= 0.02:
        yield (
            f"The cameras watched {percent(seen_now)} of the time, and {percent(seen_then)} then:"
            " who came unwatched was not counted."
        )


def _seen(figures: Figures) -> float | None:
    return figures.coverage if figures.open_coverage is None else figures.open_coverage
