"""Settings: valid values, error messages, sources and masking."""

import logging
from pathlib import Path

import pytest

from shop.core.settings.loader import SettingsError, variable_name
from shop.core.settings.settings import Settings

GOOD = {
    "SHOP_ENV": "production",
    "SHOP_DEBUG": "yes",
    "SHOP_REDIS_TIMEOUT": "0.25",
    "SHOP_WEB_WORKERS": " 3 ",
    "SHOP_STOCK_REDIS_URLS": "redis://one, redis://two,",
    "SHOP_BIND": "[::1]:8080",
}
BAD = [
    ("SHOP_WEB_WORKERS", "three", "must be a whole number"),
    ("SHOP_WEB_WORKERS", "2.5", "must be a whole number"),
    ("SHOP_WEB_WORKERS", "", "must be a whole number"),
    ("SHOP_WEB_THREADS", "0", "cannot be '0'"),
    ("SHOP_REDIS_TIMEOUT", "soon", "must be a number"),
    ("SHOP_REDIS_TIMEOUT", "nan", "cannot be 'nan'"),
    ("SHOP_REDIS_TIMEOUT", "inf", "cannot be 'inf'"),
    ("SHOP_DEBUG", "perhaps", "must be true or false"),
    ("SHOP_ENV", "Production", "development or production"),
    ("SHOP_PURCHASE_STRATEGY", "magic", "script, lock, watch or db"),
    ("SHOP_LOCK_TRIES", "0", "cannot be '0'"),
    ("SHOP_LOCK_BUDGET", "inf", "cannot be 'inf'"),
    ("SHOP_LOCK_BASE", "0", "cannot be '0'"),
    ("SHOP_LOCK_CAP", "-1", "cannot be '-1'"),
    ("SHOP_LOCK_LIFE", "0", "cannot be '0'"),
    ("SHOP_IDEMPOTENCY_TTL", "0", "cannot be '0'"),
    ("SHOP_IDEMPOTENCY_TTL", "1.5", "must be a whole number"),
    ("SHOP_IDEMPOTENCY_HEADER", "", "header that carries the key"),
    ("SHOP_IDEMPOTENCY_HEADER", "My Key", "header that carries the key"),
    ("SHOP_IDEMPOTENCY_HEADER", "Key:", "header that carries the key"),
    ("SHOP_IDEMPOTENCY_REQUIRED", "maybe", "must be true or false"),
    ("SHOP_IDEMPOTENCY_VERBS", "POST,GET", "verbs that are protected"),
    ("SHOP_IDEMPOTENCY_VERBS", "", "verbs that are protected"),
    ("SHOP_IDEMPOTENCY_ENFORCE", "some", "all: every write"),
    ("SHOP_IDEMPOTENCY_ON_DUPLICATE", "ignore", "replay the kept response"),
    ("SHOP_IDEMPOTENCY_WAIT_SECONDS", "-0.1", "0 to 10 seconds"),
    ("SHOP_IDEMPOTENCY_WAIT_SECONDS", "10.5", "0 to 10 seconds"),
    ("SHOP_IDEMPOTENCY_WAIT_SECONDS", "nan", "0 to 10 seconds"),
    ("SHOP_IDEMPOTENCY_LEASE_SECONDS", "0.5", "cannot be '0.5'"),
    ("SHOP_IDEMPOTENCY_LEASE_SECONDS", "10", "must be more than SHOP_WEB_STOP_SECONDS"),
    ("SHOP_REFRESH_LIFETIME", "600", "must not be less than SHOP_ACCESS_LIFETIME"),
    ("SHOP_ARGON2_MEMORY_KIB", "8", "must be at least eight times SHOP_ARGON2_LANES"),
    ("SHOP_WEB_STOP_SECONDS", "0", "cannot be '0'"),
    ("SHOP_BIND", "localhost", "address and port"),
    ("SHOP_BIND", ":8000", "address and port"),
    ("SHOP_BIND", "localhost:99999", "address and port"),
    ("SHOP_DATABASE_URL", "nonsense", "cannot be that"),
    ("SHOP_DATABASE_URL", "postgresql://localhost/shop", "cannot be that"),
    ("SHOP_REDIS_URL", "localhost:6379", "cannot be that"),
    ("SHOP_REDIS_URL", "redis://localhost:port", "cannot be that"),
    ("SHOP_STOCK_REDIS_URLS", "redis://one,two", "cannot be that"),
    ("SHOP_LIMIT_LOGIN", "many", "must be a rate such as 60/minute, 5/30 seconds or off"),
    ("SHOP_LIMIT_DEFAULT_GUEST", "many", "must be empty, or a rate such as"),
    ("SHOP_LIMIT_DEFAULT", "", "must be a rate such as"),
    ("SHOP_TRUSTED_PROXIES", "10.0.0.1, proxy", "addresses or networks of proxies"),
    ("SHOP_TRUSTED_PROXIES", "10.0.0.1/8", "addresses or networks of proxies"),
]


def test_texts_are_converted_to_the_types_of_the_fields() -> None:
    settings = Settings.load(GOOD)
    assert (settings.production, settings.debug, settings.redis_timeout, settings.web_workers) == (True, True, 0.25, 3)
    assert settings.stock_redis_urls == ("redis://one", "redis://two")


def test_without_variables_all_settings_have_their_defaults() -> None:
    assert Settings.load({}) == Settings()


@pytest.mark.parametrize(("name", "value", "reason"), BAD)
def test_a_bad_value_raises_one_sentence_that_names_its_variable(name: str, value: str, reason: str) -> None:
    with pytest.raises(SettingsError, match=reason) as raised:
        Settings.load({name: value})
    message = str(raised.value)
    assert message.startswith(name)
    assert message.endswith(".")
    assert "\n" not in message


@pytest.mark.parametrize("name", ["SHOP_DATABASE_URL", "SHOP_REDIS_URL", "SHOP_STOCK_REDIS_URLS"])
def test_an_empty_address_means_the_default(name: str) -> None:
    assert Settings.load({name: ""}) == Settings()


def test_an_error_message_does_not_contain_the_secret() -> None:
    with pytest.raises(SettingsError) as raised:
        Settings.load({"SHOP_REDIS_URL": "redis://:hunter2@localhost:port"})
    assert "hunter2" not in str(raised.value)


def test_a_secret_is_read_from_a_file(tmp_path: Path) -> None:
    file = tmp_path / "password"
    file.write_text("Hunter-22\n")
    assert Settings.load({"SHOP_ADMIN_PASSWORD_FILE": str(file)}).admin_password == "Hunter-22"


def test_a_variable_takes_precedence_over_its_file(tmp_path: Path) -> None:
    variables = {"SHOP_ADMIN_EMAIL": "here@example.com", "SHOP_ADMIN_EMAIL_FILE": str(tmp_path / "none")}
    assert Settings.load(variables).admin_email == "here@example.com"


def test_a_missing_file_raises_an_error_with_its_variable(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="SHOP_ADMIN_EMAIL_FILE cannot be read"):
        Settings.load({"SHOP_ADMIN_EMAIL_FILE": str(tmp_path / "none")})


def test_a_binary_file_raises_an_error_with_its_variable(tmp_path: Path) -> None:
    file = tmp_path / "noise"
    file.write_bytes(b"\xff\xfe\xfa")
    with pytest.raises(SettingsError, match="SHOP_ADMIN_EMAIL_FILE cannot be read"):
        Settings.load({"SHOP_ADMIN_EMAIL_FILE": str(file)})


def test_an_unknown_variable_is_logged_with_the_nearest_name(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.WARNING):
        Settings.load({"SHOP_WEB_WORKER": "2", "SHOP_TEST_ANYTHING": "", "OTHER": ""})
    assert caplog.messages == ["Unknown setting SHOP_WEB_WORKER; did you mean SHOP_WEB_WORKERS?"]


def test_known_variables_and_their_files_are_not_logged(caplog: pytest.LogCaptureFixture, tmp_path: Path) -> None:
    (tmp_path / "url").write_text("")
    Settings.load({**GOOD, "SHOP_DATABASE_URL_FILE": str(tmp_path / "url")})
    assert caplog.messages == []


def test_the_environment_takes_precedence_over_the_dotenv_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / ".env").write_text("SHOP_WEB_WORKERS=5\nSHOP_WEB_THREADS=6\n")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("SHOP_WEB_THREADS", "7")
    settings = Settings.load()
    assert (settings.web_workers, settings.web_threads) == (5, 7)


@pytest.mark.parametrize(
    ("address", "masked"),
    [
        ("mysql+pymysql://root:hunter2@db/shop", "mysql+pymysql://root:***@db/shop"),
        ("redis://:hunter2@cache:6379/0", "redis://:***@cache:6379/0"),
        ("redis://:hunt@er2@cache", "redis://:***@cache"),
        ("unix:///run/valkey.sock?db=1&password=hunter2", "unix:///run/valkey.sock?db=1&password=***"),
        ("redis://cache:6379/0", "redis://cache:6379/0"),
        ("hunter2", "***"),
        ("", ""),
    ],
)
def test_passwords_in_addresses_are_masked(address: str, masked: str) -> None:
    settings = Settings(redis_url=address, stock_redis_urls=(address, address))
    assert settings.masked_values()["SHOP_REDIS_URL"] == masked
    assert settings.masked_values()["SHOP_STOCK_REDIS_URLS"] == f"{masked},{masked}"


def test_secrets_are_masked_and_other_values_are_shown() -> None:
    values = Settings(admin_password="hunter2", admin_email="a@example.com").masked_values()
    assert "hunter2" not in str(values)
    assert values["SHOP_ADMIN_EMAIL"] == "a@example.com"


def test_every_setting_is_printed() -> None:
    assert list(Settings().masked_values()) == [variable_name(name) for name in Settings.__dataclass_fields__]


def test_a_deep_folder_has_a_short_socket_path() -> None:
    deep = Settings(var="/tmp/" + "deep/" * 40)
    assert len(str(deep.socket)) <= 100
    assert deep.socket != Settings(var="/tmp/" + "other/" * 40).socket


def test_a_lease_must_be_longer_than_the_stop_time_of_a_process() -> None:
    with pytest.raises(SettingsError, match=r"LEASE_SECONDS must be more than SHOP_WEB_STOP_SECONDS\."):
        Settings.load({"SHOP_WEB_STOP_SECONDS": "15"})
    assert Settings.load({"SHOP_WEB_STOP_SECONDS": "15", "SHOP_IDEMPOTENCY_LEASE_SECONDS": "15.1"})


def test_a_refresh_token_must_live_as_long_as_an_access_token() -> None:
    with pytest.raises(SettingsError, match=r"REFRESH_LIFETIME must not be less than SHOP_ACCESS_LIFETIME\."):
        Settings.load({"SHOP_ACCESS_LIFETIME": "60", "SHOP_REFRESH_LIFETIME": "59"})
    assert Settings.load({"SHOP_ACCESS_LIFETIME": "60", "SHOP_REFRESH_LIFETIME": "60"})
