"""Tags: whoever has it already is told so, and whoever saw something else changes nothing."""

from pathlib import Path
from typing import Any

import pytest
from werkzeug.test import TestResponse

from tests.catalogue.catalogue_client import names, read, rename
from tests.http.support.shop import API
from tests.purchase.support.in_process_shop import Indoors, data_of
from tests.support.servers.valkey import Valkey

CHANGED, MALFORMED, MISSING = 412001, 400006, 404301


def get(shop: Indoors, path: str, method: str = "GET", **headers: str) -> TestResponse:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return shop.http.open(f"{API}{path}", method=method, headers=named)


@pytest.fixture
def item(here: Indoors) -> int:
    """An item on sale."""
    return here.offer(stock=5)


@pytest.mark.parametrize("path", ["/items", "/items/{item}"])
@pytest.mark.parametrize("method", ["GET", "HEAD"])
def test_what_one_has_already_is_not_sent_again(here: Indoors, item: int, path: str, method: str) -> None:
    path = path.format(item=item)
    whole = get(here, path)
    tag = whole.headers["ETag"]

    for known in (tag, f"W/{tag}", f'"other", {tag}', "*"):
        answer = get(here, path, method, If_None_Match=known)
        assert (answer.status_code, answer.data) == (304, b"")
        for name in ("ETag", "Cache-Control", "Vary"):
            assert answer.headers[name] == whole.headers[name]
        assert not {"Content-Type", "Content-Length", "Content-Language", "Link"} & set(answer.headers.keys())
    for unknown in ('"other"', "nonsense", '"', "", tag[:-2] + '"'):
        assert get(here, path, method, If_None_Match=unknown).status_code == 200
    assert whole.headers["Cache-Control"] == "private, no-cache"


@pytest.mark.parametrize("path", ["/items", "/items/{item}"])
def test_a_sale_and_a_change_make_another_answer(here: Indoors, item: int, path: str) -> None:
    tags = [get(here, path.format(item=item)).headers["ETag"]]
    here.buy(item, here.buyer())
    tags.append(get(here, path.format(item=item)).headers["ETag"])
    data_of(rename(here, item, "New"), 200)
    tags.append(get(here, path.format(item=item)).headers["ETag"])

    assert len(set(tags)) == 3
    assert get(here, path.format(item=item), If_None_Match=", ".join(tags[:2])).status_code == 200


def test_an_envelope_with_other_keys_has_tags_of_its_own(
    here: Indoors, item: int, clean_database: str, valkey: Valkey, tmp_path: Path
) -> None:
    other = Indoors(clean_database, valkey.url, tmp_path, envelope_names=("message=msg",))
    tags = [get(shop, f"/items/{item}").headers["ETag"] for shop in (here, other)]
    other.close()
    assert tags[0] != tags[1]


def test_each_language_has_tags_of_its_own(here: Indoors, item: int) -> None:
    spoken = ("en", "zh-Hant", "zh-Hans")
    tags = {get(here, f"/items/{item}", Accept_Language=language).headers["ETag"] for language in spoken}
    assert len(tags) == 3
    # What a write is about is the same in all of them.
    assert len({tag.partition(".")[0] for tag in tags}) == 1


def test_a_refusal_has_no_tag(here: Indoors) -> None:
    answer = get(here, "/items/999", If_None_Match="*")
    assert (answer.status_code, "ETag" in answer.headers) == (404, False)


def write(shop: Indoors, what: str, item: int, **headers: str) -> TestResponse:
    """The answer to a write that names what it saw."""
    if what == "PATCH":
        return rename(shop, item, "New", **headers)
    said = {"Authorization": f"Bearer {shop.admin_token}", "Idempotency-Key": what}
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    path = f"{API}/items/{item}"
    if what == "DELETE":
        return shop.http.delete(path, headers=said | named)
    words: Any = {"delta": 1, "reason": "found"}
    return shop.http.post(f"{path}/stock-adjustments", json=words, headers=said | named)


WRITES = ("PATCH", "DELETE", "adjust")


@pytest.mark.parametrize("what", WRITES)
def test_whoever_saw_something_else_changes_nothing(here: Indoors, item: int, what: str) -> None:
    tag = get(here, f"/items/{item}").headers["ETag"]
    data_of(rename(here, item, "Changed"), 200)
    here.load(item)

    for seen in (tag, '"other"', f"W/{get(here, f'/items/{item}').headers['ETag']}", '""'):
        assert write(here, what, item, If_Match=seen).get_json()["code"] == CHANGED, seen

    assert (read(here, item)["name"], read(here, item)["stock"]) == ("Changed", 5)


@pytest.mark.parametrize("what", WRITES)
@pytest.mark.parametrize("seen", ["{tag}", '"other" , {tag}', "*"])
def test_whoever_saw_what_is_there_writes(here: Indoors, item: int, what: str, seen: str) -> None:
    tag = get(here, f"/items/{item}", Accept_Language="zh-Hant").headers["ETag"]
    # Sales do not stand between somebody and the words.
    here.own(item, here.buyer())

    data_of(write(here, what, item, If_Match=seen.format(tag=tag)), 200)


@pytest.mark.parametrize("what", WRITES)
@pytest.mark.parametrize("seen", ["abc", '"open', '"a" "b"', "*, *", 'w/"a"', f'"{"a" * 1000}"'])
def test_what_is_no_tag_is_refused(here: Indoors, item: int, what: str, seen: str) -> None:
    answer = write(here, what, item, If_Match=seen).get_json()
    assert (answer["code"], list(answer["data"])) == (MALFORMED, ["If-Match"])
    assert (read(here, item)["name"], names(here)) == ("Thing", ["Thing"])


def test_a_tag_that_a_write_answers_is_the_one_that_is_read(here: Indoors, item: int) -> None:
    tag = rename(here, item, "New").headers["ETag"]
    here.load(item)
    assert get(here, f"/items/{item}").headers["ETag"] == tag
    assert rename(here, item, "Newer", If_Match=tag).headers["ETag"] != tag


def test_of_two_who_saw_the_same_one_writes(here: Indoors, there: Indoors, item: int) -> None:
    tag = get(here, f"/items/{item}").headers["ETag"]
    codes = [rename(shop, item, "New", If_Match=tag).get_json()["code"] for shop in (here, there)]
    assert codes == [200, CHANGED]


def test_a_write_that_is_sent_again_is_answered_as_before(here: Indoors, item: int) -> None:
    tag = get(here, f"/items/{item}").headers["ETag"]
    said = {"If_Match": tag, "Idempotency_Key": "again"}
    first = rename(here, item, "New", **said)
    data_of(rename(here, item, "Newer"), 200)
    again = rename(here, item, "New", **said)

    assert (again.status_code, again.data, again.headers["ETag"]) == (200, first.data, first.headers["ETag"])
    assert read(here, item)["name"] == "Newer"


def test_a_key_whose_write_saw_something_else_may_be_used_again(here: Indoors, item: int) -> None:
    assert rename(here, item, "New", If_Match='"old"', Idempotency_Key="k").get_json()["code"] == CHANGED
    tag = get(here, f"/items/{item}").headers["ETag"]
    data_of(rename(here, item, "New", If_Match=tag, Idempotency_Key="k"), 200)


def test_what_is_not_there_is_missing_whatever_was_seen(here: Indoors) -> None:
    for what in WRITES:
        assert write(here, what, 999, If_Match="*").get_json()["code"] == MISSING


def test_the_refusal_is_told_in_three_languages_and_both_ways(here: Indoors, item: int) -> None:
    languages = ("en", "zh-Hant", "zh-Hans")
    told = {rename(here, item, "N", If_Match='"x"', Accept_Language=it).get_json()["message"] for it in languages}
    problem = rename(here, item, "N", If_Match='"x"', Accept="application/problem+json")
    assert len(told) == 3
    assert (problem.mimetype, problem.get_json()["type"]) == ("application/problem+json", f"/errors/{CHANGED}")
