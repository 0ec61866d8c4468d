"""Commands that wait for a store that is down."""

import threading
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner
from redis.exceptions import AuthenticationError, ResponseError
from sqlalchemy.exc import OperationalError

from shop import maintenance
from shop.cli import shop
from shop.core.redis.stores import RedisConnectionError, RedisTimeoutError
from shop.maintenance import wait_for_stores
from tests.support.servers.valkey import Valkey

REFUSED = OperationalError("", {}, Exception(2003, "refused"))
DENIED = OperationalError("", {}, Exception(1045, "Access denied"))


@pytest.fixture(autouse=True)
def no_pause(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(maintenance, "STORE_PAUSE_SECONDS", 0.05)


@pytest.mark.parametrize(
    "error", [RedisConnectionError("gone"), RedisTimeoutError("late"), REFUSED], ids=["gone", "late", "database"]
)
def test_work_is_repeated_while_a_store_is_down(error: Exception, caplog: pytest.LogCaptureFixture) -> None:
    failures = [error, error]

    def work() -> int:
        if failures:
            raise failures.pop()
        return 7

    assert wait_for_stores(work) == 7
    assert caplog.text.count("The command is waiting for ") == 2


@pytest.mark.parametrize("error", [AuthenticationError("no"), ResponseError("no"), DENIED, KeyError("bug")], ids=repr)
def test_an_answer_is_not_waited_for(error: Exception) -> None:
    def work() -> None:
        raise error

    with pytest.raises(type(error)):
        wait_for_stores(work)


def test_a_seed_waits_for_its_redis(
    make_valkey: Callable[[], Valkey], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    valkey = make_valkey()
    monkeypatch.chdir(tmp_path)
    environment = {"SHOP_VAR": str(tmp_path), "SHOP_REDIS_URL": valkey.url}
    assert CliRunner().invoke(shop, ["migrate"], env=environment).exit_code == 0
    valkey.kill()
    start = threading.Timer(3.0, valkey.start)
    start.start()

    result = CliRunner().invoke(shop, ["seed"], env=environment)

    start.join()
    assert result.exit_code == 0, result.output
    assert "buyer@example.com  Buyer-demo-1" in result.stdout
