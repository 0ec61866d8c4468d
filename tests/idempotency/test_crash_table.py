"""A process or a store dies at every moment of a keyed write: it is done once, and nobody waits for ever."""

from pathlib import Path

import pytest

from shop.constants.stock import StockReason
from tests.http.support.envelope import data_of
from tests.http.support.idempotent_writes import IN_PROGRESS, Write, is_leased, is_replay, lines, send_at_once
from tests.http.support.shop import Shop
from tests.idempotency.crash_helpers import arm_crash, assert_dies, count_drafts, new_draft, pause_at, resume
from tests.purchase.conftest import RunningService
from tests.support.http import Response
from tests.support.polling import eventually

KEEPER = "shop.services.idempotency_record:IdempotencyRecordService"
CREATE = "shop.services.item:ItemService.create"
DATABASE_DOWN = 503001
TAKEN_OVER_SECONDS = 10.0


def until_done(shop: Shop, write: Write) -> Response:
    """The answer of `web.2` as soon as it is no longer "being worked on"."""

    def ask() -> Response:
        answer = write._replace(web="web.2").send(shop)
        assert answer.status == 201, answer.body
        return answer

    return eventually(ask, TAKEN_OVER_SECONDS)


def test_death_before_the_lease_leaves_nothing_behind(crashing_service: Shop, tmp_path: Path) -> None:
    write, mark = new_draft(crashing_service), tmp_path / "mark"
    with arm_crash(crashing_service, f"{KEEPER}.lease:before", mark):
        assert_dies(crashing_service, write, mark)
        answer = write._replace(web="web.2").send(crashing_service)

    assert (answer.status, is_replay(answer), count_drafts(crashing_service, write)) == (201, False, 1)


@pytest.mark.parametrize(
    "where",
    [f"{KEEPER}.lease:after", f"{KEEPER}.find:after", f"{CREATE}:before", f"{CREATE}:after", f"{KEEPER}.save:after"],
    ids=["leased", "looked", "before the work", "after the work", "sealed, before COMMIT"],
)
def test_death_before_the_commit_undoes_all_and_the_lease_ends(
    crashing_service: Shop, tmp_path: Path, where: str
) -> None:
    write, mark = new_draft(crashing_service), tmp_path / "mark"
    with arm_crash(crashing_service, where, mark):
        assert_dies(crashing_service, write, mark)
        at_first = write._replace(web="web.2").send(crashing_service)
        assert count_drafts(crashing_service, write) == 0
        answer = until_done(crashing_service, write)

    data_of(at_first, IN_PROGRESS)
    assert at_first.headers["Retry-After"] in {"1", "2", "3"}
    assert (is_replay(answer), count_drafts(crashing_service, write)) == (False, 1)


@pytest.mark.parametrize("where", ["shop.core.database.transaction:_run_hook:before", f"{KEEPER}.release:before"])
def test_death_after_the_commit_is_answered_at_once(crashing_service: Shop, tmp_path: Path, where: str) -> None:
    item, admin = crashing_service.offer(stock=3), crashing_service.admin()
    words = {"delta": 2, "reason": "found"}
    write = Write(admin, "k", f"/items/{item}/stock-adjustments", words)
    mark = tmp_path / "mark"
    with arm_crash(crashing_service, where, mark):
        assert_dies(crashing_service, write, mark)
        answer = write._replace(web="web.2").send(crashing_service)

    assert (data_of(answer, 200)["stock"], is_replay(answer)) == (5, True)
    assert lines(crashing_service, item, StockReason.ADJUSTMENT) == 1
    # What was held back until the commit died with the process; the schedule brings it.
    crashing_service.service.run_cli("sync")
    assert crashing_service.gate(item)["avail"] == "5"


def test_a_paused_process_that_wakes_after_the_takeover_tells_what_the_other_did(
    crashing_service: Shop, tmp_path: Path
) -> None:
    write, mark = new_draft(crashing_service), tmp_path / "mark"
    with pause_at(crashing_service, write, f"{CREATE}:after", mark) as late:
        answer = until_done(crashing_service, write)
        resume(mark)
        its = late.result(30.0)

    assert (answer.status, is_replay(answer)) == (201, False)
    assert (its.status, its.body, is_replay(its)) == (201, answer.body, True)
    assert count_drafts(crashing_service, write) == 1


def test_a_process_that_paused_with_its_record_written_is_the_one_that_did_it(
    crashing_service: Shop, tmp_path: Path
) -> None:
    write, mark = new_draft(crashing_service), tmp_path / "mark"
    with pause_at(crashing_service, write, f"{KEEPER}.save:after", mark) as late:
        eventually(lambda: not is_leased(crashing_service, write), TAKEN_OVER_SECONDS)
        stopped = write._replace(web="web.2").send(crashing_service)
        resume(mark)
        its = late.result(30.0)
        answer = until_done(crashing_service, write)

    # Its record stands in the way of everybody else's, and is not committed.
    data_of(stopped, DATABASE_DOWN)
    assert (its.status, is_replay(its)) == (201, False)
    assert (answer.body, is_replay(answer), count_drafts(crashing_service, write)) == (its.body, True, 1)


def test_a_key_that_redis_forgot_while_it_was_worked_on_has_one_effect(
    running_service: RunningService, tmp_path: Path
) -> None:
    shop, mark = running_service.shop, tmp_path / "mark"
    write = new_draft(shop)
    with pause_at(shop, write, f"{CREATE}:after", mark) as late:
        running_service.valkey.flush()
        answer = write._replace(web="web.2").send(shop)
        resume(mark)
        its = late.result(30.0)

    assert (answer.status, is_replay(answer)) == (201, False)
    assert (its.body, is_replay(its), count_drafts(shop, write)) == (answer.body, True, 1)


def test_without_redis_one_commits_and_the_others_replay_it(running_service: RunningService) -> None:
    shop, write = running_service.shop, new_draft(running_service.shop)
    running_service.valkey.stop()
    try:
        answers = send_at_once(shop, [write, write._replace(web="web.2")] * 3)
    finally:
        running_service.valkey.start()

    assert {(answer.status, answer.body) for answer in answers} == {(201, answers[0].body)}
    assert [is_replay(answer) for answer in answers].count(False) == 1
    assert count_drafts(shop, write) == 1


def test_without_redis_nobody_hears_that_the_order_was_cancelled_before(running_service: RunningService) -> None:
    shop = running_service.shop
    item, buyer = shop.offer(stock=3), shop.buyer()
    order = data_of(shop.buy(item, buyer, Prefer="wait=5"), 201)["id"]
    write = Write(buyer, "cancel", f"/orders/{order}/cancel", None)
    running_service.valkey.stop()
    try:
        answers = send_at_once(shop, [write, write._replace(web="web.2")] * 3)
    finally:
        running_service.valkey.start()

    assert {answer.json["code"] for answer in answers} == {200}
    assert [is_replay(answer) for answer in answers].count(False) == 1
    assert lines(shop, item, StockReason.RETURN) == 1
    shop.service.run_cli("sync")


def test_without_the_database_nothing_is_claimed(running_service: RunningService) -> None:
    shop, write = running_service.shop, new_draft(running_service.shop)
    assert new_draft(shop)._replace(token=write.token).send(shop).status == 201
    running_service.mariadb.stop()
    try:
        answers = [write.send(shop) for _ in range(2)]
        claimed = is_leased(shop, write)
    finally:
        running_service.mariadb.start()

    assert [data_of(answer, DATABASE_DOWN)["error_code"] for answer in answers] == ["DATABASE_UNAVAILABLE"] * 2
    assert not claimed
    answer = write.send(shop)
    assert (answer.status, is_replay(answer), count_drafts(shop, write)) == (201, False, 1)
