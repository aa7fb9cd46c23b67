"""The settings: one frozen schema, read from one TOML file, refused as a whole if any part is wrong."""

from __future__ import annotations

import difflib
import ipaddress
import tomllib
from datetime import datetime, time
from pathlib import Path
from typing import Annotated, Any, Literal, Self, TypeVar, get_args, get_origin
from zoneinfo import ZoneInfo

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    ValidationError,
    model_validator,
)
from pydantic_core import ErrorDetails

from edge.wire import SaleKind
from edge.wire.topics import ID_PATTERN
from server.errors import ServerError
from server.metrics.retail import RetailYear

Id = Annotated[str, Field(pattern=ID_PATTERN)]
Port = Annotated[int, Field(ge=1, le=65535)]


def _known_zone(name: str) -> str:
    try:
        ZoneInfo(name)
    except (KeyError, ValueError, OSError) as error:
        raise ValueError(f"{name!r} is not an IANA time zone such as Europe/Berlin") from error
    return name


def _clock_time(value: object) -> object:
    if isinstance(value, str):
        try:
            value = time.fromisoformat(value)
        except ValueError as error:
            raise ValueError(f"{value!r} is not a time of day such as 06:00") from error
    if isinstance(value, time) and value.tzinfo is not None:
        raise ValueError("is local to the store and takes no offset")
    return value


def _known_encoding(name: str) -> str:
    try:
        "".encode(name)
    except LookupError as error:
        raise ValueError(f"{name!r} is not an encoding; usual ones are utf-8-sig, cp1252, latin-1") from error
    return name


def _year_day(text: str) -> str:
    try:
        datetime.strptime(f"2023-{text}", "%Y-%m-%d")  # noqa: DTZ007 -- only the form is looked at
    except ValueError as error:
        raise ValueError(f"{text!r} is not a month and day of every year such as 02-01") from error
    return text


Weekday = Literal["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"]
_WEEKDAYS: tuple[str, ...] = get_args(Weekday)
YearDay = Annotated[str, Field(pattern=r"^\d\d-\d\d$"), AfterValidator(_year_day)]
TimeZone = Annotated[str, AfterValidator(_known_zone)]
ClockTime = Annotated[time, BeforeValidator(_clock_time)]
Currency = Annotated[str, Field(pattern=r"^[A-Z]{3}$")]


def is_loopback(host: str) -> bool:
    """Whether a host name or address can be reached from its own machine only."""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


class ConfigError(ServerError):
    """The configuration file is missing or wrong; the message lists everything that is wrong."""

    exit_code = 2


class _Section(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class BrokerSettings(_Section):
    """Where the MQTT broker is."""

    host: str = Field("127.0.0.1", min_length=1, description="name or address of the broker")
    port: Port = Field(1883, description="its port; 8883 is usual with TLS")
    username: str = Field("", description="empty: no login")
    password_file: str = Field("", description="file that holds only the password; never the password itself")
    ca_file: str = Field("", description="certificate authority of the broker; set: the connection uses TLS")
    client_id: str = Field(
        "footfall-server",
        min_length=1,
        max_length=64,
        description="names this listener's session at the broker",
    )
    embedded: bool = Field(False, description="`up` runs a broker of its own, on this machine only")

    @model_validator(mode="after")
    def _embedded_stays_home(self) -> Self:
        if self.embedded and not is_loopback(self.host):
            raise ValueError(f"embedded works on this machine only, so host cannot be {self.host!r}")
        return self

    def password(self) -> str:
        """The password from its file, empty without one.

        Raises:
            ConfigError: the file cannot be read.
        """
        if not self.password_file:
            return ""
        try:
            return Path(self.password_file).read_text(encoding="utf-8").strip()
        except (OSError, UnicodeDecodeError) as error:
            raise ConfigError(
                f"broker.password_file {self.password_file} cannot be read: {error}",
                "the file holds the password and nothing else",
            ) from error

    def checked_ca_file(self) -> str:
        """The certificate authority's file, empty without one.

        Raises:
            ConfigError: there is no such file.
        """
        if self.ca_file and not Path(self.ca_file).is_file():
            raise ConfigError(
                f"broker.ca_file {self.ca_file} does not exist", "it holds certificates in PEM form"
            )
        return self.ca_file


class WebSettings(_Section):
    """Where the pages and the API are served."""

    host: str = Field("127.0.0.1", min_length=1, description="address to listen on")
    port: Annotated[int, Field(ge=0, le=65535)] = Field(
        8080, description="port to listen on; 0 takes a free one"
    )


class ZoneSettings(_Section):
    """One zone of a store's floor."""

    name: str = Field(min_length=1, max_length=100, description="what people call it")
    engagement_seconds: float | None = Field(
        None, gt=0, le=86400, description="shortest stay of an engaged visitor; absent: the store's"
    )


class QueueSettings(_Section):
    """One queue of a store."""

    name: str = Field(min_length=1, max_length=100, description="what people call it")
    target_seconds: float | None = Field(
        None, gt=0, le=86400, description="longest wait that is still good; absent: the store's"
    )


class StoreSettings(_Section):
    """One store."""

    name: str = Field(min_length=1, max_length=100, description="what people call it")
    time_zone: TimeZone = Field(description="IANA name of the zone that its clocks show")
    currency: Currency | None = Field(None, description="ISO 4217 code of amounts whose source names none")
    day_begins: ClockTime = Field(time(0, 0), description="local time at which a business day begins")
    visit_to_till_lag_minutes: int = Field(
        0, ge=0, le=24 * 60, description="usual time from a zone visit to the till"
    )
    least_visitors: int = Field(20, ge=1, description="below it a rate reads 'too few visitors to say'")
    queue_target_seconds: float = Field(
        180.0, gt=0, le=86400, description="longest wait in a queue that is still good"
    )
    engagement_seconds: float = Field(
        15.0, gt=0, le=86400, description="shortest stay in a zone of an engaged visitor"
    )
    retail_year_near: YearDay = Field(
        "02-01", description="month and day that the 4-5-4 retail year begins nearest to"
    )
    retail_week_begins: Weekday = Field("sunday", description="weekday on which retail weeks begin")
    zones: dict[Id, ZoneSettings] = Field(default_factory=dict, description="zones by their id")
    queues: dict[Id, QueueSettings] = Field(default_factory=dict, description="queues by their id")

    @property
    def zone(self) -> ZoneInfo:
        """The store's time zone."""
        return ZoneInfo(self.time_zone)

    @property
    def retail_year(self) -> RetailYear:
        """How the store's retail year is laid."""
        month, day = map(int, self.retail_year_near.split("-"))
        return RetailYear(month, day, _WEEKDAYS.index(self.retail_week_begins))

    @property
    def engagement_of_zones(self) -> dict[str, float]:
        """The threshold in seconds of each zone that has one of its own."""
        return {zone: of.engagement_seconds for zone, of in self.zones.items() if of.engagement_seconds}

    @property
    def queue_targets(self) -> dict[str, float]:
        """The longest good wait in seconds of each queue that has one of its own."""
        return {queue: of.target_seconds for queue, of in self.queues.items() if of.target_seconds}


class ColumnSettings(_Section):
    """Which column of a file holds what, each by its name in the header."""

    ticket: str | None = Field(None, description="number of the ticket; absent: every row is a ticket")
    at: str | None = Field(None, description="date and time of payment in one column")
    date: str | None = Field(None, description="date of payment, with `time`")
    time: str | None = Field(None, description="time of payment, with `date`")
    sku: str = Field(description="the shop's number (or name) of the product")
    name: str | None = Field(None, description="the product's name")
    quantity: str | None = Field(None, description="pieces or kilograms; absent: 1")
    net: str | None = Field(None, description="amount of the line after discounts, without tax")
    unit_price: str | None = Field(None, description="price of one piece, in place of `net`")
    till: str | None = Field(None, description="till that took the money")
    kind: str | None = Field(None, description="what the ticket is, in the words of `kinds`")
    currency: str | None = Field(None, description="ISO 4217 code")

    @model_validator(mode="after")
    def _one_way_for_each(self) -> Self:
        if bool(self.at) == bool(self.date or self.time) or bool(self.date) != bool(self.time):
            raise ValueError("the time of payment needs either `at`, or both `date` and `time`")
        if self.net and self.unit_price:
            raise ValueError("`net` and `unit_price` exclude each other")
        return self

    def named(self) -> dict[str, str]:
        """Columns that the file must have, by what they hold."""
        return {field: column for field, column in self if column is not None}


def _known_format(form: str) -> str:
    try:
        datetime.strptime("", form)  # noqa: DTZ007 -- only the format is looked at
    except ValueError as error:
        if "directive" in str(error) or "stray" in str(error):
            raise ValueError(f"{form!r} is no strptime format: {error}") from error
    return form


DateFormat = Annotated[str, AfterValidator(_known_format)]


class MappingSettings(_Section):
    """How to read one till system's CSV files."""

    delimiter: str = Field(",", min_length=1, max_length=1, description="between two cells")
    encoding: Annotated[str, AfterValidator(_known_encoding)] = Field(
        "utf-8-sig", description="of the file, as Python names it"
    )
    decimal: Literal[".", ","] = Field(".", description="decimal sign; the other one groups thousands")
    columns: ColumnSettings
    date_formats: tuple[DateFormat, ...] = Field(
        ("%Y-%m-%d %H:%M:%S",),
        min_length=1,
        description="strptime formats of `at`, or of `date`, a space and `time`; the first that fits counts",
    )
    time_zone: TimeZone | None = Field(None, description="zone of the file's times; absent: the store's")
    ignore: frozenset[str] = Field(frozenset(), description="values of sku that are not products")
    returns_prefix: str = Field("", description="tickets whose number begins with it are returns")
    ticket_scope: Literal["store", "day"] = Field(
        "store", description="`day`: ticket numbers restart with every business day"
    )
    kinds: dict[str, SaleKind] = Field(
        default_factory=dict, description="the file's words for sale, return, void, pickup"
    )

    @model_validator(mode="after")
    def _has_what_it_speaks_of(self) -> Self:
        if not self.columns.ticket and (self.returns_prefix or self.ticket_scope == "day"):
            raise ValueError("returns_prefix and ticket_scope speak of ticket numbers: name columns.ticket")
        if bool(self.kinds) != bool(self.columns.kind):
            raise ValueError("`kinds` and columns.kind belong together")
        return self


class SalesSettings(_Section):
    """How sales come in as files."""

    mappings: dict[Id, MappingSettings] = Field(default_factory=dict, description="mappings by their name")


class Settings(_Section):
    """Everything that a person sets."""

    database: Path = Field(Path("footfall.db"), description="SQLite file, relative to this file's folder")
    broker: BrokerSettings = BrokerSettings()
    web: WebSettings = WebSettings()
    stores: dict[Id, StoreSettings] = Field(min_length=1, description="stores by their id")
    sales: SalesSettings = SalesSettings()

    def store(self, store: str) -> StoreSettings:
        """The settings of a store.

        Raises:
            ConfigError: there is none of that id.
        """
        return _named(self.stores, store, "store", "stores")

    def mapping(self, mapping: str) -> MappingSettings:
        """The mapping of that name.

        Raises:
            ConfigError: there is none.
        """
        return _named(self.sales.mappings, mapping, "mapping", "sales.mappings")


_Part = TypeVar("_Part")


def load_settings(path: Path | str) -> Settings:
    """The settings in a TOML file; relative paths in it are made relative to its folder.

    Raises:
        ConfigError: no such file, not TOML, or settings that are wrong: all of them at once.
    """
    file = Path(path)
    try:
        content = tomllib.loads(file.read_text(encoding="utf-8"))
    except FileNotFoundError as error:
        raise ConfigError(f"there is no configuration at {file}", "name it with --config") from error
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError(f"the configuration {file} cannot be read: {error}") from error
    except tomllib.TOMLDecodeError as error:
        raise ConfigError(f"{file} is not TOML: {error}", "see https://toml.io for its form") from error
    try:
        settings = Settings.model_validate(content)
    except ValidationError as error:
        raise _all_of(file, error) from error
    return _anchored(settings, file.resolve().parent)


def _anchored(settings: Settings, folder: Path) -> Settings:
    files = {
        name: str(folder / named)
        for name in ("password_file", "ca_file")
        if (named := getattr(settings.broker, name))
    }
    return settings.model_copy(
        update={
            "database": folder / settings.database,
            "broker": settings.broker.model_copy(update=files),
        }
    )


def _named(parts: dict[str, _Part], name: str, what: str, section: str) -> _Part:
    if name in parts:
        return parts[name]
    known = ", ".join(sorted(parts)) or "none"
    raise ConfigError(f"there is no {what} {name!r} in the configuration", f"[{section}.*] has: {known}")


def _all_of(file: Path, error: ValidationError) -> ConfigError:
    problems = [_in_words(problem) for problem in error.errors(include_url=False)]
    count = "1 wrong setting" if len(problems) == 1 else f"{len(problems)} wrong settings"
    return ConfigError(
        "\n".join([f"{file} has {count}:", *(f"  {problem}" for problem in problems)]),
        "mend these, then try: footfall-server check-config",
    )


def _in_words(problem: ErrorDetails) -> str:
    steps = [str(step) for step in problem["loc"] if step != "[key]"]
    place = ".".join(steps) or "file"
    if problem["type"] == "extra_forbidden":
        return f"{place}: unknown setting{_did_you_mean(steps[-1], _known_keys(steps[:-1]))}"
    if problem["type"] == "string_pattern_mismatch" and "[key]" in problem["loc"]:
        return f"{place}: an id may hold only a-z, 0-9 and '-', 1 to 64 of them"
    return f"{place}: {problem['msg'].removeprefix('Value error, ')}"


def _did_you_mean(name: str, known: list[str]) -> str:
    close = difflib.get_close_matches(name, known, n=1)
    return f"; did you mean {close[0]!r}?" if close else f"; known here: {', '.join(known)}"


def _known_keys(steps: list[str]) -> list[str]:
    shape: Any = Settings
    for step in steps:
        shape = get_args(shape)[1] if get_origin(shape) is dict else shape.model_fields[step].annotation
    return list(shape.model_fields)
