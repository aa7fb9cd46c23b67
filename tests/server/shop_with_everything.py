"""A morning in a shop whose devices tell all that can be told, as messages."""

from __future__ import annotations

import random
from datetime import timedelta

from edge.wire import Counts, DwellSketch, Heat, LineCount, Live, QueueCount, QueueNow, Sale, ZoneCount
from tests.server.filling import CAMERA, DEVICE, NOON, STORE, Message, counts, health, sale, status

MINUTES = 180
"""From nine to noon."""


def everything_at(minute: int, chance: random.Random) -> Counts:
    """One minute at the door's camera: an entrance, the pavement, a zone, a queue and where people stood."""
    came, went, staff = chance.randrange(3), chance.randrange(3), chance.random() < 0.15
    gave_up = int(chance.random() < 0.1)
    visits = [chance.uniform(5, 90) for _ in range(chance.randrange(3))]
    staffed = [chance.uniform(300, 900)] if chance.random() < 0.1 else []
    waits = [chance.expovariate(1 / 110) for _ in range(chance.randrange(3))]
    return counts(
        NOON - timedelta(minutes=MINUTES - minute),
        0,
        0,
        lines=[
            LineCount(
                line="main",
                count_in=came + staff,
                count_out=went,
                staff_in=int(staff),
                staff_out=0,
                groups_in={2: 1} if came == 2 else {1: came} if came else {},
                groups_out={1: went} if went else {},
            ),
            LineCount(line="pavement", kind="passing", count_in=chance.randrange(9), count_out=3, passed=6),
        ],
        zones=[
            ZoneCount(
                zone="tea",
                dwell=DwellSketch.of(visits + staffed),
                staff_dwell=DwellSketch.of(staffed),
                ended=_reasons(len(visits + staffed), chance),
                occupancy_person_seconds=sum(visits + staffed),
                observed_seconds=60,
                occupancy_peak=2,
            )
        ],
        queues=[
            QueueCount(
                queue="tills",
                joined=len(waits) + gave_up,
                served=len(waits),
                abandoned=gave_up,
                lost=int(chance.random() < 0.05),
                wait=DwellSketch.of(waits),
                abandoned_wait=DwellSketch.of([60.0] * gave_up),
                waiting_person_seconds=chance.uniform(0, 200),
                observed_seconds=60,
                length_peak=chance.randrange(1, 6),
            )
        ],
        heat=warmth(chance),
    )


def _reasons(visits: int, chance: random.Random) -> dict[str, int]:
    lost = sum(chance.random() < 0.1 for _ in range(visits))
    told = {"left": visits - lost, "lost": lost}
    return {reason: number for reason, number in told.items() if number}


def warmth(chance: random.Random) -> Heat:
    """People about two places on a floor of some eight by five metres."""
    seconds: dict[str, float] = {}
    for x, y, spread in ((1.5, 1.2, 0.8), (6.0, 3.4, 0.5), (4.0, 2.5, 1.6)):
        column = min(15, max(-2, int(chance.gauss(x, spread) / 0.5)))
        row = min(9, max(0, int(chance.gauss(y, spread) / 0.5)))
        seconds[f"{column},{row}"] = round(chance.uniform(1, 30), 2)
    return Heat(unit="metres", cell=0.5, seconds=seconds)


def length_only_at(minute: int) -> Counts:
    """One minute of a counter of another make over the bakery's queue, which knows nothing but a length."""
    return counts(
        NOON - timedelta(minutes=MINUTES - minute),
        0,
        0,
        camera="bakery",
        lines=[],
        queues=[QueueCount(queue="bakery", length_peak=minute % 4)],
        heat=Heat(unit="width", cell=0.05, seconds={f"{minute % 20},{minute % 11}": 2.5}),
    )


def live_queues(waiting: int = 4, longest: float | None = 130.0) -> Live:
    queue = QueueNow(queue="tills", length=waiting, longest_wait_seconds=longest)
    return Live(store=STORE, device=DEVICE, camera=CAMERA, at=NOON, queues=(queue,))


def everything(seed: int = 1) -> list[Message]:
    """A whole morning, the same for the same seed."""
    chance = random.Random(seed)
    return [
        *(everything_at(minute, chance) for minute in range(MINUTES)),
        *(length_only_at(minute) for minute in range(MINUTES)),
        *tickets(),
        status(NOON),
        health(NOON),
        live_queues(),
    ]


def tickets(number: int = 50) -> list[Sale]:
    """One every three minutes or so."""
    return [sale(f"t{n}", NOON - timedelta(minutes=MINUTES - 3 * n), "14.90") for n in range(number)]
