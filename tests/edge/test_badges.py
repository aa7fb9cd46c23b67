from __future__ import annotations

import threading

import pytest
from hypothesis import given
from hypothesis import strategies as st

from edge.badges import MOST_WAITING, BadgeError, BadgeInbox, BadgeSeen, StaffNumbers
from tests.edge.cast import NOON


@pytest.mark.parametrize(
    ("badges", "number", "is_staff"),
    [
        pytest.param("7000-7999", "7000", True, id="first of a range"),
        pytest.param("7000-7999", "7999", True, id="last of a range"),
        pytest.param("7000-7999", "8000", False, id="beyond a range"),
        pytest.param("7000-7999", "70005", False, id="longer than a range, and not within it as text"),
        pytest.param("7000-7999", "07500", True, id="with a zero before it"),
        pytest.param("42", "42", True, id="single number"),
        pytest.param("0042", "42", True, id="single number written with zeros"),
        pytest.param("42", "420", False, id="single number that another begins with"),
        pytest.param("42", "42 ", True, id="as a reader with blanks sends it"),
        pytest.param("42", "x42", False, id="not only digits"),
        pytest.param("42", "\u0664\u0662", False, id="digits of another script"),
        pytest.param("staff-*", "staff-7", True, id="common beginning"),
        pytest.param("staff-*", "Staff-7", False, id="common beginning in capitals"),
        pytest.param("staff-*", "customer-staff-7", False, id="the beginning in the middle"),
        pytest.param("70*", "7012345", True, id="beginning of digits"),
    ],
)
def test_a_number_is_staffs_or_not(badges: str, number: str, is_staff: bool) -> None:
    assert StaffNumbers.parse([badges]).contains(number) is is_staff


def test_without_any_badges_nobody_is_staff() -> None:
    assert not StaffNumbers().contains("1")


@pytest.mark.parametrize(
    "text", ["", "*", "7000-", "-7000", "7000 - 7999", "1,2", "A12", "a*b", "a**", "1-2-3", "9-8"]
)
def test_what_cannot_be_read_is_refused_and_named(text: str) -> None:
    with pytest.raises(BadgeError) as caught:
        StaffNumbers.parse(["42", text])

    assert repr(text) in str(caught.value)
    assert "write" in str(caught.value)


@given(st.integers(0, 10**9), st.integers(0, 10**9), st.integers(0, 10**9), st.integers(0, 5))
def test_a_range_holds_what_lies_between_its_ends_however_many_zeros_are_before_it(
    first: int, last: int, number: int, zeros: int
) -> None:
    low, high = sorted((first, last))

    assert StaffNumbers.parse([f"{low}-{high}"]).contains("0" * zeros + str(number)) is (
        low <= number <= high
    )


def test_what_is_put_in_one_thread_is_taken_in_another_in_order_and_once() -> None:
    inbox = BadgeInbox()
    put = [BadgeSeen("till-1", NOON + number) for number in range(MOST_WAITING)]
    writer = threading.Thread(target=lambda: [inbox.put(one) for one in put])
    writer.start()
    writer.join()

    assert inbox.take() == put
    assert inbox.take() == []


def test_when_nobody_takes_the_inbox_stops_growing_and_says_so() -> None:
    inbox = BadgeInbox()
    taken_in = [inbox.put(BadgeSeen("till-1", NOON)) for _ in range(5000)]

    assert taken_in.count(True) == len(inbox.take()) == MOST_WAITING
