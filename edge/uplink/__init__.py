"""From the outbox to the broker, and what a camera's process says of itself."""

from edge.uplink.publisher import BrokerAddress, Publisher, Reporter

__all__ = ["BrokerAddress", "Publisher", "Reporter"]
