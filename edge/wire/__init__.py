"""The contract between devices, tills and store servers.

Pure values: nothing here opens a connection, a file or a database, or reads a clock.
`README.md` beside this file is the text to implement the contract from; `asyncapi.json` is the same
for machines.
"""

from edge.wire.codec import MAX_PAYLOAD_BYTES, WireError, decode, encode
from edge.wire.messages import (
    OLDEST_READABLE_SCHEMA,
    SCHEMA,
    BadgeRead,
    Counts,
    DetectorCard,
    Health,
    Heat,
    LineCount,
    Live,
    QueueCount,
    QueueNow,
    Sale,
    SaleKind,
    SaleLine,
    SourceState,
    Status,
    ZoneCount,
    ZoneNow,
)
from edge.wire.sketch import DwellSketch
from edge.wire.topics import (
    RESERVED_DEVICES,
    ROOT,
    Address,
    Kind,
    TopicError,
    badge_topic,
    counts_topic,
    health_topic,
    live_topic,
    parse_topic,
    sales_topic,
    status_topic,
    subscriptions,
)

__all__ = [
    "MAX_PAYLOAD_BYTES",
    "OLDEST_READABLE_SCHEMA",
    "RESERVED_DEVICES",
    "ROOT",
    "SCHEMA",
    "Address",
    "BadgeRead",
    "Counts",
    "DetectorCard",
    "DwellSketch",
    "Health",
    "Heat",
    "Kind",
    "LineCount",
    "Live",
    "QueueCount",
    "QueueNow",
    "Sale",
    "SaleKind",
    "SaleLine",
    "SourceState",
    "Status",
    "TopicError",
    "WireError",
    "ZoneCount",
    "ZoneNow",
    "badge_topic",
    "counts_topic",
    "decode",
    "encode",
    "health_topic",
    "live_topic",
    "parse_topic",
    "sales_topic",
    "status_topic",
    "subscriptions",
]
