"""The staff's document has every figure, in the words of the page."""

from __future__ import annotations

import pytest

from server.metrics.glossary import GLOSSARY, NO_DATA, TOO_FEW, Term
from tests.docs.reading import text_of

DOCUMENT = "docs/staff.md"


@pytest.mark.parametrize("term", GLOSSARY.values(), ids=lambda term: term.key)
def test_every_figure_is_defined_as_on_the_page(term: Term) -> None:
    assert f"- **{term.name}** ({term.unit}): {term.definition}\n" in text_of(DOCUMENT)


@pytest.mark.parametrize("words", [NO_DATA, TOO_FEW])
def test_the_words_in_place_of_a_figure_are_explained(words: str) -> None:
    assert f"- **{words}**: " in text_of(DOCUMENT)
