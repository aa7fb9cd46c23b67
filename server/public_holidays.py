"""Public holidays of the country that a store is in."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date

from server.errors import LibraryMissing, ServerError


class CountryUnknown(ServerError):
    """Nobody knows its holidays."""

    exit_code = 2


def public_holidays(place: str, years: Iterable[int]) -> Mapping[date, str]:
    """The public holidays of a country, or of a part of it: "NZ" or "NZ-AUK" (ISO 3166-1 and -2), by name.

    Names are English where the library knows them in English.

    Raises:
        CountryUnknown: nobody knows that country, or that part of it.
        LibraryMissing: the library of holidays is not installed.
    """
    country, _, part = place.upper().partition("-")
    try:
        import holidays
    except ModuleNotFoundError as error:
        raise LibraryMissing("what is known of holidays", error.name) from error
    try:
        found = holidays.country_holidays(country, part or None, list(years), language="en_US")
    except NotImplementedError as error:
        raise CountryUnknown(
            f"no holidays are known of {place!r}", "name a country as DE, or a part of it as DE-BY"
        ) from error
    return dict(found)
