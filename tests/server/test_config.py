from __future__ import annotations

from datetime import time
from pathlib import Path

import pytest

from server.config import ConfigError, Settings, load_settings

STORE = '[stores.demo]\nname = "Demo shop"\ntime_zone = "Europe/Berlin"\n'


def _load(folder: Path, text: str) -> Settings:
    file = folder / "server.toml"
    file.write_text(text, encoding="utf-8")
    return load_settings(file)


def test_a_store_needs_only_a_name_and_a_time_zone(tmp_path: Path) -> None:
    settings = _load(tmp_path, STORE)
    store = settings.store("demo")
    assert (store.name, store.zone.key, store.day_begins, store.least_visitors) == (
        "Demo shop",
        "Europe/Berlin",
        time(0, 0),
        20,
    )
    assert settings.database == tmp_path / "footfall.db"
    assert (settings.broker.port, settings.web.port) == (1883, 8080)


def test_paths_are_relative_to_the_file_that_names_them(tmp_path: Path) -> None:
    (tmp_path / "secret").write_text("hunter2\n", encoding="utf-8")
    settings = _load(tmp_path, 'database = "data/f.db"\n[broker]\npassword_file = "secret"\n' + STORE)
    assert settings.database == tmp_path / "data" / "f.db"
    assert settings.broker.password() == "hunter2"
    assert "hunter2" not in repr(settings)


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        pytest.param("[stores.demo]\nname = \n", "line 2", id="broken TOML names its line"),
        pytest.param(
            "[web]\nprot = 1\n" + STORE, "web.prot: unknown setting; did you mean 'port'?", id="misspelt"
        ),
        pytest.param(
            STORE + "day_beginns = '06:00'",
            "stores.demo.day_beginns: unknown setting; did you mean 'day_begins'?",
            id="misspelt within a store",
        ),
        pytest.param(
            STORE + "[stores.demo.zones.shelf]\nname='Shelf'\ncolour=1",
            "stores.demo.zones.shelf.colour: unknown setting; known here: name",
            id="unlike everything known",
        ),
        pytest.param(
            STORE.replace("Berlin", "Berln"),
            "stores.demo.time_zone: 'Europe/Berln' is not an IANA",
            id="zone",
        ),
        pytest.param(
            STORE + "day_begins = '6 am'", "stores.demo.day_begins: '6 am' is not a time", id="time"
        ),
        pytest.param(STORE.replace("demo", "De_mo"), "stores.De_mo: an id may hold only a-z", id="id"),
        pytest.param(
            "[broker]\nembedded=true\nhost='0.0.0.0'\n" + STORE,
            "broker: embedded works on this machine only",
            id="embedded broker open to others",
        ),
        pytest.param(
            STORE + "[sales.mappings.m.columns]\nsku='Item'\ndate='Date'",
            "needs either `at`, or both `date` and `time`",
            id="date without time",
        ),
        pytest.param(
            STORE + "[sales.mappings.m]\nencoding='utf-9'\ncolumns={sku='Item',at='At'}",
            "sales.mappings.m.encoding: 'utf-9' is not an encoding",
            id="encoding",
        ),
        pytest.param(
            STORE + "[sales.mappings.m]\nencoding='base64'\ncolumns={sku='Item',at='At'}",
            "sales.mappings.m.encoding: 'base64' is not an encoding",
            id="a codec that is no encoding",
        ),
        pytest.param(
            STORE + "[sales.mappings.m]\ndate_formats=['%Y-%Q']\ncolumns={sku='Item',at='At'}",
            "sales.mappings.m.date_formats.0: '%Y-%Q' is no strptime format",
            id="date format",
        ),
        pytest.param("database = 'x.db'", "stores: Field required", id="no store"),
        pytest.param(
            "[web]\nhosts=['https://shop.example']\n" + STORE,
            "web.hosts.0: 'https://shop.example' is no host name",
            id="an address for a host",
        ),
        pytest.param(
            "[web]\nproxies=['proxy.example']\n" + STORE,
            "web.proxies.0: 'proxy.example' is no address or network",
            id="a name for a proxy",
        ),
        pytest.param(
            "[web]\ntls_cert='c'\n" + STORE, "web: tls_cert and tls_key belong together", id="half of TLS"
        ),
        pytest.param("[enrolment]\nhosts=[]\n" + STORE, "enrolment.hosts: Tuple should have", id="no broker"),
    ],
)
def test_what_is_wrong_is_named_with_its_place(tmp_path: Path, text: str, sentence: str) -> None:
    with pytest.raises(ConfigError) as caught:
        _load(tmp_path, text)
    assert sentence in str(caught.value)


def test_files_of_tls_and_enrolment_are_relative_too(tmp_path: Path) -> None:
    settings = _load(tmp_path, "[web]\ntls_cert = 'c.pem'\ntls_key = 'k.pem'\n" + STORE)
    assert (settings.web.tls_cert, settings.web.tls_key) == (str(tmp_path / "c.pem"), str(tmp_path / "k.pem"))
    assert settings.enrolment.folder == str(tmp_path / "broker")
    assert settings.enrolment.state_folder == "/var/lib/mosquitto"
    assert settings.enrolment.pid_file == ""


def test_all_mistakes_are_shown_at_once(tmp_path: Path) -> None:
    with pytest.raises(ConfigError) as caught:
        _load(tmp_path, "[web]\nport = 99999\n[broker]\nhots = 'x'\n" + STORE + "least_visitors = 0")
    assert str(caught.value).splitlines()[0].endswith("3 wrong settings:")


def test_a_missing_file_is_a_sentence_with_a_hint(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="no configuration at") as caught:
        load_settings(tmp_path / "none.toml")
    assert "--config" in caught.value.hint


def test_an_unknown_store_lists_those_that_exist(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="no store 'dmeo'") as caught:
        _load(tmp_path, STORE).store("dmeo")
    assert "demo" in caught.value.hint


def test_the_customers_key_lies_beside_the_database(tmp_path: Path) -> None:
    file = tmp_path / "server.toml"
    file.write_text(
        'database = "state/f.db"\n[stores.demo]\nname = "Demo"\ntime_zone = "Europe/Berlin"\n',
        encoding="utf-8",
    )
    assert load_settings(file).sales.customer_key_file == tmp_path / "state" / "customer.key"
