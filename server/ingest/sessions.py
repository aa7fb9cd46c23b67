"""What a listener subscribes to, and in which of its two sessions at the broker."""

from __future__ import annotations

from edge.wire import subscriptions
from server.config import BrokerSettings
from server.ingest.link import Session

LIVE_SUFFIX = "-live"
"""The session for what is of use only while it is new has the listener's name with this behind it."""

_KEPT = ("/counts", "/sales", "/events")


def kept_filters() -> list[tuple[str, int]]:
    """Counts, tickets and events of zones: what the broker keeps while nobody listens."""
    return [(topic, qos) for topic, qos in subscriptions() if topic.endswith(_KEPT)]


def sessions(broker: BrokerSettings) -> tuple[Session, Session]:
    """A listener's sessions at the broker: for what is new, and for what is kept.

    Listeners of one `share_group` get each a part of what is kept, and all of what is new: a broker
    hands retained messages to nobody who shares.
    """
    kept = kept_filters()
    new = [one for one in subscriptions() if one not in kept]
    shared = [(f"$share/{broker.share_group}/{topic}", qos) for topic, qos in kept]
    unwanted = [topic for topic, _ in (new + kept if broker.share_group else new)]
    return (
        Session(broker.client_id + LIVE_SUFFIX, new, kept=False),
        Session(broker.client_id, shared if broker.share_group else kept, kept=True, drop=unwanted),
    )
