"""Erlang's formulas beside published tables and beside the sums that define them."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.staffing.erlang import blocked, mean_wait_seconds, servers_for, share_within, waits


@pytest.mark.parametrize(
    ("servers", "load"),
    [
        pytest.param(1, 0.0101, id="1 line"),
        pytest.param(2, 0.153, id="2 lines"),
        pytest.param(3, 0.455, id="3 lines"),
        pytest.param(5, 1.36, id="5 lines"),
        pytest.param(10, 4.46, id="10 lines"),
        pytest.param(20, 12.03, id="20 lines"),
        pytest.param(50, 37.9, id="50 lines"),
        pytest.param(100, 84.1, id="100 lines"),
    ],
)
def test_one_call_in_a_hundred_is_lost_at_the_loads_of_the_tables(servers: int, load: float) -> None:
    """Loads at 1 % loss from the Erlang B tables of ITU-D's teletraffic handbook."""
    assert blocked(load, servers) == pytest.approx(0.01, rel=0.01)


@given(st.integers(1, 30), st.floats(0.01, 0.99))
def test_the_chance_to_wait_is_the_sum_that_defines_it(servers: int, used: float) -> None:
    load = used * servers
    busy = load**servers / math.factorial(servers) * servers / (servers - load)
    idle = sum(load**k / math.factorial(k) for k in range(servers))
    assert waits(load, servers) == pytest.approx(busy / (idle + busy))


def test_one_server_waits_as_the_formula_of_one_server_says() -> None:
    assert waits(0.8, 1) == pytest.approx(0.8)
    assert mean_wait_seconds(0.8, 1, 60) == pytest.approx(0.8 * 60 / 0.2)
    assert share_within(0.8, 1, 30, 60) == pytest.approx(1 - 0.8 * math.exp(-0.2 * 30 / 60))


@given(st.floats(0, 2000), st.floats(5, 600), st.floats(0.05, 0.99), st.floats(0, 300))
def test_one_server_fewer_would_miss_the_target(
    arrivals: float, service: float, share: float, seconds: float
) -> None:
    needed = servers_for(arrivals, service, share, seconds)
    load = arrivals * service / 3600
    assert share_within(load, needed, seconds, service) >= share
    if needed:
        assert share_within(load, needed - 1, seconds, service) < share


@pytest.mark.parametrize(
    ("share", "service"), [pytest.param(1.0, 60.0, id="everybody"), pytest.param(0.8, 0.0, id="no time")]
)
def test_what_no_number_of_servers_gives_is_refused(share: float, service: float) -> None:
    with pytest.raises(ValueError, match="between 0 and 1"):
        servers_for(60, service, share, 60)
