from __future__ import annotations

from server.metrics.glossary import GLOSSARY


def test_every_metric_has_a_name_a_unit_and_one_sentence() -> None:
    for key, term in GLOSSARY.items():
        assert term.key == key
        assert term.name
        assert term.unit
        assert term.definition.endswith(".")
        assert ". " not in term.definition
