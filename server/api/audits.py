"""Routes of audits: how counts compared with what somebody counted at a camera."""

from __future__ import annotations

from typing import Annotated

from fastapi import Query

from server.access.rights import Action
from server.api.audit_shapes import AuditsShape, audit_shape
from server.api.site import Here, Route
from server.storage.device_audits import audits_of


def device_audits(
    here: Here,
    store: str,
    limit: Annotated[int, Query(ge=1, le=1000, description="so many at most")] = 100,
) -> AuditsShape:
    """How a store's counts compared with what somebody counted at a camera, the newest first."""
    here.store(store)
    with here.reading() as db:
        found = audits_of(db, store, limit)
    return AuditsShape(store=store, audits=[audit_shape(one) for one in found])


AUDIT_ROUTES = (Route("GET", "/api/v1/stores/{store}/audits", device_audits, Action.SEE_FIGURES),)
