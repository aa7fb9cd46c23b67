"""What the API tells of recommendations, rules and flags."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Annotated, Literal, Self

from pydantic import AwareDatetime, Field, StringConstraints

from edge.wire import RecommendedProduct
from server.api.parts import Instant, Shape
from server.storage.decisions import Decision, Outcome
from server.storage.flags import Flag
from server.triggering.standing import Standing

Word = Annotated[str, StringConstraints(min_length=1, max_length=100)]


class ShownProductShape(Shape):
    """One product that a zone should show. `price` is decimal text, with tax."""

    sku: str
    name: str | None
    price: str | None
    currency: str | None
    reasons: list[str] = Field(description="why this product, in sentences")


class RecommendationShape(Shape):
    """What a rule asked a zone to show; `outcome` says whether it was shown."""

    recommendation: str
    zone: str
    trigger: str
    begins: Instant
    expires: Instant
    outcome: Outcome = Field(
        description="shown; held: an experiment's control, so not shown; nothing: no product was fit"
    )
    products: list[ShownProductShape]
    reasons: list[str] = Field(description="why then, in sentences; or why nothing could be shown")
    experiment: str | None
    arm: str | None
    assignment: str | None
    washing_out: bool = Field(description="too near to another period of the experiment to be measured")
    ended_at: Instant | None
    ended_why: str | None = Field(
        description="expired, replaced, dismissed, quiet, block-over or rule-gone; null while it runs"
    )
    shown: int = Field(description="so many signs told that it was on their screen")
    acknowledged: int
    dismissed: int


class ZoneNowShape(Shape):
    """What a zone shows at this moment; nothing without a recommendation."""

    at: Instant
    zone: str
    name: str
    recommendation: RecommendationShape | None


class RecommendationsShape(Shape):
    """What rules asked for in a range, oldest first."""

    recommendations: list[RecommendationShape]
    complete: bool = Field(description="false: there are more than are given at once; ask for less")


class ZoneEventWish(Shape):
    """What became of a recommendation."""

    event: Word = Field(description="the sender's own number of it; sent twice is told once")
    recommendation: Word
    kind: Literal["shown", "acknowledged", "dismissed"]
    at: AwareDatetime | None = Field(None, description="when that was; absent: now")
    by: Word | None = None


class ZoneEventShape(Shape):
    """Whether an event is new here."""

    stored: bool


class ConditionShape(Shape):
    """How one condition stands: holds, between (within its slack), off or unknown; and why."""

    signal: str
    sentence: str


class TriggerShape(Shape):
    """How one rule stands at this moment."""

    trigger: str
    zone: str
    signal: str
    blocked: str | None = Field(
        description="why it shows nothing new though it holds: showing, spent, resting, quiet or zone-taken"
    )
    rests_until: Instant | None
    conditions: list[ConditionShape]


class TriggersShape(Shape):
    """How all rules of a store stand at this moment."""

    at: Instant
    triggers: list[TriggerShape]

    def without_sentences(self) -> Self:
        """The same without what would tell figures."""
        silent = [
            one.model_copy(
                update={"conditions": [of.model_copy(update={"sentence": ""}) for of in one.conditions]}
            )
            for one in self.triggers
        ]
        return self.model_copy(update={"triggers": silent})


class FlagWish(Shape):
    """Until when a flag is set."""

    minutes: int = Field(ge=1, le=7 * 24 * 60, description="so long from now on")


class FlagShape(Shape):
    """A flag that is set."""

    flag: str
    expires: Instant
    set_at: Instant


class FlagsShape(Shape):
    """The flags that are set at this moment."""

    flags: list[FlagShape]


def recommendation_shape(decision: Decision, events: Mapping[str, int]) -> RecommendationShape:
    """One decision with what became of it."""
    return RecommendationShape(
        recommendation=decision.id,
        zone=decision.zone,
        trigger=decision.rule,
        begins=decision.at,
        expires=decision.expires,
        outcome=decision.outcome,
        products=[_product(product) for product in decision.products],
        reasons=list(decision.reasons),
        experiment=decision.experiment,
        arm=decision.arm,
        assignment=decision.assignment,
        washing_out=decision.washing_out,
        ended_at=decision.ended_at,
        ended_why=decision.ended_why,
        shown=events.get("shown", 0),
        acknowledged=events.get("acknowledged", 0),
        dismissed=events.get("dismissed", 0),
    )


def _product(product: RecommendedProduct) -> ShownProductShape:
    price = None if product.price is None else format(product.price, "f")
    return ShownProductShape(
        sku=product.sku,
        name=product.name,
        price=price,
        currency=product.currency,
        reasons=list(product.reasons),
    )


def triggers_shape(at: datetime, standings: list[Standing]) -> TriggersShape:
    """How rules stand."""
    return TriggersShape(
        at=at,
        triggers=[
            TriggerShape(
                trigger=one.rule,
                zone=one.zone,
                signal=one.verdict.seen.signal.name.lower(),
                blocked=one.blocked.value if one.blocked else None,
                rests_until=one.rests_until,
                conditions=[
                    ConditionShape(signal=part.signal.name.lower(), sentence=part.sentence)
                    for part in one.verdict.parts
                ],
            )
            for one in standings
        ],
    )


def flag_shape(flag: Flag) -> FlagShape:
    """One flag."""
    return FlagShape(flag=flag.flag, expires=flag.expires, set_at=flag.set_at)
