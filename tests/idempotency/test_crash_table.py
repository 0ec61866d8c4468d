"""Crashes of processes and stores at each step of an idempotent write."""

from pathlib import Path

import pytest

from shop.constants.stock import StockReason
from tests.http.support.envelope import data_of
from tests.http.support.idempotent_writes import IN_PROGRESS, Write, is_leased, is_replay, lines, send_at_once
from tests.http.support.shop import Shop
from tests.idempotency.crash_helpers import (
    CREATE,
    HOOK,
    STORE,
    arm_crash,
    assert_dies,
    count_drafts,
    new_draft,
    pause_at,
    resume,
)
from tests.purchase.conftest import RunningService
from tests.support.http import Response
from tests.support.polling import eventually

DATABASE_DOWN = 503001
LEASE_EXPIRY_SECONDS = 10.0


def send_until_done(shop: Shop, write: Write) -> Response:
    """Send a write to `web.2` until it is no longer in progress."""

    def send() -> Response:
        response = write._replace(web="web.2").send(shop)
        assert response.status == 201, response.body
        return response

    return eventually(send, LEASE_EXPIRY_SECONDS)


def test_a_crash_before_the_lease_leaves_nothing_behind(crashing_service: Shop, tmp_path: Path) -> None:
    write, mark = new_draft(crashing_service), tmp_path / "mark"
    with arm_crash(crashing_service, f"{STORE}.lease:before", mark):
        assert_dies(crashing_service, write, mark)
        response = write._replace(web="web.2").send(crashing_service)

    assert (response.status, is_replay(response), count_drafts(crashing_service, write)) == (201, False, 1)


@pytest.mark.parametrize(
    "where",
    [f"{STORE}.lease:after", f"{STORE}.find:after", f"{CREATE}:before", f"{CREATE}:after", f"{STORE}.save:after"],
    ids=["after the lease", "after the lookup", "before the view", "after the view", "recorded, before COMMIT"],
)
def test_a_crash_before_the_commit_undoes_the_write_and_the_lease_expires(
    crashing_service: Shop, tmp_path: Path, where: str
) -> None:
    write, mark = new_draft(crashing_service), tmp_path / "mark"
    with arm_crash(crashing_service, where, mark):
        assert_dies(crashing_service, write, mark)
        in_progress = write._replace(web="web.2").send(crashing_service)
        assert count_drafts(crashing_service, write) == 0
        response = send_until_done(crashing_service, write)

    data_of(in_progress, IN_PROGRESS)
    assert in_progress.headers["Retry-After"] in {"1", "2", "3"}
    assert (is_replay(response), count_drafts(crashing_service, write)) == (False, 1)


@pytest.mark.parametrize("where", [f"{HOOK}:before", f"{STORE}.release:before"])
def test_after_a_crash_after_the_commit_the_next_request_is_a_replay(
    crashing_service: Shop, tmp_path: Path, where: str
) -> None:
    item, admin = crashing_service.offer(stock=3), crashing_service.admin()
    body = {"delta": 2, "reason": "found"}
    write = Write(admin, "k", f"/items/{item}/stock-adjustments", body)
    mark = tmp_path / "mark"
    with arm_crash(crashing_service, where, mark):
        assert_dies(crashing_service, write, mark)
        response = write._replace(web="web.2").send(crashing_service)

    assert (data_of(response, 200)["stock"], is_replay(response)) == (5, True)
    assert lines(crashing_service, item, StockReason.ADJUSTMENT) == 1
    # The work after the commit was lost with the process; the schedule repeats it.
    crashing_service.service.run_cli("sync")
    assert crashing_service.gate(item)["avail"] == "5"


def test_a_process_that_resumes_after_a_takeover_replays_the_others_response(
    crashing_service: Shop, tmp_path: Path
) -> None:
    write, mark = new_draft(crashing_service), tmp_path / "mark"
    with pause_at(crashing_service, write, f"{CREATE}:after", mark) as late:
        response = send_until_done(crashing_service, write)
        resume(mark)
        late_response = late.result(30.0)

    assert (response.status, is_replay(response)) == (201, False)
    assert (late_response.status, late_response.body, is_replay(late_response)) == (201, response.body, True)
    assert count_drafts(crashing_service, write) == 1


def test_a_process_that_resumes_with_its_record_written_commits_its_write(
    crashing_service: Shop, tmp_path: Path
) -> None:
    write, mark = new_draft(crashing_service), tmp_path / "mark"
    with pause_at(crashing_service, write, f"{STORE}.save:after", mark) as late:
        eventually(lambda: not is_leased(crashing_service, write), LEASE_EXPIRY_SECONDS)
        blocked = write._replace(web="web.2").send(crashing_service)
        resume(mark)
        late_response = late.result(30.0)
        response = send_until_done(crashing_service, write)

    # The uncommitted record of the paused process blocks the record of the other one.
    data_of(blocked, DATABASE_DOWN)
    assert (late_response.status, is_replay(late_response)) == (201, False)
    assert (response.body, is_replay(response), count_drafts(crashing_service, write)) == (late_response.body, True, 1)


def test_a_lease_that_redis_loses_in_progress_leads_to_one_effect(
    running_service: RunningService, tmp_path: Path
) -> None:
    shop, mark = running_service.shop, tmp_path / "mark"
    write = new_draft(shop)
    with pause_at(shop, write, f"{CREATE}:after", mark) as late:
        running_service.valkey.flush()
        response = write._replace(web="web.2").send(shop)
        resume(mark)
        late_response = late.result(30.0)

    assert (response.status, is_replay(response)) == (201, False)
    assert (late_response.body, is_replay(late_response), count_drafts(shop, write)) == (response.body, True, 1)


def test_without_redis_one_request_commits_and_the_others_replay_it(running_service: RunningService) -> None:
    shop, write = running_service.shop, new_draft(running_service.shop)
    running_service.valkey.stop()
    try:
        responses = send_at_once(shop, [write, write._replace(web="web.2")] * 3)
    finally:
        running_service.valkey.start()

    assert {(response.status, response.body) for response in responses} == {(201, responses[0].body)}
    assert [is_replay(response) for response in responses].count(False) == 1
    assert count_drafts(shop, write) == 1


def test_without_redis_a_cancellation_is_replayed_and_not_refused(running_service: RunningService) -> None:
    shop = running_service.shop
    item, buyer = shop.offer(stock=3), shop.buyer()
    order = data_of(shop.buy(item, buyer, Prefer="wait=5"), 201)["id"]
    write = Write(buyer, "cancel", f"/orders/{order}/cancel", None)
    running_service.valkey.stop()
    try:
        responses = send_at_once(shop, [write, write._replace(web="web.2")] * 3)
    finally:
        running_service.valkey.start()

    assert {response.json["code"] for response in responses} == {200}
    assert [is_replay(response) for response in responses].count(False) == 1
    assert lines(shop, item, StockReason.RETURN) == 1
    shop.service.run_cli("sync")


def test_without_the_database_no_lease_remains(running_service: RunningService) -> None:
    shop, write = running_service.shop, new_draft(running_service.shop)
    assert new_draft(shop)._replace(token=write.token).send(shop).status == 201
    running_service.mariadb.stop()
    try:
        responses = [write.send(shop) for _ in range(2)]
        leased = is_leased(shop, write)
    finally:
        running_service.mariadb.start()

    assert [data_of(response, DATABASE_DOWN)["error_code"] for response in responses] == ["DATABASE_UNAVAILABLE"] * 2
    assert not leased
    response = write.send(shop)
    assert (response.status, is_replay(response), count_drafts(shop, write)) == (201, False, 1)
