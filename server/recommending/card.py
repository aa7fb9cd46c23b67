"""The card of a model: what it was learnt from, how good it is, whether it is used. Needs no library."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, datetime
from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from server.errors import ServerError
from server.whole import write_whole

LEFT_OVER = ".*.npz.*"
"""Parts of files: of one that is just being written, or whose writer was killed."""

FORMAT = 1
"""Of the card and the file of numbers beside it; another one is not read."""


class ModelUnreadable(ServerError):
    """There is no model, or it is damaged, or of another version."""

    exit_code = 3

    def __init__(self, message: str) -> None:
        super().__init__(message, "learn anew with: footfall-server learn")


class NothingLearnt(ModelUnreadable):
    """Nothing was learnt for this store yet."""


class NotKept(ServerError):
    """The folder for what was learnt cannot be written."""

    exit_code = 4


class _Shape(BaseModel):
    model_config = ConfigDict(frozen=True)


class AnswersShape(_Shape):
    """How good answers to questions about later tickets were."""

    questions: int
    ndcg_10: float = Field(description="gain of the first ten, by their places; 1 is best")
    recall_10: float = Field(description="share of what was bought that stands among the first ten")
    hit_rate_5: float = Field(description="share of questions with anything bought among the first five")
    coverage: float = Field(description="share of all products that were recommended to anybody")
    milliseconds: float = Field(description="mean time of an answer")

    @property
    def says_something(self) -> bool:
        """Whether anything was asked and anything answered; else its figures are no zeros, but nothing."""
        return self.questions > 0 and self.coverage > 0


class TriedShape(_Shape):
    """One recommender in the backtest."""

    name: str
    next_basket: AnswersShape
    completion: AnswersShape
    unnamed: AnswersShape | None = Field(
        None, description="next baskets of anybody, with nobody known, as a zone asks; older cards lack it"
    )
    fit_seconds: float
    weights: list[float] = Field(
        description="in the blend, where is known: nothing, a basket, a customer, both"
    )

    @property
    def widest(self) -> AnswersShape:
        """The answers that show best which products it recommends at all."""
        return self.completion if self.completion.says_something else self.next_basket


class ChancesShape(_Shape):
    """A purchase model's chances, on later tickets."""

    name: str
    questions: int
    accuracy: float
    log_loss: float
    log_loss_of_shares: float = Field(description="of the groups' shares alone, the bar")
    calibration_error: float
    importance: dict[str, float] = Field(description="by how much the log-loss rises where this is shuffled")


class DataShape(_Shape):
    """What was learnt from."""

    first_day: date | None
    last_day: date | None
    tickets: int
    lines: int
    products: int
    customers: int


class Card(_Shape):
    """What is known of a model."""

    format: int = FORMAT
    store: str
    learnt_at: datetime
    used: bool
    sentence: str = Field(description="whether it is used, and why")
    data: DataShape
    cleaned: list[str]
    tested: list[TriedShape]
    chances: list[ChancesShape]
    features: list[str] = Field(description="what purchase models look at")
    libraries: dict[str, str]
    seconds: float
    file: str = ""
    sha256: str = ""


def card_path(folder: Path, store: str) -> Path:
    """Where a store's card is."""
    return folder / f"{store}.json"


def read_card(folder: Path, store: str) -> Card:
    """A store's card.

    Raises:
        NothingLearnt: there is none.
        ModelUnreadable: it is damaged, or of another version.
    """
    file = card_path(folder, store)
    try:
        content = file.read_bytes()
    except FileNotFoundError as error:
        raise NothingLearnt(f"nothing was learnt for {store} yet") from error
    except OSError as error:
        raise ModelUnreadable(f"the card {file} cannot be read: {error.strerror}") from error
    try:
        card = Card.model_validate_json(content)
    except ValidationError as error:
        raise ModelUnreadable(f"the card {file} is damaged or of another version") from error
    if card.format != FORMAT:
        raise ModelUnreadable(f"the card {file} is of format {card.format}, this version reads {FORMAT}")
    return card


def model_content(file: Path, sha256: str) -> bytes:
    """The file of numbers that a card names by its checksum.

    Raises:
        ModelUnreadable: it is gone, or not the one that the card names.
    """
    try:
        content = file.read_bytes()
    except OSError as error:
        raise ModelUnreadable(f"the model {file} cannot be read: {error.strerror}") from error
    if hashlib.sha256(content).hexdigest() != sha256:
        raise ModelUnreadable(f"the model {file} is damaged: it is not the file that its card names")
    return content


def write_card(folder: Path, card: Card) -> None:
    """Keep a card that has no model: why nothing could be learnt.

    Raises:
        NotKept: the folder cannot be written.
    """
    with keeping_in(folder):
        write_whole(card_path(folder, card.store), card.model_dump_json(indent=1).encode())


@contextmanager
def keeping_in(folder: Path) -> Iterator[None]:
    """Makes the folder for what was learnt, and says in a sentence what keeps it from being written.

    Raises:
        NotKept: something does.
    """
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        yield
    except OSError as error:
        raise NotKept(
            f"what was learnt cannot be kept in {folder}: {error.strerror}",
            "make room, or let learning.folder name a folder that this user may write to",
        ) from error


def forget_holding(folder: Path, customer: str) -> int:
    """Delete models that hold a customer (as stored, a keyed hash), with their cards; how many.

    Until it is learnt anew, those stores are shown what is popular.
    """
    holding = [file for file in folder.glob("*.npz") if customer.encode() in file.read_bytes()]
    for file in holding:
        card_path(folder, file.stem.rpartition("-")[0]).unlink(missing_ok=True)
        file.unlink(missing_ok=True)
    for part in folder.glob(LEFT_OVER):
        part.unlink(missing_ok=True)
    return len(holding)
