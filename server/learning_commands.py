"""The command that learns from tickets."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Annotated

import typer
from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn
from rich.table import Table

from server import assembly, telling
from server.config import load_settings
from server.options import DEFAULT_CONFIG, AsJson, Config
from server.recommending.card import AnswersShape, Card, TriedShape
from server.storage.database import open_database
from server.upkeep.learning import checked_extra

OneStore = Annotated[str, typer.Option("--store", help="Only this store; without it each of them.")]


def add_to(app: typer.Typer) -> None:
    """Put the command into the program."""
    app.command()(learn)


def learn(store: OneStore = "", config: Config = DEFAULT_CONFIG, as_json: AsJson = False) -> None:
    """Learn from tickets what to recommend, test it on the newest of them, and use it if it clears the bar.

    Example: footfall-server learn --store high-street
    """
    settings = load_settings(config)
    stores = [store] if store else list(settings.stores)
    for one in stores:
        settings.store(one)
    checked_extra()
    from server.recommending.pipeline import learn_store

    with open_database(settings.database, read_only=True) as db, _progress() as told:
        cards = [learn_store(db, settings, one, assembly.now(), told) for one in stores]
    if as_json:
        typer.echo(telling.as_json([card.model_dump(mode="json") for card in cards]))
        return
    for card in cards:
        _show(card)


def _show(card: Card) -> None:
    typer.echo(telling.harmless(f"{card.store}: {card.sentence}"))
    for sentence in card.cleaned:
        typer.echo(f"  {telling.harmless(sentence)}")
    if card.tested:
        telling.show([_table(card)])


def _table(card: Card) -> Table:
    # Cut by hand, so that names of recommenders are whole on a narrow screen.
    columns = (
        "recommender",
        "next:\nNDCG@10",
        "hits@5",
        "nobody\nknown:\nNDCG@10",
        "rest of\nbasket:\nNDCG@10",
        "hits@5",
        "products",
    )
    return telling.plain_table(columns, [_row(one) for one in card.tested])


def _row(one: TriedShape) -> tuple[str, ...]:
    first, rest, unnamed = one.next_basket, one.completion, one.unnamed
    return (
        one.name,
        _if_said(first, f"{first.ndcg_10:.3f}"),
        _if_said(first, f"{100 * first.hit_rate_5:.0f} %"),
        _if_said(unnamed, f"{unnamed.ndcg_10:.3f}" if unnamed else ""),
        _if_said(rest, f"{rest.ndcg_10:.3f}"),
        _if_said(rest, f"{100 * rest.hit_rate_5:.0f} %"),
        _if_said(one.widest, f"{100 * one.widest.coverage:.0f} %"),
    )


def _if_said(answers: AnswersShape | None, text: str) -> str:
    """What was not asked, or not answered at all, is no zero."""
    return text if answers and answers.says_something else "–"


@contextmanager
def _progress() -> Iterator[Callable[[str], None]]:
    if not sys.stderr.isatty():
        yield lambda _: None
        return
    columns = (SpinnerColumn(), TextColumn("{task.description}"), TimeElapsedColumn())
    with Progress(*columns, console=telling.terminal(errors=True), transient=True) as progress:
        task = progress.add_task("learning", total=None)
        yield lambda step: progress.update(task, description=step)
