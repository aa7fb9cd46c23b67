"""What was learnt, as a file of numbers and a card of words beside it. No programs are kept or loaded."""

from __future__ import annotations

import hashlib
import io
import json
import zipfile
from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array

from server.recommending.asking import Ranking, Words
from server.recommending.blend import Blend
from server.recommending.bought_together import BoughtTogether
from server.recommending.card import (
    FORMAT,
    LEFT_OVER,
    Card,
    ModelUnreadable,
    card_path,
    keeping_in,
    model_content,
    read_card,
)
from server.recommending.content import AlikeProducts
from server.recommending.customers import AlikeCustomers, CustomersProducts
from server.recommending.factors import Factors
from server.recommending.popularity import Popular, PopularHere
from server.recommending.purchase import Network, Purchases, Trees
from server.recommending.repeat import Repeats
from server.recommending.shop_rules import ShopRules
from server.whole import write_whole

_KINDS: Mapping[str, Any] = {
    kind.kind: kind
    for kind in (
        Popular,
        PopularHere,
        Repeats,
        BoughtTogether,
        AlikeCustomers,
        CustomersProducts,
        Factors,
        AlikeProducts,
        Purchases,
        Trees,
        Network,
        ShopRules,
    )
}
"""Everything that a file can hold."""

_STRUCTURE = "structure"


def save(folder: Path, card: Card, blend: Blend) -> Card:
    """Keep a model and its card; the old ones stay until the new ones are whole. The card as it was written.

    The card names its file, whose name is of its content: whoever reads the card finds the file of that card.

    Raises:
        NotKept: the folder cannot be written.
    """
    content = packed(blend)
    digest = hashlib.sha256(content).hexdigest()
    file = folder / f"{card.store}-{digest[:16]}.npz"
    kept = card.model_copy(update={"file": file.name, "sha256": digest})
    with keeping_in(folder):
        write_whole(file, content)
        write_whole(card_path(folder, card.store), kept.model_dump_json(indent=1).encode())
    for old in (*folder.glob(f"{card.store}-{'[0-9a-f]' * 16}.npz"), *_left_over(folder, card.learnt_at)):
        if old != file:
            old.unlink(missing_ok=True)
    return kept


def _left_over(folder: Path, now: datetime) -> list[Path]:
    """Parts of files whose writer was killed; younger ones may still be written by another process."""
    limit = (now - timedelta(days=1)).timestamp()
    return [part for part in folder.glob(LEFT_OVER) if part.stat().st_mtime < limit]


def load(folder: Path, store: str) -> tuple[Card, Blend]:
    """A kept model, after its checksum was looked at.

    Raises:
        ModelUnreadable: there is none, or it is damaged, or of another version.
    """
    card = read_card(folder, store)
    file = folder / card.file
    content = model_content(file, card.sha256)
    try:
        return card, unpacked(content)
    except (KeyError, ValueError, TypeError, IndexError, OSError, zipfile.BadZipFile) as error:
        raise ModelUnreadable(
            f"the model {file} is not of a form that this version reads: {error}"
        ) from error


def packed(blend: Blend) -> bytes:
    """A blend as the bytes of a NumPy archive; equal ones give equal bytes."""
    arrays: dict[str, Any] = {}
    words = blend.words
    structure = {
        "format": FORMAT,
        "name": blend.name,
        "products": words.products,
        "customers": words.customers,
        "stores": words.stores,
        "names": dict(words.names),
        "weights": _put(blend.weights, arrays),
        "parts": [{"name": part.name, "scorer": _put(part.scorer, arrays)} for part in blend.parts],
    }
    arrays[_STRUCTURE] = np.frombuffer(json.dumps(structure).encode(), dtype=np.uint8)
    into = io.BytesIO()
    np.savez(into, **arrays)
    return into.getvalue()


def unpacked(content: bytes) -> Blend:
    """A blend out of its bytes.

    Raises:
        KeyError, ValueError, TypeError, IndexError, OSError, BadZipFile: these are not the bytes of one.
    """
    with np.load(io.BytesIO(content), allow_pickle=False) as archive:
        arrays = {name: archive[name] for name in archive.files}
    structure = json.loads(arrays[_STRUCTURE].tobytes())
    if structure["format"] != FORMAT:
        raise ValueError(f"its format is {structure['format']}, this version reads {FORMAT}")
    words = Words(
        tuple(structure["products"]),
        tuple(structure["customers"]),
        tuple(structure["stores"]),
        structure["names"],
    )
    parts = tuple(Ranking(part["name"], words, _got(part["scorer"], arrays)) for part in structure["parts"])
    return Blend(structure["name"], words, parts, _got(structure["weights"], arrays))


def _put(value: Any, arrays: dict[str, NDArray[Any]]) -> Any:
    if isinstance(value, np.ndarray):
        name = f"a{len(arrays)}"
        arrays[name] = value
        return {"array": name}
    if isinstance(value, csr_array):
        parts = [_put(part, arrays) for part in (value.data, value.indices, value.indptr)]
        return {"sparse": parts, "shape": [int(size) for size in value.shape]}
    if is_dataclass(value):
        kind = next(name for name, made in _KINDS.items() if type(value) is made)
        of = {one.name: _put(getattr(value, one.name), arrays) for one in fields(value)}
        return {"kind": kind, "fields": of}
    return list(value) if isinstance(value, tuple) else value


def _got(value: Any, arrays: Mapping[str, NDArray[Any]]) -> Any:
    if isinstance(value, list):
        return tuple(value)
    if not isinstance(value, dict):
        return value
    if "array" in value:
        return arrays[value["array"]]
    if "sparse" in value:
        data, indices, indptr = (_got(part, arrays) for part in value["sparse"])
        return csr_array((data, indices, indptr), shape=tuple(value["shape"]))
    made = _KINDS[value["kind"]]
    return made(**{name: _got(one, arrays) for name, one in value["fields"].items()})
