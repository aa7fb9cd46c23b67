from __future__ import annotations

import json
from contextlib import suppress
from pathlib import Path
from typing import Any
from urllib.parse import quote

import httpx
import pytest
from hypothesis import given
from hypothesis import settings as trying
from hypothesis import strategies as st

from server.catalogue.files import exported, import_catalogue
from server.catalogue.items import PARTS, Item, Product
from server.catalogue.tables import read_lines, written
from server.config import ConfigError, Settings
from server.errors import ServerError
from server.pos.errors import FileRefused
from server.storage.database import open_database
from server.storage.sales import planogram_rows
from tests.server.asking import Asking, asking
from tests.server.filling import NOON, STORE, settings_for

MUG = {"sku": "MUG-1", "name": "Mug", "brand": "Hill", "price": "9.9", "cost": "4", "currency": "EUR",
       "category": "Kitchen", "attributes": {"colour": "red"}}  # fmt: skip
PRODUCT = "/api/v1/catalogue/products/MUG-1"
FILLED: dict[str, list[dict[str, Any]]] = {
    "names": [
        {"kind": "zone", "id": "tea", "name": "Teas"},
        {"kind": "camera", "id": "door", "name": "Door"},
    ],
    "hours": [
        {"weekday": 1, "opens": "09:00", "closes": "13:00"},
        {"weekday": 1, "opens": "14:30", "closes": "18:00"},
    ],
    "holidays": [
        {"day": "2026-12-24", "name": "Christmas Eve", "opens": "09:00", "closes": "12:00"},
        {"day": "2026-12-25", "name": "Christmas", "opens": None, "closes": None},
    ],
    "events": [
        {"name": "Sale", "kind": "campaign", "first_day": "2026-03-01", "last_day": "2026-03-07"},
        {"name": "Sale", "kind": "campaign", "first_day": "2026-09-01", "last_day": "2026-09-01"},
    ],
    "weather": [
        {"day": "2026-03-01", "temperature_c": 11.5, "rain_mm": None},
        {"day": "2026-03-02", "temperature_c": None, "rain_mm": 3.0},
    ],
    "planogram": [{"sku": "MUG-1", "zone": "tea", "valid_from": "2026-03-01", "valid_until": None}],
}


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return settings_for(tmp_path)


@pytest.fixture
def ask(settings: Settings) -> Asking:
    return asking(settings, NOON)


def put(ask: Asking, path: str, content: object, etag: str | None = None) -> httpx.Response:
    headers = {} if etag is None else {"If-Match": etag}
    return ask.put(path, content=json.dumps(content), headers=headers)


def test_a_product_is_stored_read_changed_and_removed(ask: Asking) -> None:
    first = put(ask, PRODUCT, MUG, etag='"0"')
    assert (first.status_code, first.headers["etag"]) == (200, '"1"')
    assert ask.get(PRODUCT).json() == {**MUG, "revision": 1}
    second = put(ask, PRODUCT, {**MUG, "name": "Big mug"}, etag='"1"')
    assert second.json()["revision"] == 2
    listed = ask.get("/api/v1/catalogue/products").json()
    assert (listed["count"], [one["name"] for one in listed["products"]]) == (1, ["Big mug"])
    assert ask.delete(PRODUCT, headers={"If-Match": '"2"'}).status_code == 204
    assert ask.get(PRODUCT).status_code == 404
    assert ask.delete(PRODUCT).status_code == 404


@pytest.mark.parametrize("etag", ['"0"', '"7"'])
def test_a_change_over_somebody_elses_is_refused(ask: Asking, etag: str) -> None:
    put(ask, PRODUCT, MUG)
    answer = put(ask, PRODUCT, {**MUG, "name": "Cup"}, etag=etag)
    assert (answer.status_code, answer.headers["content-type"]) == (412, "application/problem+json")
    assert ask.delete(PRODUCT, headers={"If-Match": etag}).status_code == 412
    assert ask.get(PRODUCT).json()["name"] == "Mug"


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        ({**MUG, "sku": "CUP"}, "the product 'CUP'"),
        ({**MUG, "prize": 1}, "prize: Extra inputs"),
        ({**MUG, "price": "cheap"}, "price: "),
        ({**MUG, "attributes": {"colour": ""}}, "attributes.colour"),
        ([], "entry: "),
    ],
)
def test_a_wrong_product_is_refused_with_its_field(ask: Asking, content: object, sentence: str) -> None:
    answer = put(ask, PRODUCT, content)
    assert answer.status_code == 422
    assert sentence in answer.json()["detail"]


@pytest.mark.parametrize("sku", ["A/12", "A/12/red", "50% off", "\u00fc?#", "a&b", "products/x"])
@pytest.mark.parametrize("encoded", [True, False], ids=["encoded", "as it stands"])
def test_a_product_number_may_hold_anything(ask: Asking, sku: str, encoded: bool) -> None:
    kept = "" if encoded else "/"
    path = f"/api/v1/catalogue/products/{quote(sku, safe=kept)}"
    put(ask, path, {"sku": sku, "name": "Red"})
    assert ask.get(path).json()["sku"] == sku
    link = f"/catalogue/product?sku={quote(sku)}"
    assert 'value="Red"' in ask.get(link).text
    assert link in ask.get("/catalogue").text
    assert ask.delete(path).status_code == 204


def test_products_are_listed_in_pages(ask: Asking) -> None:
    for number in range(5):
        put(ask, f"/api/v1/catalogue/products/P{number}", {"sku": f"P{number}"})
    first = ask.get("/api/v1/catalogue/products?limit=3").json()
    rest = ask.get(f"/api/v1/catalogue/products?limit=3&after={first['next_after']}").json()
    assert [one["sku"] for one in (*first["products"], *rest["products"])] == [f"P{n}" for n in range(5)]
    assert rest["next_after"] is None


@pytest.mark.parametrize("part", sorted(PARTS))
def test_a_part_is_replaced_whole_and_only_over_what_was_read(ask: Asking, part: str) -> None:
    path = f"/api/v1/catalogue/stores/{STORE}/{part}"
    assert (ask.get(path).json(), ask.get(path).headers["etag"]) == ({"revision": 0, "rows": []}, '"0"')
    assert put(ask, path, FILLED[part], etag='"0"').status_code == 200
    read = ask.get(path).json()
    assert sorted(map(str, read["rows"])) == sorted(map(str, FILLED[part]))
    assert put(ask, path, [], etag='"0"').status_code == 412
    assert put(ask, path, FILLED[part][:1], etag='"1"').json()["revision"] == 2
    assert len(ask.get(path).json()["rows"]) == 1


@pytest.mark.parametrize(
    ("part", "rows", "sentence"),
    [
        ("hours", [{"weekday": 8, "opens": "09:00", "closes": "18:00"}], "0.weekday"),
        ("hours", [{"weekday": 1, "opens": "09:00", "closes": "09:00"}], "leave a closed day out"),
        ("hours", FILLED["hours"][:1] * 2, "entry 1 says the same as entry 0"),
        ("holidays", [{"day": "2026-12-25", "name": "X", "opens": "09:00"}], "both opens and closes"),
        ("holidays", [{"day": "2026-02-30", "name": "X"}], "0.day"),
        ("names", [{"kind": "shelf", "id": "tea", "name": "Teas"}], "0.kind"),
        (
            "events",
            [{"name": "X", "kind": "event", "first_day": "2026-03-02", "last_day": "2026-03-01"}],
            "is not",
        ),
        ("weather", [{"day": "2026-03-02"}], "neither temperature_c nor rain_mm"),
        ("weather", [{"day": "2026-03-02", "rain_mm": -1}], "0.rain_mm"),
        ("planogram", [{"sku": "MUG-1", "zone": "attic"}], "no zone 'attic'"),
        (
            "planogram",
            [{"sku": "M", "zone": "tea", "valid_from": "2026-03-02", "valid_until": "2026-03-02"}],
            "after",
        ),
        ("names", {}, "entry: "),
    ],
)
def test_a_wrong_part_is_refused_whole(ask: Asking, part: str, rows: object, sentence: str) -> None:
    path = f"/api/v1/catalogue/stores/{STORE}/{part}"
    answer = put(ask, path, rows)
    assert answer.status_code == 422
    assert sentence in answer.json()["detail"]
    assert ask.get(path).json()["revision"] == 0


@pytest.mark.parametrize(
    ("path", "status_code"),
    [
        ("/api/v1/catalogue/stores/annex/hours", 404),
        (f"/api/v1/catalogue/stores/{STORE}/prices", 422),
        ("/api/v1/catalogue/products/none", 404),
        ("/catalogue/product?sku=none", 404),
        ("/catalogue/stores/annex/hours", 404),
    ],
)
def test_what_is_not_there_is_told(ask: Asking, path: str, status_code: int) -> None:
    assert ask.get(path).status_code == status_code


def test_the_catalogues_names_win_over_the_configurations_and_add_zones(ask: Asking) -> None:
    names = [{"kind": "zone", "id": "tea", "name": "Teas"}, {"kind": "zone", "id": "attic", "name": "Attic"}]
    put(ask, f"/api/v1/catalogue/stores/{STORE}/names", names)
    planogram = [{"sku": "MUG-1", "zone": "attic"}]
    assert put(ask, f"/api/v1/catalogue/stores/{STORE}/planogram", planogram).status_code == 200
    zones = ask.get(f"/api/v1/stores/{STORE}/metrics").json()["totals"]["zones"]
    assert ask.get("/api/v1/stores").json()[0]["zones"] == {"tea": "Teas", "gifts": "Gifts", "attic": "Attic"}
    assert {zone["zone"]: zone["name"] for zone in zones} == {
        "tea": "Teas",
        "gifts": "Gifts",
        "attic": "Attic",
    }


def test_a_planogram_from_the_command_and_from_the_api_are_one(settings: Settings, ask: Asking) -> None:
    put(ask, f"/api/v1/catalogue/stores/{STORE}/planogram", FILLED["planogram"])
    with open_database(settings.database) as db:
        (row,) = planogram_rows(db, STORE)
    assert (row.sku, row.zone, str(row.valid_from), row.valid_until) == ("MUG-1", "tea", "2026-03-01", None)


@pytest.mark.parametrize("part", ["products", *sorted(PARTS)])
def test_what_is_exported_can_be_imported_again(
    settings: Settings, tmp_path: Path, part: str, ask: Asking
) -> None:
    if part == "products":
        put(ask, PRODUCT, MUG)
        put(ask, "/api/v1/catalogue/products/CUP", {"sku": "CUP", "attributes": {"size, in cm": '8 "big"'}})
    else:
        put(ask, f"/api/v1/catalogue/stores/{STORE}/{part}", FILLED[part])
    file = tmp_path / "catalogue.csv"
    with open_database(settings.database) as db:
        file.write_text(exported(db, settings, part, STORE), encoding="utf-8")
        said = import_catalogue(db, settings, file, part, STORE, dry_run=True)
        assert "nothing written" in said
        said = import_catalogue(db, settings, file, part, STORE)
        assert exported(db, settings, part, STORE) == file.read_text(encoding="utf-8")
    assert ("0 new, 0 changed, 2 unchanged" if part == "products" else "in place of") in said


@pytest.mark.parametrize(
    ("part", "store", "text", "sentence"),
    [
        ("products", "", "sku,name\nx,y\n", "begins with 'sku,name'"),
        ("hours", STORE, "weekday,opens,closes\n1,9,18:00\n1,09:00\n", "line 3: has 2 cells"),
        (
            "hours",
            STORE,
            "weekday,opens,closes\n1,09:00,18:00\n1,09:00,17:00\n",
            "line 3: says the same as line 2",
        ),
        ("planogram", STORE, "sku,zone,valid_from,valid_until\nx,attic,,\n", "no zone 'attic'"),
    ],
)
def test_a_wrong_file_is_refused_line_by_line(
    settings: Settings, tmp_path: Path, part: str, store: str, text: str, sentence: str
) -> None:
    file = tmp_path / "catalogue.csv"
    file.write_text(text, encoding="utf-8")
    with open_database(settings.database) as db:
        with pytest.raises(FileRefused) as caught:
            import_catalogue(db, settings, file, part, store)
        assert sentence in str(caught.value)
        assert import_or_refuse(settings, file, "prices", STORE) == "there is no part 'prices'"
        assert import_or_refuse(settings, file, "hours", "") == "hours are of one store"


def import_or_refuse(settings: Settings, file: Path, part: str, store: str) -> str:
    with open_database(settings.database) as db, pytest.raises(ConfigError) as caught:
        import_catalogue(db, settings, file, part, store)
    return str(caught.value)


TEXTS = st.text(st.characters(codec="utf-8", categories=["L", "N", "P", "S"]), min_size=1, max_size=20)
PRODUCTS = st.lists(
    st.builds(
        Product, sku=TEXTS, name=st.none() | TEXTS, attributes=st.dictionaries(TEXTS, TEXTS, max_size=3)
    ),
    max_size=5,
    unique_by=lambda product: product.sku,
)


@trying(max_examples=60, deadline=None)
@given(PRODUCTS)
def test_any_products_survive_csv(products: list[Item]) -> None:
    text = written(Product, products)
    assert read_lines(Product, text.splitlines(keepends=True), "t") == products


@trying(max_examples=100, deadline=None)
@given(st.sampled_from(sorted(PARTS)), st.text(max_size=80))
def test_any_text_is_a_part_or_a_clear_error(part: str, text: str) -> None:
    header = ",".join(PARTS[part].model_fields)
    for begun in ("", header + "\n"):
        with suppress(ServerError):
            items = read_lines(PARTS[part], (begun + text).splitlines(keepends=True), "t")
            assert all(isinstance(item, PARTS[part]) for item in items)


def test_a_product_is_edited_on_a_page_without_scripts(ask: Asking) -> None:
    form = {
        "sku": "A/1 ü",
        "name": "<b>Mug</b>",
        "price": "9.90",
        "attributes": "colour: red\n",
        "revision": "0",
    }
    assert ask.post("/catalogue/product", data=form).status_code == 303
    page = ask.get("/catalogue").text
    assert "&lt;b&gt;Mug&lt;/b&gt;" in page
    assert "/catalogue/product?sku=A/1%20%C3%BC" in page
    edit = ask.get("/catalogue/product", params={"sku": "A/1 ü"}).text
    assert 'name="revision" value="1"' in edit
    assert "colour: red" in edit
    stale = ask.post("/catalogue/product", data=form)
    assert (stale.status_code, "changed meanwhile" in stale.text) == (422, True)
    wrong = ask.post("/catalogue/product", data={**form, "price": "cheap", "revision": "1"})
    assert (wrong.status_code, 'value="cheap"' in wrong.text) == (422, True)


def test_opening_hours_are_edited_on_a_page_and_what_was_typed_is_not_lost(ask: Asking) -> None:
    path = f"/catalogue/stores/{STORE}/hours"
    typed = "weekday,opens,closes\r\n1,09:00,18:00\r\n"
    assert ask.post(path, data={"text": typed, "revision": "0"}).status_code == 303
    assert "1,09:00,18:00" in ask.get(path).text
    refused = ask.post(path, data={"text": typed + "9,09:00,18:00\r\n", "revision": "1"})
    assert refused.status_code == 422
    assert "line 3: weekday" in refused.text
    assert "9,09:00,18:00" in refused.text
    assert ask.post(path, data={"text": typed, "revision": "0"}).status_code == 422


@pytest.mark.parametrize("path", ["/catalogue/product", f"/catalogue/stores/{STORE}/hours"])
def test_another_site_may_not_edit(ask: Asking, path: str) -> None:
    assert ask.post(path, data={}, headers={"sec-fetch-site": "cross-site"}).status_code == 403
