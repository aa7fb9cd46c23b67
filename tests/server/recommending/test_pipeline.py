"""From tickets in the database to what a zone shows: learnt, kept, served, told."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest
from typer.testing import CliRunner

from server.commands import app
from server.config import Settings
from server.learning_settings import RuleSettings
from server.recommending import serving
from server.recommending.card import AnswersShape, Card, NotKept, read_card, write_card
from server.recommending.pipeline import learn_store
from server.recommending.protocol import Context
from server.storage.database import open_database, writing
from server.upkeep.learning import learn_nightly
from tests.server.asking import asking
from tests.server.filling import settings_for
from tests.server.recommending.conftest import NIGHT, with_learning
from tests.server.recommending.shop import STORE, catalogue

NO_ANSWERS = AnswersShape(questions=0, ndcg_10=0, recall_10=0, hit_rate_5=0, coverage=0, milliseconds=0)
TEA_ZONE = Context(store=STORE, zone="tea", hour=10, basket=("tea-0",))


def served(settings: Settings) -> serving.Recommending:
    with open_database(settings.database, read_only=True) as db:
        return serving.load(db, settings, STORE, NIGHT)


def test_the_card_says_what_was_learnt_from_and_how_good_it_is(card: Card) -> None:
    assert card.used, card.sentence
    assert card.data.tickets > 600
    assert card.data.customers == 40
    assert card.data.products == 30
    assert {"blend", "popularity", "own repeats"} <= {one.name for one in card.tested}
    assert card.libraries.keys() >= {"footfall", "implicit", "scikit-learn"}
    assert len(card.sha256) == 64


def test_a_zone_is_told_its_best_products_with_true_reasons(shop: Settings, card: Card) -> None:
    recommending = served(shop)
    assert recommending.sentence == card.sentence
    sweets = catalogue().zones["sweets"]
    best = recommending.recommend(TEA_ZONE, sweets, 2)
    assert best[0].sku == "sweets-0"
    assert any("bought with Tea 0" in reason.words for reason in best[0].reasons)
    assert {one.sku for one in best} <= sweets


def test_the_shops_rules_hold_for_what_a_zone_is_told(shop: Settings, card: Card) -> None:
    ruled = replace(served(shop), rules=RuleSettings(never=("sweets-0",)))
    assert "sweets-0" not in {one.sku for one in ruled.recommend(TEA_ZONE, None, 100)}


@pytest.fixture
def copy(shop: Settings, card: Card, tmp_path: Path) -> Settings:
    """What was learnt, to be damaged."""
    shutil.copytree(shop.learning_folder, tmp_path / "learnt")
    return with_learning(shop, folder=str(tmp_path / "learnt"))


def test_a_damaged_model_is_told_and_what_is_popular_is_shown(copy: Settings, card: Card) -> None:
    (copy.learning_folder / card.file).write_bytes(b"nonsense")
    recommending = served(copy)
    assert "is damaged" in recommending.sentence
    assert (
        "what is popular is shown instead (learn anew with: footfall-server learn)" in recommending.sentence
    )
    best = recommending.recommend(TEA_ZONE, None, 3)
    assert len(best) == 3
    assert "tea-0" not in {one.sku for one in best}
    assert all(reason.words.startswith("in ") for one in best for reason in one.reasons)


@pytest.mark.parametrize("left", [pytest.param(-100, id="truncated"), pytest.param(None, id="gone")])
def test_the_page_says_so_where_the_model_cannot_be_used(
    copy: Settings, card: Card, left: int | None
) -> None:
    file = copy.learning_folder / card.file
    ask = asking(copy, NIGHT)
    assert ask.get("/api/v1/learning").json()[0]["used"] is True
    whole = file.read_bytes()
    file.unlink()
    if left is not None:
        file.write_bytes(whole[:left])
    (told,) = ask.get("/api/v1/learning").json()
    assert told["used"] is False
    assert told["sentence"].endswith("what is popular is shown instead")
    assert told["card"]["sha256"] == card.sha256
    assert 'data-used="no"' in ask.get("/learning").text


def test_what_was_not_asked_or_not_answered_is_no_zero_on_the_page(copy: Settings, card: Card) -> None:
    silent = card.tested[0].model_copy(update={"next_basket": NO_ANSWERS, "completion": NO_ANSWERS})
    tested = [silent.model_copy(update={"unnamed": NO_ANSWERS})]
    write_card(copy.learning_folder, card.model_copy(update={"tested": tested, "used": False}))
    page = asking(copy, NIGHT).get("/learning").text
    row = page[page.index(f'<th scope="row">{silent.name}</th>') :]
    assert row[: row.index("</tr>")].count("<td>–</td>") == 8


def test_a_card_of_before_zones_were_tried_is_read(copy: Settings, card: Card) -> None:
    old = [one.model_copy(update={"unnamed": None}) for one in card.tested]
    write_card(copy.learning_folder, card.model_copy(update={"tested": old}))
    assert asking(copy, NIGHT).get("/learning").status_code == 200
    assert served(copy).sentence == card.sentence


def test_where_it_cannot_be_kept_learning_says_where_and_why(shop: Settings, tmp_path: Path) -> None:
    (tmp_path / "learnt").write_text("a file, not a folder")
    settings = with_learning(shop, folder=str(tmp_path / "learnt"), least_tickets=100_000)
    with open_database(settings.database, read_only=True) as db, pytest.raises(NotKept) as caught:
        learn_store(db, settings, STORE, NIGHT)
    assert str(caught.value).startswith(f"what was learnt cannot be kept in {tmp_path / 'learnt'}: ")
    assert "learning.folder" in caught.value.hint


@pytest.mark.long
def test_who_is_forgotten_while_it_learns_is_in_no_model(shop: Settings, tmp_path: Path) -> None:
    shutil.copy(shop.database, tmp_path / "footfall.db")
    settings = with_learning(shop, folder=str(tmp_path / "learnt"))
    settings = settings.model_copy(update={"database": tmp_path / "footfall.db"})

    def forget_one(step: str) -> None:
        if step == "keeping":
            with open_database(settings.database) as other, writing(other):
                other.execute(
                    "UPDATE tickets SET customer = NULL WHERE customer = ?", (f"customer:{3:032x}",)
                )

    with open_database(settings.database, read_only=True) as db:
        card = learn_store(db, settings, STORE, NIGHT, forget_one)
    assert card.sentence.startswith("nothing was learnt: a customer was forgotten while it went on")
    assert [file.name for file in settings.learning_folder.iterdir()] == [f"{STORE}.json"]


def test_a_model_that_does_not_clear_the_bar_is_not_used(copy: Settings, card: Card) -> None:
    sentence = "not used: it does not clear the bar"
    write_card(copy.learning_folder, card.model_copy(update={"used": False, "sentence": sentence}))
    assert served(copy).sentence == sentence
    assert served(copy).recommender.name == "popularity"


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        pytest.param(
            {"least_tickets": 100_000}, "100000 are needed (learning.least_tickets)", id="few tickets"
        ),
        pytest.param({"days": 5, "least_tickets": 50}, "10 are needed to test", id="few days"),
    ],
)
def test_of_too_little_nothing_is_learnt_and_the_card_says_so(
    shop: Settings, tmp_path: Path, changes: dict[str, object], says: str
) -> None:
    settings = with_learning(shop, folder=str(tmp_path), **changes)
    with open_database(settings.database, read_only=True) as db:
        card = learn_store(db, settings, STORE, NIGHT)
    assert says in card.sentence
    assert served(settings).recommender.name == "popularity"


def test_a_shop_without_tickets_is_told_nothing_and_fails_nowhere(tmp_path: Path) -> None:
    settings = with_learning(settings_for(tmp_path))
    assert served(settings).recommend(TEA_ZONE) == []
    assert learn_nightly(settings, NIGHT) == {}


@pytest.mark.long
def test_the_night_learns_the_same_of_the_same_tickets_in_a_process_of_its_own(
    copy: Settings, card: Card
) -> None:
    before = serving.stamp(copy, STORE)
    found = learn_nightly(copy, NIGHT)
    assert found[STORE].startswith("used: it clears the bar")
    assert serving.stamp(copy, STORE) != before
    assert read_card(copy.learning_folder, STORE).sha256 == card.sha256


def test_the_night_learns_nothing_where_it_is_not_wanted(shop: Settings) -> None:
    assert learn_nightly(with_learning(shop, nightly=False), NIGHT) == {}


def test_the_command_learns_and_tells_it_as_a_table_or_as_json(shop: Settings, tmp_path: Path) -> None:
    shutil.copy(shop.database, tmp_path / "footfall.db")
    config = tmp_path / "server.toml"
    config.write_text(
        'database = "footfall.db"\n[learning]\nleast_tickets = 60\ndays = 3660\n'
        f'[stores.{STORE}]\nname = "Corner shop"\ntime_zone = "Europe/Berlin"\n'
    )
    told = CliRunner().invoke(app, ["learn", "--config", str(config), "--json"])
    assert told.exit_code == 0, told.output
    (card,) = json.loads(told.stdout)
    assert card["store"] == STORE
    assert {one["name"] for one in card["tested"]} >= {"blend", "popularity"} or not card["tested"]


def test_the_page_and_the_api_tell_the_same(shop: Settings, card: Card) -> None:
    ask = asking(shop, NIGHT)
    (told,) = ask.get("/api/v1/learning").json()
    assert told["used"] is True
    assert told["card"]["sha256"] == card.sha256
    page = ask.get("/learning").text
    assert told["sentence"] in page
    assert "random forest" in page
    assert "rests most on" in page


def test_where_nothing_was_learnt_the_page_says_so(tmp_path: Path) -> None:
    page = asking(with_learning(settings_for(tmp_path)), NIGHT).get("/learning").text
    assert "nothing was learnt for corner yet; what is popular is shown instead" in page


def test_commands_and_pages_start_without_the_libraries_for_learning() -> None:
    asked = "import sys, server.commands, server.recommending.serving; print(*sys.modules)"
    loaded = subprocess.run([sys.executable, "-c", asked], capture_output=True, text=True, check=True).stdout
    # sqlite-utils takes numpy and pandas where they are there, and does without them where not.
    assert not {"sklearn", "implicit", "scipy", "server.recommending.keeping"} & set(loaded.split())
