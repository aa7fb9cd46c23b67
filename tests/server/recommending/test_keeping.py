"""What was learnt is kept whole or not at all, and nothing strange is read."""

from __future__ import annotations

import hashlib
import io
import json
import os
import stat
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np
import pytest

from server.recommending.card import (
    Card,
    DataShape,
    ModelUnreadable,
    NothingLearnt,
    forget_holding,
    read_card,
)
from server.recommending.keeping import load, packed, save, unpacked
from server.recommending.learners import all_learners
from server.recommending.learning import Learnt
from server.recommending.protocol import Context
from tests.server.recommending.shop import STORE, baskets, catalogue
from tests.server.recommending.test_contract import FULL, RULES

CARD = Card(
    store=STORE,
    learnt_at=datetime(2026, 5, 1, tzinfo=UTC),
    used=True,
    sentence="used",
    data=DataShape(first_day=None, last_day=None, tickets=1, lines=1, products=1, customers=0),
    cleaned=[],
    tested=[],
    chances=[],
    features=[],
    libraries={},
    seconds=1.0,
)


def test_what_is_loaded_answers_as_what_was_saved(tmp_path: Path, learnt: Learnt) -> None:
    save(tmp_path, CARD, learnt.blend)
    card, blend = load(tmp_path, STORE)
    assert card.sha256
    for context in (FULL, Context(store=STORE), Context(store=STORE, basket=("tea-0",), hour=9)):
        assert blend.recommend(context, 10) == learnt.blend.recommend(context, 10)


def test_every_kind_of_recommender_comes_back_from_a_file(learnt: Learnt) -> None:
    known = baskets(days=20)
    parts = tuple(learner.fit(known, catalogue()) for learner in all_learners(RULES))
    blend = replace(
        learnt.blend, words=parts[0].words, parts=parts, weights=np.ones((4, len(parts)), dtype=np.float32)
    )
    assert unpacked(packed(blend)).recommend(FULL, 10) == blend.recommend(FULL, 10)


def test_equal_models_are_equal_bytes(learnt: Learnt) -> None:
    assert packed(learnt.blend) == packed(unpacked(packed(learnt.blend)))


def test_only_its_owner_reads_it_and_the_file_of_before_is_gone(tmp_path: Path, learnt: Learnt) -> None:
    first = save(tmp_path, CARD, learnt.blend.used())
    other = save(tmp_path, CARD, unpacked(packed(learnt.blend)).used())
    assert first.file == other.file
    third = save(tmp_path, CARD, replace(learnt.blend, name="another"))
    assert sorted(file.name for file in tmp_path.iterdir()) == sorted([third.file, f"{STORE}.json"])
    assert stat.S_IMODE((tmp_path / third.file).stat().st_mode) == 0o600


def test_what_a_killed_writer_left_is_gone_a_day_later_and_with_a_forgotten_customer(
    tmp_path: Path, learnt: Learnt
) -> None:
    kept = save(tmp_path, CARD, learnt.blend)
    part = tmp_path / f".{kept.file}.abcd1234"
    for age, is_left in ((timedelta(hours=1), True), (timedelta(hours=25), False)):
        part.write_bytes(b"half a model")
        at = (CARD.learnt_at - age).timestamp()
        os.utime(part, (at, at))
        save(tmp_path, CARD, learnt.blend)
        assert part.exists() is is_left
    part.write_bytes(b"half a model")
    forget_holding(tmp_path, "customer:nobody")
    assert sorted(file.name for file in tmp_path.iterdir()) == sorted([kept.file, f"{STORE}.json"])


def test_a_store_whose_name_begins_alike_keeps_its_own(tmp_path: Path, learnt: Learnt) -> None:
    save(tmp_path, CARD.model_copy(update={"store": f"{STORE}-two"}), learnt.blend)
    save(tmp_path, CARD, learnt.blend)
    assert load(tmp_path, f"{STORE}-two")[0].store == f"{STORE}-two"


def test_a_customer_who_is_forgotten_is_in_no_model_any_more(tmp_path: Path, learnt: Learnt) -> None:
    save(tmp_path, CARD, learnt.blend)
    assert forget_holding(tmp_path, "customer:nobody") == 0
    assert load(tmp_path, STORE)
    assert forget_holding(tmp_path, learnt.blend.words.customers[3]) == 1
    assert list(tmp_path.iterdir()) == []
    with pytest.raises(NothingLearnt):
        read_card(tmp_path, STORE)


def _changed(file: Path, **values: object) -> None:
    content = json.loads(file.read_text())
    file.write_text(json.dumps({**content, **values}))


def test_what_cannot_be_read_is_told_in_a_sentence(tmp_path: Path, learnt: Learnt) -> None:
    with pytest.raises(NothingLearnt, match="nothing was learnt for corner yet"):
        read_card(tmp_path, STORE)
    kept = save(tmp_path, CARD, learnt.blend)
    model, card = tmp_path / kept.file, tmp_path / f"{STORE}.json"
    whole, words = model.read_bytes(), card.read_text()

    model.write_bytes(whole[:-100])
    with pytest.raises(ModelUnreadable, match="damaged: it is not the file that its card names"):
        load(tmp_path, STORE)
    model.unlink()
    with pytest.raises(ModelUnreadable, match="cannot be read: No such file"):
        load(tmp_path, STORE)
    card.write_text(words[:40])
    with pytest.raises(ModelUnreadable, match="damaged or of another version"):
        load(tmp_path, STORE)
    card.write_text(words)
    _changed(card, format=99)
    with pytest.raises(ModelUnreadable, match="is of format 99, this version reads 1") as caught:
        load(tmp_path, STORE)
    assert "footfall-server learn" in caught.value.hint


@pytest.mark.parametrize("what", ["format", "kind", "array", "pickle", "no archive"])
def test_a_file_of_another_form_is_told_in_a_sentence_and_runs_nothing(
    tmp_path: Path, learnt: Learnt, what: str
) -> None:
    content = _strange(packed(learnt.blend), what)
    digest = hashlib.sha256(content).hexdigest()
    (tmp_path / "strange.npz").write_bytes(content)
    card = CARD.model_copy(update={"file": "strange.npz", "sha256": digest})
    (tmp_path / f"{STORE}.json").write_text(card.model_dump_json())
    with pytest.raises(ModelUnreadable, match="not of a form that this version reads"):
        load(tmp_path, STORE)


def _strange(whole: bytes, what: str) -> bytes:
    if what == "no archive":
        return b"nothing of the kind"
    with np.load(io.BytesIO(whole)) as archive:
        arrays = {name: archive[name] for name in archive.files}
    structure = json.loads(arrays["structure"].tobytes())
    if what == "format":
        structure["format"] = 2
    if what == "kind":
        structure["parts"][0]["scorer"]["kind"] = "os.system"
    if what == "array":
        del arrays[structure["weights"]["array"]]
    arrays["structure"] = np.frombuffer(json.dumps(structure).encode(), dtype=np.uint8)
    if what == "pickle":
        arrays[structure["weights"]["array"]] = np.array([{"run": "me"}], dtype=object)
    into = io.BytesIO()
    np.savez(into, **arrays)
    return into.getvalue()
