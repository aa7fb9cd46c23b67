"""How one person moves: a constant-velocity Kalman filter whose noise scales with body height.

Both axes have the same noise, so they share one covariance. Time steps may differ from frame to
frame, which is what lets one setting serve 3 and 30 frames per second.
"""

from __future__ import annotations

from dataclasses import dataclass

RESTLESSNESS = 0.1
"""Spectral density of the acceleration noise, in body heights² per second³."""

MEASUREMENT_ERROR = 0.06
"""Standard deviation of a detected point, in body heights."""

FIRST_SPEED = 0.9
"""Standard deviation of an unknown velocity, in body heights per second: about a walking pace."""


@dataclass(slots=True)
class Motion:
    """Position in pixels and velocity in pixels per second, with their covariance per axis."""

    x: float
    y: float
    height: float
    vx: float = 0.0
    vy: float = 0.0
    p_position: float = 0.0
    p_mixed: float = 0.0
    p_velocity: float = 0.0

    def __post_init__(self) -> None:
        self.p_position = (MEASUREMENT_ERROR * self.height) ** 2
        self.p_velocity = (FIRST_SPEED * self.height) ** 2

    def predict(self, seconds: float) -> None:
        """Moves on by constant velocity."""
        q = RESTLESSNESS * self.height**2
        self.x += self.vx * seconds
        self.y += self.vy * seconds
        self.p_position += seconds * (2 * self.p_mixed + seconds * self.p_velocity) + q * seconds**3 / 3
        self.p_mixed += seconds * self.p_velocity + q * seconds**2 / 2
        self.p_velocity += q * seconds

    def correct(self, x: float, y: float, doubt: float = 1.0) -> None:
        """Takes in a measured point, `doubt` times less exact than usual."""
        total = self.p_position + self.measurement_variance * doubt**2
        gain_position = self.p_position / total
        gain_velocity = self.p_mixed / total
        off_x, off_y = x - self.x, y - self.y
        self.x += gain_position * off_x
        self.y += gain_position * off_y
        self.vx += gain_velocity * off_x
        self.vy += gain_velocity * off_y
        self.p_velocity -= gain_velocity * self.p_mixed
        self.p_mixed *= 1 - gain_position
        self.p_position *= 1 - gain_position

    @property
    def measurement_variance(self) -> float:
        """Variance of a detected point, in pixels²."""
        return (MEASUREMENT_ERROR * self.height) ** 2

    @property
    def spread(self) -> float:
        """Standard deviation of where the next detection will be, in pixels."""
        return float((self.p_position + self.measurement_variance) ** 0.5)
