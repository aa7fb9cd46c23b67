"""What a store's sales hang on: effects, rules, how much they explain, and all of it in sentences."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

import numpy as np
from threadpoolctl import threadpool_limits

from server.figures.reading import Source
from server.flow.design import Design, design_of
from server.flow.effects import Effect, effects_of, percent
from server.flow.outcome import Outcome
from server.flow.reading_sales import sales_history
from server.flow.sales_days import History, column
from server.flow.tree import Rule, grown, rules_of
from server.flow.trying import Shares, shares_of

NOT_A_CAUSE = (
    "What goes along with sales need not cause them: busy days may be busy for a reason that also sells. "
    "An experiment can tell."
)


@dataclass(frozen=True, slots=True)
class Explained:
    """What sales go along with, and how far that can be trusted."""

    of: Outcome
    first_day: date
    last_day: date
    days: int
    usual_entries: float
    usual_sales: float
    """Medians of a day."""
    looked_at: tuple[str, ...]
    effects: tuple[Effect, ...]
    rules: tuple[Rule, ...]
    shares: Shares | None
    sentences: tuple[str, ...]
    notes: tuple[str, ...]
    """What was left out, and why."""


def explained(source: Source, of: Outcome, now: datetime, country: str = "") -> Explained:
    """What a store's sales go along with, by its days up to two years back.

    `country` names public holidays, as for `sales_history`.

    Raises:
        TooFewDays: there are too few days with counts and tickets.
        CountryUnknown: nobody knows the holidays of that country.
    """
    return explained_by(sales_history(source, of, now, country), of)


def explained_by(history: History, of: Outcome) -> Explained:
    """What the sales of some days go along with.

    Raises:
        TooFewDays: they are too few.
    """
    design = design_of(history)
    # For so few numbers threads only wait for each other.
    with threadpool_limits(1):
        effects, shares = effects_of(design, of), shares_of(design)
        rules = rules_of(grown(design.days, design.used), design.days, of)
    return Explained(
        of=of,
        first_day=design.days[0].day,
        last_day=design.days[-1].day,
        days=len(design.days),
        usual_entries=float(np.median(column(design.days, "entries"))),
        usual_sales=float(np.median(design.sales)),
        looked_at=design.used,
        effects=effects,
        rules=rules,
        shares=shares,
        sentences=tuple(_sentences(design, effects, shares, of)),
        notes=design.notes,
    )


def _sentences(design: Design, effects: tuple[Effect, ...], shares: Shares | None, of: Outcome) -> list[str]:
    first, last = design.days[0].day, design.days[-1].day
    told = [f"Looked at: {', '.join(design.used)}, on {len(design.days)} days from {first} to {last}."]
    if shares is None:
        told.append("There are too few days to say how well this holds on other days.")
    else:
        told.append(_how_well(shares, of))
    strongest = sorted(effects, key=lambda effect: -abs(effect.change))
    return [*told, *(effect.sentence for effect in strongest if effect.is_sure), NOT_A_CAUSE]


def _how_well(shares: Shares, of: Outcome) -> str:
    model, alone, naive = (
        percent(share) for share in (shares.regression, shares.entries_alone, shares.same_weekday)
    )
    if shares.regression <= 0:
        return f"On {shares.days} later days this explained nothing of how {of.words} varied: mistrust it."
    return (
        f"On {shares.days} later days this explained {model} of how {of.words} varied; the number of people "
        f"alone {alone}, the mean of the last four same weekdays {naive}."
    )
