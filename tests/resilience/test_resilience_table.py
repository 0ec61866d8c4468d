"""The table of docs/operate/resilience.md: status and time of every route while a store fails."""

import time
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from tests.http.support.envelope import data_of
from tests.resilience.proxied_shop import CROWD, ROUTES, ProxiedShop, StoreClient, TimedAnswer, list_faults
from tests.resilience.proxy import Fault
from tests.support.polling import eventually

# Every answer, and those that ask how we are.
IN_TIME, AT_ONCE = 2.5, 1.0
BACK_SECONDS = 5.0
FAULT_SECONDS = 2.5
WELL = {"login": 200102, "purchase": 202} | dict.fromkeys(("list", "item", "orders", "livez", "readyz"), 200)
NO_DATABASE, NO_REDIS = 503001, 503002
WITHOUT_REDIS = {"purchase": {NO_REDIS}}
# What the catalogue says is remembered for a minute.
CATALOGUE: dict[str, set[int]] = {route: {200, NO_DATABASE} for route in ("list", "item")}
WITHOUT_DATABASE = {"login": {NO_DATABASE}, "orders": {NO_DATABASE}, "readyz": {503}} | CATALOGUE
# What a store that only is slow may add: who asks for many things gives up in the end.
WITH_SLOW_REDIS: dict[str, set[int]] = {"purchase": {202, NO_REDIS}}
WITH_SLOW_DATABASE = {"login": {200102, NO_DATABASE}, "readyz": {200, 503}}
EXPECTED = {
    ("redis", "refused"): WITHOUT_REDIS,
    ("redis", "frozen"): WITHOUT_REDIS,
    ("redis", "slow"): WITH_SLOW_REDIS,
    ("redis", "too slow"): WITHOUT_REDIS,
    ("mariadb", "refused"): WITHOUT_DATABASE,
    ("mariadb", "frozen"): WITHOUT_DATABASE,
    ("mariadb", "slow"): WITH_SLOW_DATABASE,
    ("mariadb", "too slow"): WITHOUT_DATABASE,
}
CELLS = [pytest.param(store, fault, id=f"{store} {fault.name}") for store, fault in list_faults()]


def collect_answers(seconds: float, visitors: list[StoreClient]) -> list[TimedAnswer]:
    """All answers that all visitors get in that time; each begins with another route."""
    ends = time.monotonic() + seconds

    def go(number: int) -> list[TimedAnswer]:
        answers: list[TimedAnswer] = []
        while time.monotonic() < ends:
            route = ROUTES[(number + len(answers)) % len(ROUTES)]
            answers.append(visitors[number].send(route))
        return answers

    with ThreadPoolExecutor(CROWD) as pool:
        return [answer for answers in pool.map(go, range(CROWD)) for answer in answers]


@pytest.mark.parametrize(("store", "fault"), CELLS)
def test_every_route_responds_in_time_and_correctly_and_recovers(
    proxied_shop: ProxiedShop, store: str, fault: Fault
) -> None:
    visitors = proxied_shop.make_clients()

    with proxied_shop.stores[store].inject(fault):
        answers = collect_answers(FAULT_SECONDS, visitors)
        later = [visitors[0].send(route) for route in ROUTES]
        word = data_of(*answer_and_code(visitors[0].send("readyz")))
    ended = time.monotonic()
    eventually(lambda: all_well(visitors), BACK_SECONDS)
    back = time.monotonic() - ended

    assert {answer.route for answer in answers} == set(ROUTES)
    for answer in answers:
        check(answer, EXPECTED[store, fault.name])
    if fault.name != "slow":
        # By now every process has detected the failure, and no request waits for the store any more.
        assert max(answer.seconds for answer in later) < AT_ONCE, later
    assert word in words_of(store, fault)
    assert back < BACK_SECONDS


def answer_and_code(answer: TimedAnswer) -> Any:
    return answer.response, answer.code


def all_well(visitors: list[StoreClient]) -> bool:
    return all(visitor.send(route).code == WELL[route] for route in ROUTES for visitor in visitors)


def check(answer: TimedAnswer, others: dict[str, set[int]]) -> None:
    """Hold an answer against the table."""
    assert answer.code in others.get(answer.route, {WELL[answer.route]}), answer
    assert answer.seconds < (AT_ONCE if answer.route in ("livez", "readyz") else IN_TIME), answer
    assert answer.response
    data = data_of(answer.response, answer.code)
    if answer.code in (NO_DATABASE, NO_REDIS):
        assert answer.response.headers["Retry-After"] in {"1", "2", "3"}
    elif answer.route == "list":
        assert data["data"][0]["stock"] > 0


def words_of(store: str, fault: Fault) -> list[dict[str, Any]]:
    """What /readyz may say after a while."""
    gone = {"refused": ["degraded" if store == "redis" else "down"], "slow": ["ok", "late"]}
    bad = {"redis": ["degraded", "late"], "mariadb": ["down", "late"]}[store]
    words = gone.get(fault.name, bad)
    return [
        {"database": "ok", "redis": "ok", "draining": False} | {"redis" if store == "redis" else "database": word}
        for word in words
    ]
