"""What an experiment showed, in words that a shop uses, and what cannot be said yet."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta

from server.experiments.looking import Compared, Harm, Look
from server.experiments.plans import LESS_IS_BETTER, Measure, Plan
from server.experiments.sizing import LEAST_DAYS, Size

_SHARES = frozenset(
    {
        Measure.ZONE_CONVERSION,
        Measure.ENGAGEMENT,
        Measure.ZONE_VISIT_RATE,
        Measure.CONVERSION,
        Measure.ABANDONMENT,
    }
)
"""Told in per cent, and their differences in points."""

NAMES: Mapping[Measure, str] = {
    Measure.ZONE_CONVERSION: "conversion of the zone",
    Measure.ENGAGEMENT: "engagement",
    Measure.ZONE_VISIT_RATE: "visits to the zone per entry",
    Measure.CONVERSION: "conversion",
    Measure.SALES_PER_VISITOR: "sales per visitor",
    Measure.AVERAGE_TRANSACTION_VALUE: "average ticket",
    Measure.UNITS_PER_TRANSACTION: "units per ticket",
    Measure.QUEUE_WAIT: "mean wait",
    Measure.ABANDONMENT: "abandonment",
}

_MINUS = "\N{MINUS SIGN}"
_SPACE = "\N{NO-BREAK SPACE}"


def amount(measure: Measure, value: float) -> str:
    """4.1 %, 3.20 or 85 s."""
    if measure in _SHARES:
        return f"{value * 100:.1f}{_SPACE}%".replace("-", _MINUS)
    if measure is Measure.QUEUE_WAIT:
        return f"{value:.0f}{_SPACE}s".replace("-", _MINUS)
    return f"{value:.2f}".replace("-", _MINUS)


def change(measure: Measure, value: float) -> str:
    """+0.5 points, −3 s or +0.12."""
    text = f"{_signed(measure, value)}"
    unit = " points" if measure in _SHARES else " s" if measure is Measure.QUEUE_WAIT else ""
    return f"{text}{unit}"


def _signed(measure: Measure, value: float) -> str:
    shown = value * 100 if measure in _SHARES else value
    decimals = 0 if measure is Measure.QUEUE_WAIT else 1 if measure in _SHARES else 2
    text = f"{shown:+.{decimals}f}"
    return text.replace("-", _MINUS)


def _bound(measure: Measure, value: float) -> str:
    text = _signed(measure, value)
    return text.removeprefix("+")


def headline(measure: Measure, one: Compared, days: int) -> str:
    """Conversion 4.1 % against 3.6 %, +0.5 points (0.1 to 0.9), 21 days."""
    assert one.found is not None
    assert one.low is not None
    assert one.high is not None
    found = one.found
    apart = f", {change(measure, found.before)} before" if found.before else ""
    return (
        f"{NAMES[measure]} {amount(measure, found.tried)} against {amount(measure, found.control)}{apart}, "
        f"{change(measure, found.value)} ({_bound(measure, one.low)} to {_bound(measure, one.high)}), "
        f"{days} {'day' if days == 1 else 'days'}"
    )


def verdict(plan: Plan, look: Look, one: Compared, *, is_over: bool = False) -> str:
    """What may be said of an arm after a look; `is_over`: nothing more will be measured."""
    measure, is_over = plan.measure, is_over or look.is_last
    if one.found is None or one.low is None or one.high is None:
        yet = "" if is_over else " yet"
        return (
            f"Nothing can be said{yet}: too little was measured with and without it to tell it from chance."
        )
    if one.beyond_chance:
        better = (one.found.value > 0) is not (measure in LESS_IS_BETTER)
        return "It helps: this is more than chance." if better else "It does harm: this is more than chance."
    if -plan.least_effect < one.low and one.high < plan.least_effect:
        return f"It makes no difference of {change(measure, plan.least_effect)} or more."
    if is_over:
        return (
            "It is over, and it cannot be said whether it helps: "
            f"anything from {change(measure, one.low)} to {change(measure, one.high)} fits what was measured."
        )
    return "It cannot be said yet whether it helps: what is seen so far may be chance."


def next_look(plan: Plan, begins: date, days: int) -> str | None:
    """When the next look is; None after the last one."""
    after = next((at for at in plan.look_at_days if at > days), None)
    if after is None:
        return None
    last = begins + timedelta(days=after - 1)
    return f"The next look is after {last.isoformat()}, day {after} of {plan.days}."


def ended_before_a_look(plan: Plan, days: int) -> str:
    """What may be said of an experiment that was ended too soon to say anything."""
    if not days:
        return "It was ended before a day of it was over, so nothing was measured."
    return (
        f"It was ended after {days} {'day' if days == 1 else 'days'}, before its first look after "
        f"{plan.look_at_days[0]}, so nothing can be said of it."
    )


def harm_sentence(harm: Harm) -> str:
    """Why a guard ended an experiment."""
    measure = harm.guard.measure
    return (
        f"{NAMES[measure]} got worse with {harm.arm}: {amount(measure, harm.found.tried)} against "
        f"{amount(measure, harm.found.control)} after {harm.days} days"
    )


def size_sentence(plan: Plan, size: Size) -> str:
    """What the past says of a plan."""
    measure = plan.measure
    known = (
        f"By the last {size.days_of_history} days ({NAMES[measure]} {amount(measure, size.level)}), "
        f"{plan.days} days find an effect of {change(measure, size.detectable)} {plan.power:.0%} of the time"
    )
    if size.detectable <= plan.least_effect:
        return f"{known}: enough for {change(measure, plan.least_effect)}."
    if size.stores_needed is not None:
        need = f"about {size.stores_needed} stores"
    else:
        need = f"about {size.days_needed} days"
    return f"{known}; for {change(measure, plan.least_effect)} it takes {need}."


def no_size_sentence(plan: Plan, days: int, of: int) -> str:
    """Why the past says nothing of a plan."""
    why = f"only {days} of the last {of} days tell {plan.measure.value} block by block"
    if days >= LEAST_DAYS:
        why = f"in the last {days} days {plan.measure.value} did not vary, or too few blocks tell it"
    return f"It cannot be said how long it takes: {why}."
