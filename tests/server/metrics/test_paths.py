"""Of those who left a stop: where they went, and how sure that is."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.metrics.paths import CameraPaths, Left, Stop, Taken, Told, Watched, camera_paths
from server.metrics.ratios import wilson

DOOR = ("edge-1", "door")


def told(left: dict[str, int], taken: dict[tuple[str, str], int]) -> Told:
    return Told(
        tuple(Taken(*DOOR, origin, to, n) for (origin, to), n in taken.items()),
        tuple(Left(*DOOR, stop, n) for stop, n in left.items()),
        {DOOR: Watched(3600.0, 3600.0)},
    )


def only(left: dict[str, int], taken: dict[tuple[str, str], int], least: int = 20) -> CameraPaths:
    (camera,) = camera_paths(told(left, taken), least)
    return camera


def test_shares_are_of_all_who_left_and_the_rest_was_not_seen_again() -> None:
    (tea,) = only({"tea": 30}, {("tea", "gifts"): 12, ("tea", "out:main"): 9}).leaving
    gifts, out = tea.ways

    assert (tea.people, tea.unseen) == (30, 9)
    assert (gifts.to, gifts.people, gifts.share.value) == (Stop("zone", "gifts"), 12, 0.4)
    assert gifts.share.interval == wilson(12, 30)
    assert (out.to, gifts.share.enough) == (Stop("out", "main"), True)


def test_of_few_people_a_share_says_too_little() -> None:
    (tea,) = only({"tea": 19}, {("tea", "gifts"): 12}).leaving
    assert not tea.ways[0].share.enough


def test_stops_stand_in_the_order_of_a_visit() -> None:
    camera = only({"out:main": 3, "tea": 2, "in:main": 5, "gifts": 1, "empty": 0}, {})
    assert [leaving.stop.text for leaving in camera.leaving] == ["in:main", "gifts", "tea", "out:main"]


def test_a_camera_that_saw_nobody_is_told_and_one_that_tells_nothing_is_not() -> None:
    assert only({}, {}).leaving == ()
    assert camera_paths(Told((), (), {}), 20) == ()


def test_who_turned_out_to_be_staff_later_makes_no_negative_rest() -> None:
    (tea,) = only({"tea": 1}, {("tea", "gifts"): 2}).leaving
    assert (tea.unseen, tea.ways[0].share.interval) == (0, None)


@pytest.mark.parametrize("text", ["tea", "in:main", "out:main", "in", "out"])
def test_a_stop_is_read_as_it_is_written(text: str) -> None:
    assert Stop.of(text).text == text
    assert (Stop.of(text).kind == "zone") == (":" not in text)


@given(st.lists(st.integers(0, 50), min_size=1, max_size=5), st.integers(0, 50))
def test_ways_and_those_not_seen_again_are_all_who_left(ways: list[int], rest: int) -> None:
    taken = {("tea", f"z{number}"): people for number, people in enumerate(ways)}
    camera = only({"tea": sum(ways) + rest}, taken)

    for leaving in camera.leaving:
        assert sum(way.people for way in leaving.ways) + leaving.unseen == leaving.people
        assert [way.people for way in leaving.ways] == sorted(ways, reverse=True)
