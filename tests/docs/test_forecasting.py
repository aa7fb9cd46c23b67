"""The document about forecasts: every model, bound and kind of knowledge."""

from __future__ import annotations

from server.figures.hourly import LEAST_COVERAGE
from server.forecast_commands import MOST_DAYS
from server.forecasting import ageing, retraining, standing
from server.forecasting.backtest import LEAST_HOURS
from server.forecasting.choosing import Knowledge, usual_models
from server.forecasting.learned import boosting, forest, support_vectors
from server.forecasting.library import library_models
from server.forecasting.series import DAY, LONGEST, WEEK
from server.storage.forecasts import JUDGED_DAYS, KEPT_DAYS
from server.upkeep.forecasting import LEAST_DAYS
from tests.docs.reading import quoted, text_of

DOCUMENT = "docs/forecasting.md"


def test_every_model_is_named() -> None:
    models = (*usual_models(), boosting(), forest(), support_vectors(), *library_models())
    assert {model.name for model in models} <= quoted(DOCUMENT)


def test_every_kind_of_knowledge_is_named() -> None:
    assert {member.value for member in Knowledge} <= quoted(DOCUMENT)


def test_every_bound_is_named() -> None:
    text = text_of(DOCUMENT)
    assert f"1 to {MOST_DAYS};" in text
    assert MOST_DAYS * DAY == LONGEST
    assert f"less than {LEAST_COVERAGE:.0%}".replace("%", " %") in text
    assert LEAST_HOURS == 2 * WEEK
    assert "less than two weeks" in text


def test_every_bound_of_what_is_kept_and_judged_is_named() -> None:
    text = " ".join(text_of(DOCUMENT).split())
    assert f"at least {LEAST_DAYS} days" in text
    assert f"for {KEPT_DAYS} days" in text
    assert (ageing.AGES[1:], ageing.AGES) == (JUDGED_DAYS, (1, 7, 28))
    assert "1, 7 and 28 days ahead" in text
    assert f"less than {ageing.LEAST_COVERAGE:.0%}".replace("%", " %") in text
    assert (ageing.RECENT.days, standing.BACK.days) == (28, 56)
    assert "the last four weeks" in text
    assert "the last eight" in text
    assert f"fewer than {ageing.FEWEST_HOURS} hours" in text
    assert (retraining.HELD_OUT, retraining.NEWER, retraining.YOUNG) == (2 * WEEK, WEEK, 26 * WEEK)
    assert "the newest two weeks" in text
    assert "half a year" in text
