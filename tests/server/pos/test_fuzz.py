"""Whatever a file or a body holds: a clear error or every row accounted for."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from tempfile import TemporaryDirectory

from hypothesis import example, given, settings
from hypothesis import strategies as st

from server.errors import ServerError
from server.pos.posting import TicketsRefused, Wrong, posted
from server.storage import quarantine
from server.storage.database import migrate, open_database
from tests.server.pos.shop import Shop, settings_with

COLUMNS = {
    "ticket": "No",
    "at": "At",
    "sku": "Item",
    "gross": "Sum",
    "tax_percent": "Rate",
    "customer": "Card",
}
HEADER = ["No", "At", "Item", "Sum", "Rate", "Card"]
TIMES = st.sampled_from(["2026-05-04 10:00:00", "2026-03-29 02:30:00", "yesterday", ""])
CELLS = st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=12)
NUMBERS = st.sampled_from(["1", "-2.5", "$3", "", "x", "9" * 39, "0.00001"])
GOOD_SHAPE = st.tuples(st.sampled_from(["1", "2", ""]), TIMES, CELLS, NUMBERS, NUMBERS, CELLS).map(list)
ROWS = st.lists(GOOD_SHAPE | st.lists(CELLS, min_size=1, max_size=8).filter(any), max_size=8)


@contextmanager
def _shop() -> Iterator[Shop]:
    with TemporaryDirectory() as folder:
        path = Path(folder)
        migrate(path / "f.db")
        mapping = {"columns": COLUMNS, "fill_down": True, "name_for_sku": True}
        known = settings_with(mapping)
        of_sales = known.sales.model_copy(update={"customer_key_file": path / "customer.key"})
        with open_database(path / "f.db") as db:
            yield Shop(db, path, known.model_copy(update={"sales": of_sales}))


@settings(max_examples=60, deadline=None)
@given(ROWS)
def test_every_row_of_a_file_is_stored_set_aside_or_passed_over(rows: list[list[str]]) -> None:
    out = io.StringIO()
    csv.writer(out, lineterminator="\r\n").writerows([HEADER, *rows])
    with _shop() as shop:
        file = shop.folder / "sales.csv"
        file.write_bytes(out.getvalue().encode())
        report = shop.take(file)
        assert report.rows_read == len(rows)
        assert report.lines + report.quarantined + report.ignored == len(rows)
        assert quarantine.waiting_count(shop.db) <= report.quarantined
        again = shop.take(file)
        assert (again.new, again.changed) == (0, 0)


@settings(max_examples=60, deadline=None)
@given(st.binary(max_size=200))
@example(b"\xef\xbb\xbfNo,At,Item,Sum,Rate,Card\r\n1,2026-05-04 10:00:00,x,1,0,\0")
@example(b'No,At,Item,Sum,Rate,Card\n"')
def test_any_bytes_are_a_report_or_a_clear_error(content: bytes) -> None:
    with _shop() as shop:
        file = shop.folder / "sales.csv"
        for begun in (b"", b"No,At,Item,Sum,Rate,Card\n"):
            file.write_bytes(begun + content)
            with suppress(ServerError):
                report = shop.take(file)
                assert report.lines + report.quarantined + report.ignored == report.rows_read


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(
        st.sampled_from(["store", "till", "ticket", "at", "lines", "sku", "net", "kind", "quantity", "x"]),
        inner,
        max_size=6,
    ),
    max_leaves=12,
)  # fmt: skip


@settings(max_examples=200, deadline=None)
@given(st.binary(max_size=60) | JSON.map(lambda value: json.dumps(value).encode()))
@example(b"[" * 100_000)
@example(b'{"store":"\\ud800"}')
@example(b"[]")
def test_any_body_is_tickets_or_a_list_of_what_is_wrong(body: bytes) -> None:
    wrong: tuple[Wrong, ...] = ()
    try:
        tickets = posted(body)
    except TicketsRefused as error:
        wrong, tickets = error.wrong, ()
    assert bool(tickets) != bool(wrong)
    assert all(one.where and one.problem for one in wrong)
