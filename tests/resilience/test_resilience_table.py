"""Resilience table of docs/operate/resilience.md: codes and times while a store fails."""

import time
from concurrent.futures import ThreadPoolExecutor
from operator import itemgetter
from typing import Any

import pytest

from tests.http.support.envelope import data_of
from tests.resilience.proxied_shop import CLIENTS, ROUTES, ProxiedShop, StoreClient, TimedAnswer, list_faults
from tests.resilience.proxy import Fault
from tests.support.samples import sample

# Limits of every response, and of the probes.
RESPONSE_SECONDS, PROMPT_SECONDS = 2.5, 1.0
RECOVERY_SECONDS = 5.0
FAULT_SECONDS = 2.5
SUCCESS_CODES = {"login": 200102, "purchase": 202} | dict.fromkeys(("list", "item", "orders", "livez", "readyz"), 200)
NO_DATABASE, NO_REDIS = 503001, 503002
WITHOUT_REDIS = {"purchase": {NO_REDIS}}
# Responses of the catalogue are cached for a minute.
CATALOGUE: dict[str, set[int]] = {route: {200, NO_DATABASE} for route in ("list", "item")}
WITHOUT_DATABASE = {"login": {NO_DATABASE}, "orders": {NO_DATABASE}, "readyz": {503}} | CATALOGUE
# A slow store may add errors: a request with many queries exceeds its deadline.
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
# A fault of each store in `make test`, and one more; all with SHOP_TEST_ALL=1.
CELLS = [
    pytest.param(store, fault, id=f"{store} {fault.name}")
    for store, fault in sample(list(list_faults()), 3, key=itemgetter(0))
]


def collect_answers(seconds: float, clients: list[StoreClient]) -> list[TimedAnswer]:
    """Collect the responses to all clients; each begins with another route."""
    deadline = time.monotonic() + seconds

    def send_until_end(number: int) -> list[TimedAnswer]:
        answers: list[TimedAnswer] = []
        while time.monotonic() < deadline:
            route = ROUTES[(number + len(answers)) % len(ROUTES)]
            answers.append(clients[number].send(route))
        return answers

    with ThreadPoolExecutor(CLIENTS) as pool:
        return [answer for answers in pool.map(send_until_end, range(CLIENTS)) for answer in answers]


@pytest.mark.parametrize(("store", "fault"), CELLS)
def test_every_route_responds_in_time_and_correctly_and_recovers(
    proxied_shop: ProxiedShop, store: str, fault: Fault
) -> None:
    clients = proxied_shop.make_clients()

    with proxied_shop.stores[store].inject(fault):
        answers = collect_answers(FAULT_SECONDS, clients)
        later = [clients[0].send(route) for route in ROUTES]
        readiness = data_of(*answer_and_code(clients[0].send("readyz")))
    recovery_seconds = measure_recovery(clients)

    assert {answer.route for answer in answers} == set(ROUTES)
    for answer in answers:
        check_answer(answer, EXPECTED[store, fault.name])
    if fault.name != "slow":
        # By now every process has detected the failure, and no request waits for the store any more.
        assert max(answer.seconds for answer in later) < PROMPT_SECONDS, later
    assert readiness in readiness_values(store, fault)
    assert recovery_seconds < RECOVERY_SECONDS


def answer_and_code(answer: TimedAnswer) -> Any:
    return answer.response, answer.code


def measure_recovery(clients: list[StoreClient]) -> float:
    """Return the seconds until the last request that still failed was sent.

    Not until all have succeeded: on a busy machine, that many requests take long although none fails.
    """
    ended = last_failed_at = time.monotonic()
    while last_failed_at - ended < RECOVERY_SECONDS:
        failed_at = [began for began, answer in send_all(clients) if answer.code != SUCCESS_CODES[answer.route]]
        if not failed_at:
            break
        last_failed_at = failed_at[-1]
    return last_failed_at - ended


def send_all(clients: list[StoreClient]) -> list[tuple[float, TimedAnswer]]:
    return [(time.monotonic(), client.send(route)) for route in ROUTES for client in clients]


def check_answer(answer: TimedAnswer, exceptions: dict[str, set[int]]) -> None:
    """Compare a response with the table."""
    assert answer.code in exceptions.get(answer.route, {SUCCESS_CODES[answer.route]}), answer
    assert answer.seconds < (PROMPT_SECONDS if answer.route in ("livez", "readyz") else RESPONSE_SECONDS), answer
    assert answer.response
    data = data_of(answer.response, answer.code)
    if answer.code in (NO_DATABASE, NO_REDIS):
        assert answer.response.headers["Retry-After"] in {"1", "2", "3"}
    elif answer.route == "list":
        assert data["data"][0]["stock"] > 0


def readiness_values(store: str, fault: Fault) -> list[dict[str, Any]]:
    """List the allowed data of /readyz after the fault was detected."""
    by_fault = {"refused": ["degraded" if store == "redis" else "down"], "slow": ["ok", "late"]}
    default = {"redis": ["degraded", "late"], "mariadb": ["down", "late"]}[store]
    values = by_fault.get(fault.name, default)
    return [
        {"database": "ok", "redis": "ok", "draining": False} | {"redis" if store == "redis" else "database": value}
        for value in values
    ]
