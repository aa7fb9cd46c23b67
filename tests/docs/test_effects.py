"""The document on effects and customer groups: every group, bound and figure's name."""

from __future__ import annotations

from server.api.effect_shapes import SharesShape
from server.flow.customers import LEAST_CUSTOMERS, LEAST_GROUP
from server.flow.design import DAYS_PER_COLUMN, LEAST_DAYS
from server.flow.group_figures import LEAST_WEEKS, MOST_WEEKS, USUAL_WEEKS, Group
from server.flow.groups import LEAST_SILENCE, SILENT_GAPS
from server.flow.predictors import LEAST_KNOWN, LEAST_MARKED
from server.flow.reading_sales import LEAST_OF_USUAL_COVERAGE
from server.flow.tree import LEAST_LEAF_DAYS, LEAST_LEAF_SHARE, MOST_QUESTIONS
from tests.docs.reading import quoted, rows_of, text_of

DOCUMENT = "docs/effects.md"


def test_every_group_is_explained() -> None:
    assert {group.value for group in Group} == set(rows_of(DOCUMENT))


def test_every_plain_guess_is_named() -> None:
    assert set(SharesShape.model_fields) - {"days", "regression"} <= quoted(DOCUMENT)


def test_every_bound_is_named() -> None:
    text = text_of(DOCUMENT)
    for said in (
        f"It takes {LEAST_DAYS} days with counts and tickets, and {DAYS_PER_COLUMN} for each number",
        f"at most {MOST_QUESTIONS} questions",
        f"at least {LEAST_LEAF_DAYS} days and {LEAST_LEAF_SHARE * 100:.0f} % of all",
        f"known of less than {LEAST_KNOWN * 100:.0f} % of the days",
        f"of which there are fewer than {LEAST_MARKED}",
        f"less than {LEAST_OF_USUAL_COVERAGE * 100:.0f} % of what is",
        f"at least {LEAST_CUSTOMERS} customers",
        f"{USUAL_WEEKS} weeks unless you ask for others (`--weeks`, {LEAST_WEEKS} to {MOST_WEEKS})",
        f"more than {SILENT_GAPS:.0f} times their own usual gap",
        f"for more than {LEAST_SILENCE.days} days",
        f"fewer than {LEAST_GROUP} customers",
    ):
        assert said in text, said
