"""Arguments, files and settings of a wrong form: each command ends with a sentence, never with a traceback."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result
from sqlalchemy import create_engine, text

from shop.cli import shop

pytestmark = pytest.mark.slow
ORDER = "0199f2a0-0000-7000-8000-000000000001"
Run = Callable[..., Result]


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    """Run a command in an empty folder; `settings` are variables."""
    monkeypatch.chdir(tmp_path)

    def run_command(*arguments: str, typed: str = "", **settings: str) -> Result:
        environment = {"SHOP_VAR": str(tmp_path), "SHOP_REDIS_URL": "unix:///nowhere.sock", **settings}
        return CliRunner().invoke(shop, arguments, env=environment, input=typed)

    return run_command


def assert_sentence(result: Result, *words: str, code: int = 1) -> None:
    assert isinstance(result.exception, SystemExit), result.exception
    assert (result.exit_code, result.stderr.count("Error: ")) == (code, 1)
    assert "Traceback" not in result.output
    assert "Background on this error" not in result.output
    for word in words:
        assert word in result.stderr.replace("\n", " "), result.stderr


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (f"{ORDER}\n\nnot-an-id\n".encode(), ["--acknowledged", "Line 3 of", "'not-an-id'"]),
        (f"{ORDER},{ORDER}".encode(), ["Line 1 of"]),
        (b"\xff\xfe\x00", ["acknowledged", "is not UTF-8 text"]),
    ],
    ids=["word", "two ids", "bytes"],
)
def test_a_bad_line_of_acknowledged_orders_is_named(run: Run, tmp_path: Path, content: bytes, words: list[str]) -> None:
    file = tmp_path / "orders.txt"
    file.write_bytes(content)
    assert_sentence(run("verify", "--acknowledged", str(file)), *words, code=2)


@pytest.mark.parametrize("name", [".", "missing.txt"])
def test_a_file_that_cannot_be_read_is_named(run: Run, name: str) -> None:
    assert_sentence(run("verify", "--acknowledged", name), name, code=2)


@pytest.mark.parametrize(
    "arguments",
    [("sync", "0"), ("sync", "-1"), ("sync", "9" * 30), ("sync", "x"), ("sync", "7", "--tenant", "0")],
    ids=" ".join,
)
def test_a_number_that_is_no_id_is_refused(run: Run, arguments: tuple[str, ...]) -> None:
    assert_sentence(run("sync", "--", *arguments[1:]) if arguments[1] == "-1" else run(*arguments), code=2)


@pytest.mark.parametrize("kid", ["a b", "", "a/b", "ключ", "-a", "a" * 65, "a\n"])
def test_an_id_of_a_key_has_letters_digits_dots_hyphens_and_underscores(run: Run, kid: str) -> None:
    before = run("keys").stdout

    assert_sentence(run("keys", "add", "--", kid), "The id of a key is 1 to 64 letters", repr(kid))

    assert run("keys").stdout == before
    assert run("keys", "add", "2026-12.b_1").exit_code == 0


@pytest.mark.parametrize(
    ("command", "settings"),
    [
        (("settings",), {"SHOP_VAR": "/proc/version/var", "SHOP_LOG_FILE": "/proc/version/log"}),
        (("up",), {"SHOP_VAR": "/proc/version/var"}),
        (("up",), {"SHOP_VAR": "file"}),
        (("keys",), {"SHOP_VAR": "file"}),
        (("keys",), {"SHOP_JWT_KEYS_FILE": "."}),
        (("migrate",), {"SHOP_DATABASE_URL": "sqlite:///file"}),
        (("purge",), {"SHOP_DATABASE_URL": "sqlite:///."}),
        (("tenants",), {"SHOP_DATABASE_URL": "mysql+pymysql://u:p@127.0.0.1:1/shop"}),
        (("worker",), {"SHOP_WORKER_METRICS_BIND": "192.0.2.1:1"}),
    ],
    ids=str,
)
def test_a_place_that_cannot_be_used_is_one_sentence(
    run: Run, tmp_path: Path, command: tuple[str, ...], settings: dict[str, str]
) -> None:
    (tmp_path / "file").write_text("no database, no folder" * 100)
    assert_sentence(run(*command, **settings))


@pytest.mark.parametrize("command", [("verify",), ("tenants",), ("purge",), ("sync",)], ids=" ".join)
def test_a_database_without_tables_asks_for_the_migration(run: Run, redis_url: str, command: Any) -> None:
    assert_sentence(run(*command, SHOP_REDIS_URL=redis_url), "run `flask shop migrate`")


def test_a_migration_makes_the_folder_of_its_file(run: Run, tmp_path: Path) -> None:
    assert run("migrate", SHOP_VAR=str(tmp_path / "new" / "var")).exit_code == 0
    assert (tmp_path / "new" / "var" / "shop.sqlite3").exists()


def test_a_schema_of_another_program_is_one_sentence(run: Run, tmp_path: Path) -> None:
    assert run("migrate").exit_code == 0
    database = f"sqlite:///{tmp_path / 'shop.sqlite3'}"
    with create_engine(database).begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = 'abc'"))

    assert_sentence(run("migrate"), "abc")


def test_an_environment_file_that_is_no_text_is_one_sentence(run: Run, tmp_path: Path) -> None:
    (tmp_path / ".env").write_bytes(b"SHOP_BIND=\xff\n")
    assert_sentence(run("settings"), ".env cannot be read")


@pytest.mark.parametrize(
    "arguments",
    [
        ("add", "acme", "--name", ""),
        ("add", "acme", "--name", "a\x07b"),
        ("add", "acme", "--name", "a" * 101),
        ("add", "acme", "--admin-email", "boss", "--admin-password", "Correct-horse-1"),
        ("add-admin", "default", "boss@", "--admin-password", "Correct-horse-1"),
        ("employ", "default", "a b@example.com", "--admin-password", "Correct-horse-1"),
    ],
    ids=lambda arguments: " ".join(arguments)[:40].encode("unicode_escape").decode(),
)
def test_a_malformed_name_or_address_creates_no_tenant(run: Run, arguments: tuple[str, ...]) -> None:
    run("migrate")
    assert_sentence(run("tenants", *arguments), code=2)
    assert len(run("tenants").stdout.splitlines()) == 1


@pytest.mark.parametrize(("host", "code"), [("a..b", 1), ("-a.example", 1), ("a_b", 1), ("A.example", 1), ("", 1)])
def test_a_host_that_is_no_name_is_refused(run: Run, host: str, code: int) -> None:
    run("migrate")
    assert_sentence(run("tenants", "add", "acme", "--host", host), "The host of a tenant", code=code)
