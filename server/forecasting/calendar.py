"""Public holidays of the country that a store is in."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date

from server.forecasting.errors import CountryUnknown, missing


def public_holidays(place: str, years: Iterable[int]) -> Mapping[date, str]:
    """The public holidays of a country, or of a part of it: "NZ" or "NZ-AUK" (ISO 3166-1 and -2), by name."""
    country, _, part = place.upper().partition("-")
    try:
        import holidays
    except ModuleNotFoundError as error:
        raise missing(error.name) from error
    try:
        found = holidays.country_holidays(country, subdiv=part or None, years=list(years))
    except NotImplementedError as error:
        raise CountryUnknown(
            f"no holidays are known of {place!r}", "name a country as DE, or a part of it as DE-BY"
        ) from error
    return {day: str(name) for day, name in found.items()}
