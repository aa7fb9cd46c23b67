"""From the outbox to the broker, and what a camera's process says of itself."""

from edge.uplink.badges import BadgeReaders
from edge.uplink.configured import ConfigLink
from edge.uplink.publisher import BrokerAddress, Publisher, Reporter

__all__ = ["BadgeReaders", "BrokerAddress", "ConfigLink", "Publisher", "Reporter"]
