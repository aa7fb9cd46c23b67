"""The settings: one frozen schema, read from one TOML file, refused as a whole if any part is wrong."""

from __future__ import annotations

import difflib
import ipaddress
import os
import tomllib
from datetime import time
from pathlib import Path
from typing import Annotated, Any, Literal, Self, TypeVar, get_args, get_origin
from zoneinfo import ZoneInfo

from pydantic import Field, ValidationError, model_validator
from pydantic_core import ErrorDetails

from server.counter_settings import CounterSettings
from server.errors import ServerError
from server.forecasting_settings import ForecastingSettings
from server.learning_settings import LearningSettings
from server.metrics.retail import RetailYear
from server.sales_settings import PRESETS, MappingSettings, SalesSettings
from server.sections import (
    WEEKDAYS,
    ClockTime,
    Currency,
    HostName,
    Id,
    Network,
    Port,
    Section,
    TimeZone,
    Weekday,
    YearDay,
)
from server.trigger_settings import ShowingSettings, TriggeringSettings, TriggerSettings

_ANYWHERE = frozenset({"0.0.0.0", "::"})  # noqa: S104 -- recognised, not listened on


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


class BrokerSettings(Section):
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
    share_group: str = Field(
        "",
        pattern=r"^[a-zA-Z0-9-]{0,64}$",
        description="listeners with the same group share the counts and tickets; empty: this one hears all",
    )
    embedded: bool = Field(False, description="`up` runs a broker of its own, on this machine only")

    @model_validator(mode="after")
    def _embedded_stays_home(self) -> Self:
        if self.embedded and not is_loopback(self.host):
            raise ValueError(f"embedded works on this machine only, so host cannot be {self.host!r}")
        if self.embedded and self.share_group:
            raise ValueError("the embedded broker serves one listener, so share_group has to be empty")
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


class WebSettings(Section):
    """Where the pages and the API are served."""

    host: str = Field("127.0.0.1", min_length=1, description="address to listen on")
    port: Annotated[int, Field(ge=0, le=65535)] = Field(
        8080, description="port to listen on; 0 takes a free one"
    )
    hosts: tuple[HostName, ...] = Field(
        (),
        description="names that browsers may call it by, beside its own address; the first stands in links",
    )
    proxies: tuple[Network, ...] = Field(
        (), description="addresses or networks of proxies that are believed who asks, and that it came by TLS"
    )
    tls_cert: str = Field("", description="certificate chain in PEM form; set: pages and API use TLS")
    tls_key: str = Field("", description="its private key")

    @model_validator(mode="after")
    def _certificate_has_its_key(self) -> Self:
        if bool(self.tls_cert) != bool(self.tls_key):
            raise ValueError("tls_cert and tls_key belong together: give both, or neither")
        return self

    def address(self, port: int | None = None) -> str:
        """What to open in a browser, ending with a slash; `port` where a free one was taken."""
        scheme = "https" if self.tls_cert or self.proxies else "http"
        if self.hosts:
            # A proxy listens on the usual port, whatever ours is.
            place = self.hosts[0] if self.proxies else f"{self.hosts[0]}:{port or self.port}"
        else:
            host = "localhost" if self.host in _ANYWHERE else self.host
            place = f"[{host}]:{port or self.port}" if ":" in host else f"{host}:{port or self.port}"
        return f"{scheme}://{place}/"

    def checked_tls(self) -> tuple[str, str] | None:
        """Certificate and key, None without TLS.

        Raises:
            ConfigError: one of the files cannot be read.
        """
        for name, file in (("tls_cert", self.tls_cert), ("tls_key", self.tls_key)):
            if file and not os.access(file, os.R_OK):
                raise ConfigError(
                    f"web.{name} {file} cannot be read", "it is a file in PEM form that the server may read"
                )
        return (self.tls_cert, self.tls_key) if self.tls_cert else None


class AccessSettings(Section):
    """How long people stay logged in."""

    idle_hours: int = Field(
        12, ge=1, le=24 * 30, description="a session ends when nothing was asked for so long"
    )
    session_days: int = Field(30, ge=1, le=365, description="and in any case after so many days")


class EnrolmentSettings(Section):
    """What `footfall-server enroll` writes for Mosquitto and for devices."""

    folder: str = Field("broker", min_length=1, description="folder for it, relative to this file's folder")
    hosts: tuple[HostName, ...] = Field(
        ("localhost", "127.0.0.1"),
        min_length=1,
        description="names and addresses that devices reach the broker by; devices are given the first",
    )
    port: Port = Field(8883, description="port of the broker's TLS listener")
    state_folder: str = Field(
        "/var/lib/mosquitto/", min_length=1, description="where Mosquitto keeps what it has not yet delivered"
    )
    group: str = Field(
        "", description="group that may read Mosquitto's files, often mosquitto; empty: only you"
    )
    pid_file: str = Field(
        "", description="Mosquitto's pid_file; set: it is told at once that the files have changed"
    )


class KeepingSettings(Section):
    """How long what is kept, and the copies of it."""

    nightly_at: ClockTime = Field(
        time(3, 30), description="when `up` does the nightly work, by the first store's clock"
    )
    minutes_days: int = Field(
        90, ge=2, le=3660, description="so long counts are kept by the minute; after that by the hour"
    )
    customer_days: int = Field(365, ge=0, le=3660, description="so long tickets say whose they are")
    quarantine_days: int = Field(
        30, ge=0, le=3660, description="so long is kept what has left quarantine, done with or given up"
    )
    backup_folder: str = Field(
        "", description="folder for a copy of the database each night; empty: none is made"
    )
    backups_kept: int = Field(7, ge=1, le=1000, description="so many of the newest nightly copies are kept")


class ZoneSettings(Section):
    """One zone of a store's floor."""

    name: str = Field(min_length=1, max_length=100, description="what people call it")
    engagement_seconds: float | None = Field(
        None, gt=0, le=86400, description="shortest stay of an engaged visitor; absent: the store's"
    )


class QueueSettings(Section):
    """One queue of a store."""

    name: str = Field(min_length=1, max_length=100, description="what people call it")
    target_seconds: float | None = Field(
        None, gt=0, le=86400, description="longest wait that is still good; absent: the store's"
    )


class StoreSettings(Section):
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
    floor_entries_per_hour: float | None = Field(
        None,
        gt=0,
        le=10_000,
        description="entries that one person on the floor can serve in an hour; unset: too few are not told",
    )
    engagement_seconds: float = Field(
        15.0, gt=0, le=86400, description="shortest stay in a zone of an engaged visitor"
    )
    retail_year_near: YearDay = Field(
        "02-01", description="month and day that the 4-5-4 retail year begins nearest to"
    )
    retail_week_begins: Weekday = Field("sunday", description="weekday on which retail weeks begin")
    holidays: str = Field(
        "",
        pattern=r"^([A-Z]{2}(-[A-Z0-9]{1,3})?)?$",
        description="country whose public holidays count, or a part of it, as DE-BY; empty: none",
    )
    zones: dict[Id, ZoneSettings] = Field(default_factory=dict, description="zones by their id")
    queues: dict[Id, QueueSettings] = Field(default_factory=dict, description="queues by their id")
    counters: dict[Id, CounterSettings] = Field(
        default_factory=dict, description="counters of other makes by their id"
    )
    triggers: dict[Id, TriggerSettings] = Field(
        default_factory=dict, description="rules by which zones show something"
    )
    showing: ShowingSettings = ShowingSettings()

    @model_validator(mode="after")
    def _triggers_know_their_queues(self) -> Self:
        for name, of in self.triggers.items():
            for condition in of.conditions:
                if condition.queue is not None and condition.queue not in self.queues:
                    known = ", ".join(sorted(self.queues)) or "none"
                    raise ValueError(
                        f"trigger {name!r} looks at the queue {condition.queue!r}, which has no section;"
                        f" there are: {known}"
                    )
        return self

    @property
    def zone(self) -> ZoneInfo:
        """The store's time zone."""
        return ZoneInfo(self.time_zone)

    @property
    def retail_year(self) -> RetailYear:
        """How the store's retail year is laid."""
        month, day = map(int, self.retail_year_near.split("-"))
        return RetailYear(month, day, WEEKDAYS.index(self.retail_week_begins))

    @property
    def engagement_of_zones(self) -> dict[str, float]:
        """The threshold in seconds of each zone that has one of its own."""
        return {zone: of.engagement_seconds for zone, of in self.zones.items() if of.engagement_seconds}

    @property
    def queue_targets(self) -> dict[str, float]:
        """The longest good wait in seconds of each queue that has one of its own."""
        return {queue: of.target_seconds for queue, of in self.queues.items() if of.target_seconds}


class AlertSettings(Section):
    """When something is wrong enough to be told."""

    look_seconds: float = Field(5.0, gt=0, le=3600, description="so often it is looked whether all is well")
    calm_seconds: int = Field(
        60, ge=0, le=86400, description="an alert is over when what was wrong was well for so long"
    )
    silent_seconds: int = Field(
        300, ge=60, le=86400, description="a camera that was not heard of for so long is told as silent"
    )
    disk_free_megabytes: int = Field(
        1000, ge=0, description="less space on the database's disk is told; 0: never"
    )
    quarantine_per_hour: int = Field(
        100, ge=0, description="more messages and rows set aside within an hour are told; 0: never"
    )
    outbox_seconds: int = Field(
        1800, ge=0, description="counts that a device could not deliver for so long are told; 0: never"
    )
    device_disk_megabytes: int = Field(
        500, ge=0, description="less space on a device's disk is told; 0: never"
    )
    device_celsius: float = Field(
        80.0, ge=0, le=150, description="a device that is as hot as that is told; 0: never"
    )
    clock_seconds: int = Field(
        1800, ge=0, description="a device that has not known the time for so long is told; 0: never"
    )
    lit_from: ClockTime | None = Field(
        None, description="local time from which a dark view is told; unset: it is always"
    )
    lit_until: ClockTime | None = Field(None, description="local time until which a dark view is told")
    queue_ahead_chance: float = Field(
        0.4,
        ge=0,
        lt=1,
        description="a queue that passes its target within half an hour with this chance is told; 0: never",
    )
    understaffed_from: ClockTime = Field(
        time(12), description="local time from which hours of tomorrow with too few people are told"
    )
    unexpected_traffic: bool = Field(True, description="a day far from its forecast is told")


class WebhookSettings(Section):
    """How other machines are told of alerts."""

    allow_private: bool = Field(
        False, description="webhooks may go to addresses of your own network, and over plain HTTP"
    )
    give_up_hours: int = Field(72, ge=1, le=720, description="so long an event is tried again")


class Settings(Section):
    """Everything that a person sets."""

    database: Path = Field(Path("footfall.db"), description="SQLite file, relative to this file's folder")
    least_free_megabytes: int = Field(
        200, ge=0, description="with less space left on the database's disk nothing is stored; 0: no bound"
    )
    suppress_below: int = Field(
        0,
        ge=0,
        le=1000,
        description="the API and `report --json` leave out figures of fewer people than this; 0: none",
    )
    unknown_devices: Literal["accept", "hold"] = Field(
        "accept", description="`hold`: what a device sends waits in quarantine until it is accepted"
    )
    broker: BrokerSettings = BrokerSettings()
    web: WebSettings = WebSettings()
    access: AccessSettings = AccessSettings()
    enrolment: EnrolmentSettings = EnrolmentSettings()
    keeping: KeepingSettings = KeepingSettings()
    stores: dict[Id, StoreSettings] = Field(min_length=1, description="stores by their id")
    sales: SalesSettings = SalesSettings()
    alerts: AlertSettings = AlertSettings()
    learning: LearningSettings = LearningSettings()
    webhooks: WebhookSettings = WebhookSettings()
    triggering: TriggeringSettings = TriggeringSettings()
    forecasting: ForecastingSettings = ForecastingSettings()

    def store(self, store: str) -> StoreSettings:
        """The settings of a store.

        Raises:
            ConfigError: there is none of that id.
        """
        return _named(self.stores, store, "store", "stores")

    @property
    def learning_folder(self) -> Path:
        """Where what was learnt is kept."""
        return Path(self.learning.folder)

    def mapping(self, mapping: str) -> MappingSettings:
        """The mapping of that name; a common till's own where none is configured under its name.

        Raises:
            ConfigError: there is none.
        """
        known = {**PRESETS, **self.sales.mappings}
        return _named(known, mapping, "mapping", "sales.mappings")

    def counter(self, store: str, counter: str) -> CounterSettings:
        """The settings of a counter of another make.

        Raises:
            ConfigError: there is no such store, or no such counter in it.
        """
        return _named(self.store(store).counters, counter, "counter", f"stores.{store}.counters")


_Part = TypeVar("_Part")
_Files = TypeVar("_Files", bound=Section)


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
    state = (folder / settings.database).parent
    return settings.model_copy(
        update={
            "database": folder / settings.database,
            "sales": settings.sales.model_copy(
                update={"customer_key_file": state / settings.sales.customer_key_file}
            ),
            "broker": _with_files(settings.broker, folder, "password_file", "ca_file"),
            "web": _with_files(settings.web, folder, "tls_cert", "tls_key"),
            "enrolment": _with_files(settings.enrolment, folder, "folder", "state_folder", "pid_file"),
            "learning": settings.learning.model_copy(
                update={"folder": str(state / settings.learning.folder)}
            ),
            "keeping": _with_files(settings.keeping, folder, "backup_folder"),
        }
    )


def _with_files(section: _Files, folder: Path, *names: str) -> _Files:
    named = {name: str(folder / file) for name in names if (file := getattr(section, name))}
    return section.model_copy(update=named)


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
        if get_origin(shape) is dict:
            shape = get_args(shape)[1]
        elif get_origin(shape) is tuple:
            shape = get_args(shape)[0]
        else:
            shape = shape.model_fields[step].annotation
    return list(shape.model_fields)
