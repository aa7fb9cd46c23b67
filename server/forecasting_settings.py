"""The part of the configuration for what is expected, and how far ahead."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from server.sections import Section


class ForecastingSettings(Section):
    """What is forecast and kept each night."""

    nightly: bool = Field(True, description="make and keep forecasts each night")
    days: int = Field(42, ge=1, le=42, description="so many days ahead")
    series: tuple[Literal["entries", "transactions", "visits"], ...] = Field(
        ("entries", "transactions", "visits"), description="what is forecast; `visits` of each zone"
    )
    products: int = Field(
        10,
        ge=0,
        le=200,
        description="pieces of so many products are forecast, those on most tickets; 0: none",
    )
