"""Effects of shops of which they are known, and what is said where there is too little to say something."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import numpy as np
import pytest
import statsmodels.api as statsmodels
from threadpoolctl import threadpool_limits

from server.flow.design import DAYS_PER_COLUMN, LEAST_DAYS, TooFewDays, design_of
from server.flow.effects import effects_of, percent
from server.flow.explaining import NOT_A_CAUSE, explained_by
from server.flow.outcome import Outcome
from server.flow.poisson import fitted, weights_of
from server.flow.predictors import LEAST_MARKED, nice_step
from server.flow.sales_days import History, SalesDay, elapsed
from tests.server.flow.made_up import FIRST, made_up, true_change

TRANSACTIONS = Outcome.TRANSACTIONS


def changed(history: History, **fields: object) -> History:
    """The same days with some fields the same on all of them."""
    return History(tuple(replace(day, **fields) for day in history.days))  # type: ignore[arg-type]


def test_effects_are_found_where_they_are_known() -> None:
    design = design_of(made_up(1, 730))
    for effect, contrast in zip(effects_of(design, TRANSACTIONS), design.contrasts, strict=True):
        # Three times the interval: that it holds in 95 of 100 is the next test's business.
        reach = 1.5 * (effect.high - effect.low)
        assert abs(effect.change - true_change(effect.key, contrast)) < reach, effect.sentence
    assert set(design.used) == {
        *("entries", "weekday", "holiday", "campaign"),
        *("rain", "temperature", "dwell", "trend", "season"),
    }


@pytest.mark.long
@pytest.mark.parametrize("likeness", [0.0, 0.5])
def test_nineteen_of_twenty_intervals_hold_what_is_right(likeness: float) -> None:
    held: list[bool] = []
    with threadpool_limits(1):
        for seed in range(60):
            design = design_of(made_up(1000 + seed, 365, likeness=likeness))
            for effect, contrast in zip(effects_of(design, TRANSACTIONS), design.contrasts, strict=True):
                held.append(effect.low <= true_change(effect.key, contrast) <= effect.high)
    assert 0.92 < np.mean(held) < 0.98


def test_weights_are_those_of_another_library() -> None:
    design = design_of(made_up(2, 200))
    theirs = statsmodels.GLM(design.sales, design.matrix, family=statsmodels.families.Poisson()).fit(
        tol=1e-12
    )
    np.testing.assert_allclose(weights_of(design.matrix, design.sales), theirs.params, rtol=1e-5, atol=1e-7)


def test_intervals_are_never_narrower_than_where_days_know_nothing_of_each_other() -> None:
    design = design_of(made_up(2, 200))
    family = statsmodels.families.Poisson()
    theirs = statsmodels.GLM(design.sales, design.matrix, family=family).fit(scale="X2").bse
    fit = fitted(design.matrix, design.sales, elapsed(design.days))
    for number, error in enumerate(theirs):
        middle, low, high = fit.interval(np.eye(len(theirs))[number])
        assert low < middle < high
        assert high - low > 2 * 1.5 * error


def test_net_sales_have_the_same_effects_in_any_currency() -> None:
    history = made_up(3, 150)
    dear = History(tuple(replace(day, sales=day.sales * 131.7) for day in history.days))
    ours, theirs = (effects_of(design_of(each), Outcome.NET_SALES) for each in (history, dear))
    assert [effect.change for effect in ours] == pytest.approx([effect.change for effect in theirs], rel=1e-5)


@pytest.mark.parametrize("days", [0, 1, LEAST_DAYS - 1])
def test_too_few_days_are_refused_with_how_many_it_takes(days: int) -> None:
    history = History(made_up(1, 60).days[:days], ("3 days of which no camera told anything",))
    with pytest.raises(TooFewDays, match=f"needs {LEAST_DAYS} days .* there are {days}; left out are 3 days"):
        explained_by(history, TRANSACTIONS)


@pytest.mark.parametrize(
    ("days", "used"),
    [
        pytest.param(28, ("entries",), id="four weeks"),
        pytest.param(63, ("entries",), id="a day too few for weekdays"),
        pytest.param(64, ("entries", "weekday"), id="enough for weekdays"),
    ],
)
def test_few_days_carry_few_predictors(days: int, used: tuple[str, ...]) -> None:
    design = design_of(made_up(1, days))
    assert design.used == used
    assert design.matrix.shape[1] * DAYS_PER_COLUMN <= days
    assert any("dwell is left out: it needs" in note for note in design.notes)


@pytest.mark.parametrize(
    ("fields", "note"),
    [
        pytest.param({"entries": 80.0}, "entries is left out: it is the same on all days", id="same entries"),
        pytest.param({"dwell_seconds": 30.0}, "dwell is left out: it is the same on all days", id="stay"),
        pytest.param({"rain_mm": 0.0}, "rain is left out: 0 days are rainy; each kind needs 5", id="desert"),
        pytest.param(
            {"temperature_c": None}, "temperature is left out: nothing is known of it", id="weather"
        ),
        pytest.param({"marks": frozenset()}, "holiday is left out: none of the days is one", id="holidays"),
    ],
)
def test_what_does_not_vary_is_left_out_and_said(fields: dict[str, object], note: str) -> None:
    found = explained_by(changed(made_up(1, 200), **fields), TRANSACTIONS)
    assert note in found.notes
    assert note.split()[0] not in found.looked_at
    assert all(np.isfinite([effect.low, effect.high]).all() for effect in found.effects)


def test_what_says_the_same_as_something_else_is_left_out_and_said() -> None:
    history = made_up(1, 200)
    copied = (replace(day, dwell_seconds=30 * (day.entries / 400) ** 2) for day in history.days)
    design = design_of(History(tuple(copied)))
    assert "dwell" not in design.used
    assert any(
        note.startswith("dwell is left out: it cannot be told apart from entries") for note in design.notes
    )


def test_days_without_weather_are_left_out_where_weather_is_looked_at() -> None:
    days = list(made_up(1, 200).days)
    days[3:10] = [replace(day, temperature_c=None) for day in days[3:10]]
    design = design_of(History(tuple(days)))
    assert len(design.days) == 193
    assert "left out: 7 days of which weather or dwell is not known" in design.notes


@pytest.mark.parametrize("days_of_it", [LEAST_MARKED - 1, LEAST_MARKED])
def test_a_handful_of_campaign_days_is_needed(days_of_it: int) -> None:
    days = [replace(day, marks=frozenset()) for day in made_up(1, 120).days]
    days[20 : 20 + days_of_it] = [
        replace(day, marks=frozenset({"campaign"})) for day in days[20 : 20 + days_of_it]
    ]
    assert ("campaign" in design_of(History(tuple(days))).used) == (days_of_it >= LEAST_MARKED)


def test_a_shop_that_opens_on_sundays_only_has_no_weekdays_to_compare() -> None:
    days = (SalesDay(FIRST + timedelta(weeks=week), 10.0 + week % 3, 50.0 + week % 7) for week in range(80))
    found = explained_by(History(tuple(days)), TRANSACTIONS)
    assert "weekday is left out: all days are Mondays" in found.notes
    assert found.effects[0].key == "entries"


def test_a_shop_that_sells_the_same_each_day_has_no_effects_and_no_shares() -> None:
    found = explained_by(changed(made_up(1, 200), sales=50.0), TRANSACTIONS)
    assert found.shares is None
    assert max(abs(effect.change) for effect in found.effects) < 1e-6
    assert [rule.conditions for rule in found.rules] == [()]


def test_later_days_are_explained_better_than_by_the_weekday_and_noise_not_at_all() -> None:
    shares = explained_by(made_up(4, 365), TRANSACTIONS).shares
    assert shares is not None
    assert 1 > shares.regression > shares.entries_alone > shares.same_weekday
    random = np.random.default_rng(1)
    noise = (replace(day, sales=float(random.poisson(50))) for day in made_up(4, 365).days)
    found = explained_by(History(tuple(noise)), TRANSACTIONS)
    assert found.shares is not None
    assert found.shares.regression < 0.05


def test_sentences_say_what_is_sure_and_that_it_need_not_be_a_cause() -> None:
    found = explained_by(made_up(1, 365), TRANSACTIONS)
    assert found.sentences[0].startswith("Looked at: entries, weekday, ")
    assert found.sentences[-1] == NOT_A_CAUSE
    by_key = {effect.key: effect for effect in found.effects}
    assert by_key["entries"].sentence in found.sentences
    assert by_key["entries"].sentence.startswith("100 more people on a day (")
    unsure = [effect for effect in found.effects if not effect.is_sure]
    assert unsure
    for effect in unsure:
        assert effect.sentence.endswith("too unsure to say.")
        assert effect.sentence not in found.sentences


@pytest.mark.parametrize(
    ("usual", "step"), [(3, 1), (20, 5), (430, 100), (900, 200), (12_000, 2_000), (0.5, 1)]
)
def test_steps_of_people_are_round_numbers(usual: float, step: float) -> None:
    assert nice_step(usual) == step


@pytest.mark.parametrize(
    ("share", "text"), [(0.2142, "+21 %"), (-0.0421, "−4.2 %"), (0.0996, "+10 %"), (0.0, "+0.0 %")]
)
def test_shares_are_told_as_people_read_them(share: float, text: str) -> None:
    assert percent(share, signed=True) == text
