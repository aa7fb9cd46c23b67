"""All forecasts of a store at once, and keeping them: what is done each night."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlite_utils import Database

from server.config import Settings
from server.figures.reading import Source
from server.figures.terms import terms_of
from server.forecasting.choosing import Knowledge
from server.forecasting.errors import HistoryRefused
from server.forecasting.expecting import Expected, all_expected, silence
from server.forecasting.models import Model
from server.forecasting.reading import known_of, panel_of
from server.forecasting.retraining import taught
from server.forecasting.series import DAY, Panel
from server.storage.catalogue import with_names
from server.storage.database import writing
from server.storage.forecast_training import Run, Training, keep_run, keep_training, training_of
from server.storage.forecasts import KEPT_DAYS, forget_forecasts, keep_forecast
from server.storage.learning import most_sold

_BEST_SELLING = timedelta(days=90)
"""Over so long it is looked which products are on most tickets."""


@dataclass(frozen=True, slots=True)
class Together:
    """Series that are forecast by one panel of models."""

    panel: str
    """`counts` or `products`: what is counted and what is sold are taught apart, for products are rare."""
    expected: tuple[Expected, ...]
    training: Training | None
    left_out: tuple[str, ...]
    """Why some series were not forecast, a sentence each."""


@dataclass(frozen=True, slots=True)
class StoreForecasts:
    """What is expected of a store."""

    store: str
    issued_at: datetime
    parts: tuple[Together, ...]

    @property
    def expected(self) -> tuple[Expected, ...]:
        """Of each series."""
        return tuple(one for part in self.parts for one in part.expected)

    @property
    def sentences(self) -> tuple[str, ...]:
        """What was forecast, how it was taught, and what was left out and why."""
        return tuple(sentence for part in self.parts for sentence in _sentences(part))


def forecasts_of(
    db: Database, settings: Settings, store: str, now: datetime, models: Sequence[Model] = ()
) -> StoreForecasts:
    """What is expected of a store's series, by models that are taught anew where that helps; keeps nothing.

    Raises:
        ConfigError: there is no such store.
        CountryUnknown: nobody knows the holidays of its country.
    """
    known = settings.store(store)
    source = Source(db, store, terms_of(db, store, with_names(db, store, known)))
    hours = settings.forecasting.days * DAY
    parts = tuple(
        _together(source, panel, whats, hours, now, known.holidays, models)
        for panel, whats in _wanted(source, settings, now)
        if whats
    )
    return StoreForecasts(store, now, parts)


def keep_forecasts(db: Database, made: StoreForecasts) -> None:
    """Keep what was made, in one transaction."""
    with writing(db):
        for part in made.parts:
            for one in part.expected:
                keep_forecast(
                    db, made.store, one.what, made.issued_at, one.model, one.hours, one.days, one.sentences
                )
            if part.training is not None:
                keep_training(db, made.store, part.panel, part.training)
        keep_run(db, made.store, Run(made.issued_at, made.sentences))
        forget_forecasts(db, made.issued_at - timedelta(days=KEPT_DAYS))


def _wanted(source: Source, settings: Settings, now: datetime) -> Iterator[tuple[str, list[str]]]:
    wanted = settings.forecasting.series
    zones = [f"visits:{zone}" for zone in source.terms.zones] if "visits" in wanted else []
    yield "counts", [*(one for one in ("entries", "transactions") if one in wanted), *zones]
    _, sold = most_sold(source.db, source.store, now - _BEST_SELLING, settings.forecasting.products)
    yield "products", [f"product:{sku}" for sku, _, _ in sold]


def _together(
    source: Source,
    panel: str,
    whats: Sequence[str],
    hours: int,
    now: datetime,
    country: str,
    models: Sequence[Model],
) -> Together:
    try:
        read = panel_of(source, whats, now)
    except HistoryRefused as error:
        return Together(panel, (), None, (f"{', '.join(whats)}: {error}",))
    silent = {what: why for what in whats if (why := silence(read, what)) is not None}
    left_out = tuple(f"{what}: {why}" for what, why in silent.items())
    history = _without(read, silent)
    if history is None:
        return Together(panel, (), None, left_out)
    known = known_of(source, history, country)
    kept = training_of(source.db, source.store, panel)
    found = taught(history, known, hours, kept, now, models)
    choice = found.choice.seen_since(history, known)
    return Together(panel, all_expected(source, choice, history, known, hours), found.training, left_out)


def _without(panel: Panel, names: Sequence[str] | dict[str, str]) -> Panel | None:
    """The other series of a panel; None where there are none."""
    which = [number for number, name in enumerate(panel.names) if name not in names]
    if not which:
        return None
    return Panel(panel.start, tuple(panel.names[number] for number in which), panel.values[:, which])


def _sentences(part: Together) -> Iterator[str]:
    if part.expected:
        few = {Knowledge.DAYS: ", which rest on too few days to be tried"}
        told = few.get(part.expected[0].knowledge, "")
        yield f"{len(part.expected)} forecasts of {part.panel}{told}"
    if part.training is not None:
        until = part.training.taught_until.date()
        yield f"models of {part.panel} are taught until {until}: {part.training.sentence}"
    yield from (f"left out: {sentence}" for sentence in part.left_out)
