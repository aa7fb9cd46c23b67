"""How what was drawn gets into the text of the device's file, comments kept."""

from __future__ import annotations

import copy
from collections.abc import Iterable, Iterator, MutableMapping
from typing import Any

import tomlkit
from tomlkit.items import AoT, Comment, Table

from edge.setup.drawing import Drawn, DrawnFloor, Place

DIGITS = 4
"""Of a share of the picture: a tenth of a pixel."""


def drawn_into(content: dict[str, Any], camera: str, drawn: Drawn) -> dict[str, Any]:
    """A file's content with a drawing in it; other settings of lines and zones stay."""
    content = copy.deepcopy(content)
    _draw(content["cameras"][camera], drawn, dict, list)
    return content


def rewritten(text: str, camera: str, drawn: Drawn) -> str:
    """A file's text with a drawing in it; comments and the order of what stays are kept."""
    document = tomlkit.parse(text)
    cameras: Any = document["cameras"]
    table = cameras[camera]
    orphaned = [comment for part in _leaving(table, drawn) for comment in _comments(part)]
    _draw(table, drawn, tomlkit.table, tomlkit.aot)
    for comment in orphaned:
        document.add(comment)
    return document.as_string()


def _leaving(table: Any, drawn: Drawn) -> Iterator[Any]:
    """Sections of which nothing will be left."""
    for name in ("lines", "zones", "queues"):
        ids = {one.id for one in getattr(drawn, name)}
        yield from (part for part in table.get(name, ()) if str(part.get("id")) not in ids)
    if drawn.floor is None and "floor" in table:
        yield table["floor"]


def _comments(part: Any) -> list[Comment]:
    # What stands before the next section belongs, for tomlkit, to the end of the one before it.
    return (
        [item for _, item in part.value.body if isinstance(item, Comment)] if isinstance(part, Table) else []
    )


def _draw(table: MutableMapping[str, Any], drawn: Drawn, new_table: Any, new_list: Any) -> None:
    if drawn.view != table.get("view", "oblique"):
        table["view"] = drawn.view
    for name in ("lines", "zones", "queues"):
        wanted = [one.model_dump() for one in getattr(drawn, name)]
        _draw_named(table, name, wanted, new_table, new_list)
    _draw_staff(table, [list(map(list, _rounded(one))) for one in drawn.origins], new_table)
    _draw_floor(table, drawn.floor, new_table)


def _draw_named(
    table: MutableMapping[str, Any], name: str, wanted: list[dict[str, Any]], new_table: Any, new_list: Any
) -> None:
    """Sections known by their id: those that stay are changed where they stand."""
    parts = table.get(name)
    if parts is None:
        if not wanted:
            return
        parts = new_list()
    known = {str(part.get("id")): number for number, part in enumerate(parts)}
    for one in wanted:
        number = known.pop(one["id"], None)
        part = new_table() if number is None else parts[number]
        _fill(part, one)
        if number is None:
            parts.append(part)
    for number in sorted(known.values(), reverse=True):
        del parts[number]
    if not len(parts):
        del table[name]
    elif name not in table:
        table[name] = parts


def _fill(part: MutableMapping[str, Any], wanted: dict[str, Any]) -> None:
    for name, value in wanted.items():
        new = value if isinstance(value, str) else [list(place) for place in _rounded(value)]
        if name == "kind" and new == "entrance" and name not in part:
            continue
        if name not in part or _plain(part[name]) != new:
            part[name] = new


def _draw_staff(table: MutableMapping[str, Any], origins: list[Any], new_table: Any) -> None:
    if "staff" not in table:
        if not origins:
            return
        table["staff"] = new_table()
    staff = table["staff"]
    if _plain(staff.get("origins", [])) == origins:
        return
    if origins:
        staff["origins"] = origins
    else:
        del staff["origins"]
        if not len(staff):
            del table["staff"]


def _draw_floor(table: MutableMapping[str, Any], floor: DrawnFloor | None, new_table: Any) -> None:
    if floor is None:
        table.pop("floor", None)
        return
    if "floor" not in table:
        table["floor"] = new_table()
    for name, places in (("points", floor.points), ("metres", floor.metres)):
        new = [list(place) for place in _rounded(places)]
        if _plain(table["floor"].get(name)) != new:
            table["floor"][name] = new


def _rounded(places: Iterable[Place]) -> list[Place]:
    return [(round(float(x), DIGITS), round(float(y), DIGITS)) for x, y in places]


def _plain(value: Any) -> Any:
    """A value of either kind of document as the plain lists and floats that a drawing has."""
    if isinstance(value, list | tuple) and not isinstance(value, AoT):
        return [_plain(one) for one in value]
    return round(float(value), DIGITS) if isinstance(value, int | float) else value
