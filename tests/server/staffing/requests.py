"""Requests for rosters as people write them."""

from __future__ import annotations

from typing import Any

from server.staffing.request import RosterRequest

WEEK = """
first_day = 2026-03-02
days = 2
[hours]
monday = { opens = "08:00", closes = "16:00" }
tuesday = { opens = "08:00", closes = "16:00" }
[[needs]]
begin = "08:00"
end = "16:00"
skill = "till"
wanted = 1
[[people]]
name = "Ann"
skills = ["till"]
most_hours = 20
cost_per_hour = 15
[[people]]
name = "=Bob"
skills = ["till", "floor"]
most_hours = 20
cost_per_hour = 16
"""


def asked(**changes: Any) -> RosterRequest:
    """A request for two people and one day of eight hours, with changes."""
    return RosterRequest.model_validate(
        {
            "first_day": "2026-03-02",
            "days": 1,
            "hours": {"monday": {"opens": "08:00", "closes": "16:00"}},
            "people": [person("Ann"), person("Bob", skills=["till", "floor"])],
            **changes,
        }
    )


def person(name: str, **changes: Any) -> dict[str, Any]:
    """Somebody at the till."""
    return {"name": name, "skills": ["till"], "most_hours": 40, "cost_per_hour": 15, **changes}
