from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest

from edge.wire import SaleKind
from server.config import ConfigError
from server.pos.errors import FileMissing, FileRefused
from server.pos.setting_aside import retry_row
from server.storage import quarantine
from tests.server.pos.shop import COLUMNS, NOW, Shop, settings_with

HEADER = "No,At,Item,Qty,Net"
BREAD = "17,2026-05-04 10:00:00,bread,2,5.00"
MILK = "17,2026-05-04 10:00:00,milk,1,1.20"
OTHER = "18,2026-05-04 10:05:00,milk,1,1.20"
LATER = NOW + timedelta(hours=1)


def test_rows_of_one_number_are_one_ticket_wherever_they_stand(shop: Shop) -> None:
    report = shop.take(shop.file(HEADER, BREAD, OTHER, MILK))
    assert (report.rows_read, report.tickets, report.lines, report.new) == (3, 2, 3, 2)
    first, second = shop.tickets()
    assert (first.ticket, first.net, first.units, first.skus) == (
        "17",
        Decimal("6.20"),
        Decimal(3),
        frozenset({"bread", "milk"}),
    )
    assert (second.ticket, second.till, second.kind) == ("18", "file", SaleKind.SALE)


def test_the_same_file_twice_changes_nothing(shop: Shop) -> None:
    file = shop.file(HEADER, BREAD, MILK, OTHER, "bad")
    shop.take(file)
    before = shop.tickets()
    report = shop.take(file, LATER)
    assert (report.new, report.changed, report.unchanged) == (0, 0, 2)
    assert shop.tickets() == before
    assert quarantine.waiting_count(shop.db) == 1


def test_a_corrected_file_replaces_tickets_and_never_doubles(shop: Shop) -> None:
    shop.take(shop.file(HEADER, BREAD, MILK, OTHER))
    report = shop.take(shop.file(HEADER, BREAD.replace("5.00", "4.50"), MILK, OTHER, name="again.csv"), LATER)
    assert (report.new, report.changed, report.unchanged) == (0, 1, 1)
    assert [ticket.net for ticket in shop.tickets()] == [Decimal("5.70"), Decimal("1.20")]


def test_lines_in_another_order_are_the_same_ticket(shop: Shop) -> None:
    shop.take(shop.file(HEADER, BREAD, MILK))
    assert shop.take(shop.file(HEADER, MILK, BREAD), LATER).unchanged == 1


def test_a_dry_run_tells_all_and_writes_nothing(shop: Shop) -> None:
    shop.take(shop.file(HEADER, OTHER))
    report = shop.take(shop.file(HEADER, BREAD, OTHER.replace("1.20", "1.30"), "bad"), dry_run=True)
    assert (report.new, report.changed, report.quarantined, report.dry_run) == (1, 1, 1, True)
    assert [ticket.ticket for ticket in shop.tickets()] == ["18"]
    assert quarantine.waiting_count(shop.db) == 0


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        pytest.param("19,2026-05-04 11:00:00,bread,1", "has 4 cells where the header has 5", id="too short"),
        pytest.param(BREAD + ",x", "has 6 cells", id="too long"),
        pytest.param("19,2026-05-04 11:00:00,bread,one,1.00", "'Qty' (quantity) is 'one'", id="no number"),
        pytest.param('19,2026-05-04 11:00:00,bread,1,"1,50"', "decimal sign '.'", id="decimal comma"),
        pytest.param("19,2026-05-04 11:00:00,bread,1,1.00001", "no more than 4 decimal", id="too exact"),
        pytest.param("19,4.5.2026,bread,1,1.00", "time '4.5.2026' fits none", id="bad date"),
        pytest.param("19,,bread,1,1.00", "'At' (at) is empty", id="no date"),
        pytest.param("19,1026-05-04 11:00:00,bread,1,1", "between the years 2000", id="year of the knights"),
        pytest.param(",2026-05-04 11:00:00,bread,1,1.00", "'No' (ticket) is empty", id="no ticket"),
        pytest.param("19,2026-05-04 11:00:00,,1,1.00", "'Item' (sku) is empty", id="no product"),
        pytest.param('19,2026-05-04 11:00:00,"bread"x,1,1.00', "is not CSV", id="stray quote"),
        pytest.param(
            "19,2026-03-29 02:30:00,bread,1,1.00",
            "does not exist in Europe/Berlin",
            id="an hour that was not",
        ),
    ],
)
def test_a_bad_row_is_set_aside_with_its_line_and_the_others_land(shop: Shop, row: str, reason: str) -> None:
    report = shop.take(shop.file(HEADER, BREAD, row, OTHER))
    assert (report.quarantined, report.tickets, report.rows_read) == (1, 2, 3)
    (problem,) = report.problems
    assert problem.line == 3
    assert reason in problem.reason
    (waiting,) = quarantine.waiting(shop.db)
    assert (waiting.origin, waiting.position, waiting.store) == ("sales.csv", 3, "demo")
    assert (waiting.payload.decode(), waiting.reason) == (row, problem.reason)


def test_a_row_that_contradicts_its_ticket_is_set_aside(shop: Shop) -> None:
    shop.settings = settings_with({"columns": {**COLUMNS, "till": "Till"}})
    report = shop.take(shop.file(HEADER + ",Till", BREAD + ",A", MILK + ",B"))
    assert "has the till 'A' in its first row and 'B' here" in report.problems[0].reason


@pytest.mark.parametrize(
    ("lines", "encoding", "sentence", "hint"),
    [
        pytest.param((), "utf-8", "is empty", "first line", id="empty"),
        pytest.param(
            ("No,At,Itm,Qty,Net", BREAD),
            "utf-8",
            "lacks the columns 'Item' (sku); its header is 'No'",
            "did you mean 'Itm'",
            id="column missing",
        ),
        pytest.param(
            (HEADER.replace(",", ";"),),
            "utf-8",
            "lacks the columns",
            "delimiter of this file seems to be ';'",
            id="other delimiter",
        ),
        pytest.param(
            (HEADER + ",Net", BREAD + ",1"), "utf-8", "'Net' more than once", "rename", id="column twice"
        ),
        pytest.param(
            (HEADER, BREAD, MILK.replace("milk", "käse")),
            "cp1252",
            "line 3 holds the byte 0xe4",
            "cp1252",
            id="other encoding",
        ),
        pytest.param(
            (HEADER, BREAD, '19,2026-05-04 11:00:00,"bread,1,1.00', *[OTHER] * 30),
            "utf-8",
            "line 3: a quoted cell runs on",
            "closing quote",
            id="open quote",
        ),
        pytest.param(
            (HEADER, *[f"{n},4.5.26,bread,1,1" for n in range(200)]),
            "utf-8",
            "none of the first 100 rows",
            "right mapping",
            id="nothing fits",
        ),
    ],
)
def test_a_file_that_cannot_be_told_apart_is_refused_whole_and_in_words(
    shop: Shop, lines: tuple[str, ...], encoding: str, sentence: str, hint: str
) -> None:
    with pytest.raises(FileRefused) as caught:
        shop.take(shop.file(*lines, encoding=encoding))
    assert sentence in str(caught.value)
    assert hint in caught.value.hint
    assert shop.tickets() == []
    assert quarantine.waiting_count(shop.db) == 0


def test_a_missing_file_and_a_missing_mapping_are_named(shop: Shop) -> None:
    with pytest.raises(FileMissing, match=r"nowhere\.csv"):
        shop.take(shop.folder / "nowhere.csv")
    shop.settings = shop.settings.model_copy(
        update={"sales": settings_with({}).sales.model_copy(update={"mappings": {}})}
    )
    with pytest.raises(ConfigError, match="no mapping 'm'"):
        shop.take(shop.file(HEADER))


def test_a_file_whose_name_is_not_text_is_refused(shop: Shop) -> None:
    with pytest.raises(FileRefused, match="is not UTF-8"):
        shop.take(shop.file(HEADER, BREAD, name="caf\udce9.csv"))


MAPPINGS: list[Any] = [
    pytest.param(
        {"delimiter": ";", "decimal": ",", "encoding": "cp1252", "date_formats": ["%d.%m.%Y %H:%M"]},
        ("No;At;Item;Qty;Net", "1;04.05.2026 10:00;Käse;0,5;1.234,50"),
        ("1", SaleKind.SALE, Decimal("1234.50"), {"Käse"}),
        id="German till",
    ),
    pytest.param(
        {"columns": {"ticket": "No", "at": "At", "sku": "Item", "quantity": "Qty", "unit_price": "Net"}},
        (HEADER, "1,2026-05-04 10:00:00,x,3,0.3333"),
        ("1", SaleKind.SALE, Decimal("0.9999"), {"x"}),
        id="price of a piece",
    ),
    pytest.param(
        {"returns_prefix": "C"},
        (HEADER, "C9,2026-05-04 10:00:00,x,-1,-2"),
        ("C9", SaleKind.RETURN, Decimal(-2), {"x"}),
        id="returns by prefix",
    ),
    pytest.param(
        {"columns": {**COLUMNS, "kind": "Kind"}, "kinds": {"Storno": "void", "Bon": "sale"}},
        (HEADER + ",Kind", "1,2026-05-04 10:00:00,x,1,2,Storno"),
        ("1", SaleKind.VOID, Decimal(2), {"x"}),
        id="kinds in the file's words",
    ),
    pytest.param(
        {"ignore": ["NONE"]},
        (HEADER, "1,2026-05-04 10:00:00,x,1,2", "1,2026-05-04 10:00:00,NONE,1,99", "2,,NONE,,"),
        ("1", SaleKind.SALE, Decimal(2), {"x"}),
        id="what is no product",
    ),
    pytest.param(
        {"ticket_scope": "day"},
        (HEADER, "1,2026-05-04 10:00:00,x,1,2"),
        ("2026-05-04/1", SaleKind.SALE, Decimal(2), {"x"}),
        id="numbers that begin anew each day",
    ),
    pytest.param(
        {"columns": {"ticket": "No", "date": "D", "time": "T", "sku": "Item"}},
        ("No,D,T,Item", "1,2026-05-04,10:00:00,x"),
        ("1", SaleKind.SALE, None, {"x"}),
        id="no amounts, date and time apart",
    ),
]


@pytest.mark.parametrize(("mapping", "lines", "expected"), MAPPINGS)
def test_a_mapping_says_how_a_till_writes(
    shop: Shop, mapping: dict[str, Any], lines: tuple[str, ...], expected: tuple[Any, ...]
) -> None:
    shop.settings = settings_with(mapping)
    report = shop.take(shop.file(*lines, encoding=mapping.get("encoding", "utf-8")))
    assert report.problems == ()
    (ticket,) = shop.tickets()
    assert (ticket.ticket, ticket.kind, ticket.net, ticket.skus) == expected
    assert ticket.at.isoformat() == "2026-05-04T08:00:00+00:00"


def test_numbers_that_begin_anew_follow_the_business_day_not_midnight(shop: Shop) -> None:
    shop.settings = settings_with({"ticket_scope": "day"}, day_begins="04:00")
    shop.take(
        shop.file(
            HEADER,
            "1,2026-05-04 23:59:00,x,1,2",
            "2,2026-05-05 00:01:00,x,1,2",
            "1,2026-05-05 09:00:00,x,1,2",
        )
    )
    assert [ticket.ticket for ticket in shop.tickets()] == ["2026-05-04/1", "2026-05-04/2", "2026-05-05/1"]


def test_numbers_that_seem_to_begin_anew_are_warned_of(shop: Shop) -> None:
    report = shop.take(shop.file(HEADER, BREAD, BREAD.replace("05-04", "05-05")))
    assert "1 tickets have rows more than 12 hours apart" in report.warnings[0]


OF_TILLS = HEADER + ",Till"


def test_each_till_may_number_its_tickets_for_itself(shop: Shop) -> None:
    shop.settings = settings_with({"ticket_scope": "till", "columns": {**COLUMNS, "till": "Till"}})
    rows = [f"1,2026-05-04 10:00:00,x,1,{net},{till}" for till, net in [("a", 2), ("b", 3)]]
    assert shop.take(shop.file(OF_TILLS, *rows)).new == 2
    assert shop.take(shop.file(OF_TILLS, rows[1])).unchanged == 1
    assert [(ticket.ticket, ticket.net) for ticket in shop.tickets()] == [
        ("a/1", Decimal(2)),
        ("b/1", Decimal(3)),
    ]


@pytest.mark.parametrize(
    ("row", "warned"),
    [
        pytest.param("1,2026-05-04 10:00:00,x,1,9,a", False, id="a correction"),
        pytest.param("1,2026-05-04 10:00:00,x,1,2,a", False, id="told again"),
        pytest.param("1,2026-05-04 10:00:00,x,1,2,b", True, id="another till"),
        pytest.param("1,2026-05-05 10:00:00,x,1,2,a", True, id="another day"),
    ],
)
def test_tickets_that_would_replace_ones_of_another_till_or_day_are_warned_of(
    shop: Shop, row: str, warned: bool
) -> None:
    shop.settings = settings_with({"columns": {**COLUMNS, "till": "Till"}})
    shop.take(shop.file(OF_TILLS, "1,2026-05-04 10:00:00,x,1,2,a"))
    for dry_run in (True, False):
        report = shop.take(shop.file(OF_TILLS, row), dry_run=dry_run)
        assert [warning.partition(" take the place")[0] for warning in report.warnings] == [
            "1 tickets"
        ] * warned


def test_tickets_of_the_future_are_warned_of(shop: Shop) -> None:
    rows = [f"{number},2026-{month:02}-05 10:00:00,x,1,2" for number, month in [(1, 4), (2, 11), (3, 12)]]
    for dry_run in (True, False):
        (warning,) = shop.take(shop.file(HEADER, *rows), dry_run=dry_run).warnings
        assert warning.startswith("2 tickets lie in the future, such as 2 of 2026-11-05")


NO_NUMBERS = {"columns": {"at": "At", "sku": "Item", "net": "Net"}}
CUP = "2026-05-04 10:00:00,cup,3.00"


def test_without_ticket_numbers_every_row_is_a_ticket_even_two_alike(shop: Shop) -> None:
    shop.settings = settings_with(NO_NUMBERS)
    file = shop.file("At,Item,Net", CUP, CUP, CUP.replace("10:00", "11:00"))
    assert shop.take(file).new == 3
    assert shop.take(file, LATER).unchanged == 3
    assert len(shop.tickets()) == 3


def test_without_ticket_numbers_a_corrected_file_replaces_within_its_span(shop: Shop) -> None:
    shop.settings = settings_with(NO_NUMBERS)
    shop.take(shop.file("At,Item,Net", CUP, CUP.replace("10:00", "11:00"), CUP.replace("10:00", "12:00")))
    shop.take(shop.file("At,Item,Net", CUP.replace("05-04", "05-05")), LATER)
    assert len(shop.tickets()) == 4
    corrected = shop.file(
        "At,Item,Net",
        CUP,
        CUP.replace("10:00", "11:00").replace("3.00", "2.50"),
        CUP.replace("10:00", "12:00"),
    )
    report = shop.take(corrected, LATER)
    assert (report.new, report.removed, report.unchanged) == (1, 1, 2)
    assert [ticket.net for ticket in shop.tickets()] == [Decimal(n) for n in ("3.00", "2.50", "3.00", "3.00")]


GERMAN_DATES = {"date_formats": ["%Y-%m-%d %H:%M:%S", "%d.%m.%Y"]}
ODD = "17,04.05.2026,milk,1,1.20"


def _retry_all(shop: Shop) -> list[str | None]:
    return [retry_row(shop.db, shop.settings, row, LATER) for row in quarantine.waiting(shop.db)]


def test_a_row_set_aside_joins_its_ticket_once_the_mapping_understands_it(shop: Shop) -> None:
    file = shop.file(HEADER, BREAD, ODD, "19,04.05.2026,x,1,1")
    shop.take(file)
    reasons = _retry_all(shop)
    assert all(reason and "fits none" in reason for reason in reasons)
    assert [row.tries for row in quarantine.waiting(shop.db)] == [2, 2]

    shop.settings = settings_with(GERMAN_DATES)
    assert _retry_all(shop) == [None, None]
    assert quarantine.waiting_count(shop.db) == 0
    by_number = {ticket.ticket: ticket.net for ticket in shop.tickets()}
    assert by_number == {"17": Decimal("6.20"), "19": Decimal("1")}

    assert shop.take(file, LATER).unchanged == 2


def test_a_row_set_aside_does_not_join_a_ticket_that_a_later_file_has_told_again(shop: Shop) -> None:
    shop.take(shop.file(HEADER, BREAD, ODD))
    shop.take(shop.file(HEADER, BREAD, MILK), LATER)
    shop.settings = settings_with(GERMAN_DATES)
    assert _retry_all(shop) == [None]
    assert [ticket.net for ticket in shop.tickets()] == [Decimal("6.20")]


def test_rows_that_are_understood_at_the_next_import_no_longer_wait(shop: Shop) -> None:
    file = shop.file(HEADER, BREAD, ODD)
    shop.take(file)
    shop.settings = settings_with(GERMAN_DATES)
    shop.take(file, LATER)
    assert quarantine.waiting_count(shop.db) == 0
    assert [ticket.net for ticket in shop.tickets()] == [Decimal("6.20")]


def test_retrying_a_row_twice_joins_it_once(shop: Shop) -> None:
    shop.take(shop.file(HEADER, BREAD, ODD))
    shop.settings = settings_with(GERMAN_DATES)
    (row,) = quarantine.waiting(shop.db)
    for _ in range(2):
        assert retry_row(shop.db, shop.settings, row, LATER) is None
    assert [ticket.net for ticket in shop.tickets()] == [Decimal("6.20")]
