from __future__ import annotations

import sqlite3
from datetime import timedelta
from pathlib import Path

import pytest

from server.pos.customers import CustomerKeyUnusable, customer_key, forget_customer, hashed
from server.pos.setting_aside import retry_row
from server.storage import quarantine, sales
from server.storage.database import writing
from tests.server.pos.shop import COLUMNS, NOW, Shop, settings_with

HEADER = "No,At,Item,Qty,Net,Card"
NUMBER = "loyal-4711"
ROW = f"17,2026-05-04 10:00:00,bread,2,5.00,{NUMBER}"
BAD = f"18,4.5.2026,bread,2,5.00,{NUMBER}"
RAGGED = f"19,2026-05-04 10:00:00,bread,2,{NUMBER}"
UNQUOTED = f'20,2026-05-04 10:00:00,"bread"x,2,5.00,{NUMBER}'


@pytest.fixture
def club(shop: Shop) -> Shop:
    settings = settings_with({"columns": {**COLUMNS, "customer": "Card"}})
    key_file = shop.folder / "customer.key"
    of_sales = settings.sales.model_copy(update={"customer_key_file": key_file})
    shop.settings = settings.model_copy(update={"sales": of_sales})
    return shop


def _everything_kept(shop: Shop) -> bytes:
    shop.db.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    return b"".join(path.read_bytes() for path in shop.folder.glob("f.db*"))


def test_a_customers_number_is_nowhere_in_what_is_kept(club: Shop) -> None:
    file = club.file(HEADER, ROW, BAD, RAGGED, UNQUOTED)
    report = club.take(file)
    assert (report.tickets, report.quarantined) == (1, 3)
    file.unlink()
    assert NUMBER.encode() not in _everything_kept(club)
    assert NUMBER not in repr(report)


def test_the_same_customer_is_known_again_and_another_is_another(club: Shop) -> None:
    club.take(
        club.file(HEADER, ROW, ROW.replace("17,", "21,"), ROW.replace("17,", "22,").replace("4711", "5"))
    )
    customers = [_customer(club, number) for number in ("17", "21", "22")]
    assert customers[0] == customers[1] != customers[2]
    assert str(customers[0]).startswith("customer:")


def _customer(shop: Shop, number: str) -> str | None:
    held = sales.held_ticket(shop.db, "demo", number)
    assert held is not None
    return held.ticket.customer


def _forget(shop: Shop, number: str = NUMBER) -> int:
    with writing(shop.db):
        return forget_customer(shop.db, shop.settings.sales.customer_key_file, number)


def test_a_forgotten_customer_is_on_no_ticket_and_in_no_quarantine_and_others_stay(club: Shop) -> None:
    other = ROW.replace("17,", "22,").replace("4711", "5")
    club.take(club.file(HEADER, ROW, BAD, ROW.replace("17,", "21,"), other))
    hash_of_them, of_other = _customer(club, "17"), _customer(club, "22")
    assert hash_of_them is not None
    assert hash_of_them.encode() in _everything_waiting(club)
    assert _forget(club) == 2
    assert [_customer(club, number) for number in ("17", "21", "22")] == [None, None, of_other]
    assert hash_of_them.encode() not in _everything_waiting(club)
    assert len(sales.ticket_rows(club.db, "demo", NOW - timedelta(days=60), NOW)) == 3
    assert _forget(club) == 0


def _everything_waiting(shop: Shop) -> bytes:
    return b"".join(row.payload for row in quarantine.waiting(shop.db))


def test_nobody_is_forgotten_by_a_key_that_is_not_there(club: Shop) -> None:
    with pytest.raises(CustomerKeyUnusable, match="no customers' key"):
        _forget(club)
    assert not club.settings.sales.customer_key_file.exists()


def test_a_row_from_quarantine_still_knows_its_customer(club: Shop) -> None:
    club.take(club.file(HEADER, ROW, BAD))
    mapping = {"columns": {**COLUMNS, "customer": "Card"}, "date_formats": ["%Y-%m-%d %H:%M:%S", "%d.%m.%Y"]}
    mended = settings_with(mapping)
    club.settings = mended.model_copy(update={"sales": mended.sales.model_copy(
        update={"customer_key_file": club.folder / "customer.key"})})  # fmt: skip
    (row,) = quarantine.waiting(club.db)
    assert retry_row(club.db, club.settings, row, NOW) is None
    assert _customer(club, "18") == _customer(club, "17")


def test_a_file_imported_twice_is_imported_once_with_customers_too(club: Shop) -> None:
    file = club.file(HEADER, ROW, BAD, RAGGED)
    club.take(file)
    assert club.take(file).unchanged == 1
    assert quarantine.waiting_count(club.db) == 2


def test_rows_of_one_ticket_with_two_customers_do_not_tell_who_they_are(club: Shop) -> None:
    report = club.take(club.file(HEADER, ROW, ROW.replace("4711", "4712")))
    assert report.problems[0].reason == "ticket 17 is another customer's here than in its first row"


def test_a_dry_run_makes_no_key(club: Shop) -> None:
    assert club.take(club.file(HEADER, ROW), dry_run=True).preview[0].known_customer
    assert not (club.folder / "customer.key").exists()


def test_the_key_is_made_once_and_for_its_owner_only(tmp_path: Path) -> None:
    file = tmp_path / "customer.key"
    key = customer_key(file)
    assert len(key) == 64
    assert customer_key(file) == key
    assert file.stat().st_mode & 0o777 == 0o600
    assert [path.name for path in tmp_path.iterdir()] == ["customer.key"]
    assert hashed(key, NUMBER) != hashed(customer_key(tmp_path / "other.key"), NUMBER)


@pytest.mark.parametrize(
    ("content", "mode", "sentence"),
    [(b"short", 0o600, "at least 32 are needed"), (b"k" * 64, 0o644, "others may read")],
)
def test_a_key_that_protects_nobody_is_refused(
    tmp_path: Path, content: bytes, mode: int, sentence: str
) -> None:
    file = tmp_path / "customer.key"
    file.write_bytes(content)
    file.chmod(mode)
    with pytest.raises(CustomerKeyUnusable, match=sentence):
        customer_key(file)


def test_a_key_in_a_folder_that_is_not_there_is_told(tmp_path: Path) -> None:
    with pytest.raises(CustomerKeyUnusable, match="cannot be used"):
        customer_key(tmp_path / "nowhere" / "customer.key")


def test_tickets_from_before_have_no_customer(shop: Shop) -> None:
    with pytest.raises(sqlite3.IntegrityError):
        shop.db.execute("INSERT INTO tickets (store, customer) VALUES ('demo', 'x')")
    shop.take(shop.file("No,At,Item,Qty,Net", "17,2026-05-04 10:00:00,bread,2,5.00"))
    assert _customer(shop, "17") is None
