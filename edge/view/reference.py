"""What a view looks like when all is well: its lasting corners, learned while people come and go."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from edge.people import Floats
from edge.view.look import Bits, Look, bits_apart

LEARN_LOOKS = 40
SAME_BITS = 45
"""A place that differs in no more of its 256 bits looks as it did; by chance 128 differ."""

LASTING_SHARE = 0.7
"""A corner belongs to the view if it was there in so many of the looks; people are not."""

FEWEST_CORNERS = 25
"""With fewer nothing can be said: an empty wall, or the dark."""


@dataclass(frozen=True, slots=True)
class Reference:
    """A view: where its corners are, what they look like, and how sharp it was.

    Attributes:
        size: of the pictures in which the places are, in pixels.
        places: (n, 2).
        bits: (n, 32).
        sharpness: of each place, see `Look.sharpness`; (n,).
    """

    size: tuple[int, int]
    places: Floats
    bits: Bits
    sharpness: Floats


class Learner:
    """Gathers a reference from `LEARN_LOOKS` looks. Its size is bounded by the corners of the first look."""

    def __init__(self, first: Look) -> None:
        self._size = first.size
        self._places = first.corners()
        self._ones = np.zeros((len(self._places), 256), np.int64)
        self._bits: list[Bits] = []
        self._sharpness: list[Floats] = []

    @property
    def is_hopeless(self) -> bool:
        """Whether the first look had too few corners to make a reference."""
        return len(self._places) < FEWEST_CORNERS

    def take(self, look: Look) -> Reference | None:
        """Another look; the reference once there were enough, or None as yet.

        Where too few corners last, it stays None for ever: see `is_hopeless` and `is_over`.
        """
        bits = look.describe(self._places)
        self._bits.append(bits)
        self._ones += np.unpackbits(bits, axis=1)
        self._sharpness.append(look.sharpness(self._places))
        return self._reference() if self.is_over else None

    @property
    def is_over(self) -> bool:
        """Whether enough was seen, for a reference or for none."""
        return len(self._bits) >= LEARN_LOOKS

    def _reference(self) -> Reference | None:
        mostly = np.packbits(self._ones * 2 > len(self._bits), axis=1)
        there = np.mean([bits_apart(bits, mostly) <= SAME_BITS for bits in self._bits], axis=0)
        lasting = there >= LASTING_SHARE
        if lasting.sum() < FEWEST_CORNERS:
            return None
        sharpness = np.median(self._sharpness, axis=0).astype(np.float32)
        return Reference(self._size, self._places[lasting], mostly[lasting], sharpness[lasting])
