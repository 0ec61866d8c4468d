"""Log search by administrators, and by operators on the command line."""

from typing import Any

import orjson
import pytest

from tests.http.support.envelope import assert_refused, data_of
from tests.http.support.log_lines import entries, record_of, search
from tests.http.support.shop import API, Shop
from tests.support.http import HttpClient
from tests.support.polling import eventually
from tests.support.processes.processes import MakeService

FORBIDDEN, SIGN_IN, INVALID_QUERY = 403001, 401001, 422801


def loggers(records: list[dict[str, Any]]) -> list[tuple[str, str]]:
    return [(entry["process"], entry["logger"].rpartition(".")[2]) for entry in records]


def test_one_search_returns_every_record_of_a_purchase_from_the_request_to_the_written_row(shop: Shop) -> None:
    item, buyer = shop.offer(), shop.buyer()
    shop.wait_until_quiet(item)

    order = data_of(shop.buy(item, buyer, X_Request_ID=f"whole-{item}"), 202)["id"]
    shop.wait_until_written(item, 1)
    # Each process writes its records on its own, so the last of them may be that of the request.
    steps = ["purchase 202 in", "INSERT INTO orders", f'about=["{order}"]', "drain_stock is done"]
    eventually(lambda: contains_all(read_log_lines(shop, f"whole-{item}"), steps), 10)

    lines = read_log_lines(shop, f"whole-{item}")
    assert [min(n for n, line in enumerate(lines) if step in line) for step in steps] == sorted(
        min(n for n, line in enumerate(lines) if step in line) for step in steps
    )
    assert {f"request_id=whole-{item}" in line for line in lines} == {True}


def contains_all(lines: list[str], steps: list[str]) -> bool:
    return all(any(step in line for line in lines) for step in steps)


def read_log_lines(shop: Shop, request_id: str) -> list[str]:
    return shop.service.run_cli("logs", "--request", request_id).stdout.splitlines()


def test_a_purchase_without_its_own_wake_up_is_found_in_the_drain_of_another(shop: Shop) -> None:
    item, first, second = shop.offer(), shop.buyer(), shop.buyer()
    with shop.stop_process("worker"):
        data_of(shop.buy(item, first, X_Request_ID=f"wakes-{item}"), 202)
        order = data_of(shop.buy(item, second, X_Request_ID=f"sleeps-{item}"), 202)["id"]
    shop.wait_until_written(item, 2)
    expected = {("web", "access_log"), ("worker", "writing")}
    eventually(lambda: expected <= set(loggers(search(shop, f"sleeps-{item}"))), 10)

    *_, request, written = search(shop, f"sleeps-{item}")

    assert request["more"]["made"] == [order]
    assert request["request_id"] == f"sleeps-{item}"
    assert (written["process"], written["request_id"]) == ("worker", f"wakes-{item}")
    # The other orders of the same drain are not shown.
    assert written["more"]["about"] == [order]


def test_a_trace_connects_request_job_and_sql(shop: Shop) -> None:
    trace = "4bf92f3577b34da6a3ce929d0e0e4736"
    item = shop.offer()
    shop.wait_until_quiet(item)

    shop.buy(item, shop.buyer(), traceparent=f"00-{trace}-00f067aa0ba902b7-01", X_Request_ID=f"trace-{item}")
    shop.wait_until_written(item, 1)
    expected = {("web", "access_log"), ("worker", "writing"), ("worker", "statement_log")}
    eventually(lambda: expected <= set(loggers(entries(shop, trace_id=trace, request_id=f"trace-{item}"))), 10)

    found = entries(shop, trace_id=trace, request_id=f"trace-{item}")
    jobs = {entry.get("job") for entry in found if entry["process"] == "worker"}
    assert len(jobs) == 1
    assert jobs != {None}


def test_records_are_paged_oldest_first(shop: Shop, client: HttpClient) -> None:
    admin = shop.admin()
    for item in range(999_901, 999_906):
        client.get(f"{API}/items/{item}", headers={"X-Request-ID": "paged-1"})
    eventually(lambda: len(entries(shop, request_id="paged-1", logger="shop.core.middleware.access_log")) == 5, 10)

    pages = [search(shop, "paged-1", admin, per_page=2, page=page) for page in range(1, 5)]
    all_entries = search(shop, "paged-1", admin, per_page=100)

    paged = [entry for page in pages for entry in page]
    assert paged == all_entries[: len(paged)]
    assert [len(page) for page in pages] == [2, 2, 2, 2]
    assert [entry["time"] for entry in all_entries] == sorted(entry["time"] for entry in all_entries)


def test_another_tenant_finds_nothing(shop: Shop, client: HttpClient) -> None:
    admin = shop.admin()
    client.get(f"{API}/auth/me", token=admin, headers={"X-Request-ID": "ours-1"})
    record_of(shop, "ours-1")

    assert search(shop, "ours-1", admin)
    assert search(shop, "ours-1", shop.admin(tenant_id=2)) == []
    assert search(shop, "unknown-1", admin) == []


def test_only_administrators_may_search(shop: Shop, client: HttpClient) -> None:
    path = f"{API}/logs?request_id=x"

    data_of(client.get(path), SIGN_IN)
    data_of(client.get(path, token=shop.buyer()), FORBIDDEN)


@pytest.mark.parametrize("query", ["", "request_id=", "request_id=a%20b", f"request_id={'x' * 129}", "request_id=%22"])
def test_a_search_needs_an_id(shop: Shop, client: HttpClient, query: str) -> None:
    response = client.get(f"{API}/logs?{query}", token=shop.admin())

    assert_refused(response, INVALID_QUERY, "request_id")


def test_the_command_shows_whole_entries_as_json(shop: Shop, client: HttpClient) -> None:
    client.get("/nowhere", headers={"X-Request-ID": "whole-entry-1"})
    record_of(shop, "whole-entry-1")

    (line,) = shop.service.run_cli("logs", "--request", "whole-entry-1", "--json").stdout.splitlines()

    assert orjson.loads(line)["route"] == "none"


def test_a_search_without_stored_records_fails(make_service: MakeService) -> None:
    service = make_service()
    service.prepare()

    done = service.run_cli("logs", "--request", "x-1", check=False)

    assert done.returncode == 1
    assert done.stderr.strip() == "Error: No records are kept here that could be searched."
