"""Sends the audits that somebody made on the set-up page."""

from __future__ import annotations

import paho.mqtt.client as mqtt

from edge.outbox import Audits

LOOK_SECONDS = 5.0
"""So often the folder is looked into."""

ANSWER_SECONDS = 120.0
"""An audit that the broker has not acknowledged for so long is sent again."""

AT_ONCE = 5


class AuditSender:
    """Publishes waiting audits and forgets them once the broker has them; used by one thread."""

    def __init__(self, audits: Audits) -> None:
        self._audits = audits
        self._on_their_way: dict[int, tuple[str, float]] = {}  # name and when it was sent, by message id
        self._delivered: set[str] = set()  # no more than wait in the folder
        self._due = float("-inf")

    def send(self, client: mqtt.Client, now: float) -> None:
        """Sends what waits; `now` in seconds of a steady clock."""
        if now < self._due:
            return
        self._due = now + LOOK_SECONDS
        recent = {mid: sent for mid, sent in self._on_their_way.items() if now - sent[1] < ANSWER_SECONDS}
        self._on_their_way = recent
        done = self._delivered | {name for name, _ in recent.values()}
        waiting = self._audits.oldest(AT_ONCE + len(done))
        self._delivered &= {audit.name for audit in waiting}
        for audit in [one for one in waiting if one.name not in done][:AT_ONCE]:
            message = client.publish(audit.topic, audit.body, qos=1)
            self._on_their_way[message.mid] = (audit.name, now)

    def acknowledged(self, message_id: int) -> None:
        """Forgets an audit that the broker has; another message's id changes nothing."""
        sent = self._on_their_way.pop(message_id, None)
        if sent:
            self._audits.delivered(sent[0])
            self._delivered.add(sent[0])  # not sent again by this process, even if it could not be deleted
