"""The document about experiments: every field of a plan, every measure, and an example that works."""

from __future__ import annotations

from server.experiments.measuring import LEAST_COVERAGE
from server.experiments.pairing import LEAST_STORES
from server.experiments.plans import MOST_LOOKS, Design, Measure, Plan
from tests.docs.reading import blocks, quoted, rows_of, text_of

DOCUMENT = "docs/experiments.md"


def test_every_field_of_a_plan_stands_there_with_its_default() -> None:
    rows = rows_of(DOCUMENT)
    assert rows.keys() == Plan.model_fields.keys()
    for name, field in Plan.model_fields.items():
        if field.is_required():
            assert rows[name] == "needed"
        elif isinstance(field.default, int | float):
            assert rows[name] == str(field.default)


def test_every_design_and_measure_is_named() -> None:
    assert {member.value for member in (*Design, *Measure)} <= set(quoted(DOCUMENT))


def test_the_plan_that_is_shown_is_a_plan() -> None:
    (example,) = blocks(DOCUMENT, "json")
    assert Plan.model_validate_json(example).design is Design.SWITCHBACK


def test_every_bound_is_named() -> None:
    text = text_of(DOCUMENT)
    assert f"at most {MOST_LOOKS} times" in text
    assert f"at least {LEAST_COVERAGE:.0%}".replace("%", " %") in text
    assert LEAST_STORES == 8
    assert "at least eight stores" in text
