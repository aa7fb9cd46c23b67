"""How counts compare with what somebody counted at a camera, as the API answers it."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from server.api.parts import Instant, RateShape, Shape, rate_shape
from server.metrics.ratios import Ratio
from server.storage.device_audits import AuditedWay, DeviceAudit

LEAST_CLICKED = 20
"""Below it the share of people who were found says too little."""


class AuditedWayShape(Shape):
    """One direction across one line."""

    line: str
    way: Literal["in", "out"]
    clicked: int = Field(description="crossings that somebody saw")
    counted: int = Field(description="crossings that the device counted")
    matched: int = Field(description="pairs of one of each")
    found: RateShape | None = Field(description="matched / clicked, with Wilson's 95 % interval")


class AuditShape(Shape):
    """One audit: somebody clicked as people crossed, and the device counted meanwhile."""

    device: str
    camera: str
    began_at: Instant
    ended_at: Instant
    tolerance_seconds: float
    detector: str
    clicked: int = Field(description="crossings that somebody saw, all lines and directions together")
    counted: int = Field(description="crossings that the device counted")
    matched: int = Field(description="pairs of one of each")
    found: RateShape | None = Field(description="matched / clicked, with Wilson's 95 % interval")
    right: RateShape | None = Field(description="matched / counted, with Wilson's 95 % interval")
    ways: list[AuditedWayShape]


class AuditsShape(Shape):
    """A store's audits, the newest first."""

    store: str
    audits: list[AuditShape]


def audit_shape(audit: DeviceAudit) -> AuditShape:
    """One audit."""
    return AuditShape(
        device=audit.device,
        camera=audit.camera,
        began_at=audit.began_at,
        ended_at=audit.ended_at,
        tolerance_seconds=audit.tolerance_seconds,
        detector=audit.detector,
        clicked=audit.clicked,
        counted=audit.counted,
        matched=audit.matched,
        found=_share(audit.matched, audit.clicked),
        right=_share(audit.matched, audit.counted),
        ways=[_way(one) for one in audit.ways],
    )


def _way(one: AuditedWay) -> AuditedWayShape:
    return AuditedWayShape(
        line=one.line,
        way=one.way,
        clicked=one.clicked,
        counted=one.counted,
        matched=one.matched,
        found=_share(one.matched, one.clicked),
    )


def _share(part: int, whole: int) -> RateShape | None:
    return rate_shape(Ratio(part, whole, LEAST_CLICKED)) if whole else None
