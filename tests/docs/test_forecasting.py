"""The document about forecasts: every model, bound and kind of knowledge."""

from __future__ import annotations

from server.figures.hourly import LEAST_COVERAGE
from server.forecast_commands import MOST_DAYS
from server.forecasting.backtest import LEAST_HOURS
from server.forecasting.choosing import Knowledge, usual_models
from server.forecasting.learned import boosting, forest, support_vectors
from server.forecasting.library import library_models
from server.forecasting.series import DAY, LONGEST, WEEK
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
