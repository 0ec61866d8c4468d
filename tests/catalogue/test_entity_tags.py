"""Tags: whoever has it already is told so, and whoever saw something else changes nothing."""

from pathlib import Path
from typing import Any

import pytest
from werkzeug.test import TestResponse

from tests.catalogue.catalogue_client import list_names, read_item, rename_item
from tests.http.support.shop import API
from tests.purchase.support.in_process_shop import InProcessShop, data_of
from tests.support.servers.valkey import Valkey

CHANGED, MALFORMED, MISSING = 412001, 400006, 404301


def get(shop: InProcessShop, path: str, method: str = "GET", **headers: str) -> TestResponse:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return shop.http.open(f"{API}{path}", method=method, headers=named)


@pytest.fixture
def item(first_app: InProcessShop) -> int:
    """An item on sale."""
    return first_app.offer(stock=5)


@pytest.mark.parametrize("path", ["/items", "/items/{item}"])
@pytest.mark.parametrize("method", ["GET", "HEAD"])
def test_what_one_has_already_is_not_sent_again(first_app: InProcessShop, item: int, path: str, method: str) -> None:
    path = path.format(item=item)
    whole = get(first_app, path)
    tag = whole.headers["ETag"]

    for known in (tag, f"W/{tag}", f'"other", {tag}', "*"):
        answer = get(first_app, path, method, If_None_Match=known)
        assert (answer.status_code, answer.data) == (304, b"")
        for name in ("ETag", "Cache-Control", "Vary"):
            assert answer.headers[name] == whole.headers[name]
        assert not {"Content-Type", "Content-Length", "Content-Language", "Link"} & set(answer.headers.keys())
    for unknown in ('"other"', "nonsense", '"', "", tag[:-2] + '"'):
        assert get(first_app, path, method, If_None_Match=unknown).status_code == 200
    assert whole.headers["Cache-Control"] == "private, no-cache"


@pytest.mark.parametrize("path", ["/items", "/items/{item}"])
def test_a_sale_and_a_change_make_another_answer(first_app: InProcessShop, item: int, path: str) -> None:
    tags = [get(first_app, path.format(item=item)).headers["ETag"]]
    first_app.buy(item, first_app.buyer())
    tags.append(get(first_app, path.format(item=item)).headers["ETag"])
    data_of(rename_item(first_app, item, "New"), 200)
    tags.append(get(first_app, path.format(item=item)).headers["ETag"])

    assert len(set(tags)) == 3
    assert get(first_app, path.format(item=item), If_None_Match=", ".join(tags[:2])).status_code == 200


def test_an_envelope_with_other_keys_has_tags_of_its_own(
    first_app: InProcessShop, item: int, clean_database: str, valkey: Valkey, tmp_path: Path
) -> None:
    other = InProcessShop(clean_database, valkey.url, tmp_path, envelope_names=("message=msg",))
    tags = [get(shop, f"/items/{item}").headers["ETag"] for shop in (first_app, other)]
    other.close()
    assert tags[0] != tags[1]


def test_each_language_has_tags_of_its_own(first_app: InProcessShop, item: int) -> None:
    spoken = ("en", "zh-Hant", "zh-Hans")
    tags = {get(first_app, f"/items/{item}", Accept_Language=language).headers["ETag"] for language in spoken}
    assert len(tags) == 3
    # What a write is about is the same in all of them.
    assert len({tag.partition(".")[0] for tag in tags}) == 1


def test_a_refusal_has_no_tag(first_app: InProcessShop) -> None:
    answer = get(first_app, "/items/999", If_None_Match="*")
    assert (answer.status_code, "ETag" in answer.headers) == (404, False)


def write(shop: InProcessShop, what: str, item: int, **headers: str) -> TestResponse:
    """The answer to a write that names what it saw."""
    if what == "PATCH":
        return rename_item(shop, item, "New", **headers)
    said = {"Authorization": f"Bearer {shop.admin_token}", "Idempotency-Key": what}
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    path = f"{API}/items/{item}"
    if what == "DELETE":
        return shop.http.delete(path, headers=said | named)
    words: Any = {"delta": 1, "reason": "found"}
    return shop.http.post(f"{path}/stock-adjustments", json=words, headers=said | named)


WRITES = ("PATCH", "DELETE", "adjust")


@pytest.mark.parametrize("what", WRITES)
def test_whoever_saw_something_else_changes_nothing(first_app: InProcessShop, item: int, what: str) -> None:
    tag = get(first_app, f"/items/{item}").headers["ETag"]
    data_of(rename_item(first_app, item, "Changed"), 200)
    first_app.load(item)

    for seen in (tag, '"other"', f"W/{get(first_app, f'/items/{item}').headers['ETag']}", '""'):
        assert write(first_app, what, item, If_Match=seen).get_json()["code"] == CHANGED, seen

    assert (read_item(first_app, item)["name"], read_item(first_app, item)["stock"]) == ("Changed", 5)


@pytest.mark.parametrize("what", WRITES)
@pytest.mark.parametrize("seen", ["{tag}", '"other" , {tag}', "*"])
def test_whoever_saw_what_is_there_writes(first_app: InProcessShop, item: int, what: str, seen: str) -> None:
    tag = get(first_app, f"/items/{item}", Accept_Language="zh-Hant").headers["ETag"]
    # Sales do not stand between somebody and the words.
    first_app.buy_and_write(item, first_app.buyer())

    data_of(write(first_app, what, item, If_Match=seen.format(tag=tag)), 200)


@pytest.mark.parametrize("what", WRITES)
@pytest.mark.parametrize("seen", ["abc", '"open', '"a" "b"', "*, *", 'w/"a"', f'"{"a" * 1000}"'])
def test_what_is_no_tag_is_refused(first_app: InProcessShop, item: int, what: str, seen: str) -> None:
    answer = write(first_app, what, item, If_Match=seen).get_json()
    assert (answer["code"], list(answer["data"])) == (MALFORMED, ["If-Match"])
    assert (read_item(first_app, item)["name"], list_names(first_app)) == ("Thing", ["Thing"])


def test_a_tag_that_a_write_answers_is_the_one_that_is_read(first_app: InProcessShop, item: int) -> None:
    tag = rename_item(first_app, item, "New").headers["ETag"]
    first_app.load(item)
    assert get(first_app, f"/items/{item}").headers["ETag"] == tag
    assert rename_item(first_app, item, "Newer", If_Match=tag).headers["ETag"] != tag


def test_of_two_who_saw_the_same_one_writes(first_app: InProcessShop, second_app: InProcessShop, item: int) -> None:
    tag = get(first_app, f"/items/{item}").headers["ETag"]
    codes = [rename_item(shop, item, "New", If_Match=tag).get_json()["code"] for shop in (first_app, second_app)]
    assert codes == [200, CHANGED]


def test_a_write_that_is_sent_again_is_answered_as_before(first_app: InProcessShop, item: int) -> None:
    tag = get(first_app, f"/items/{item}").headers["ETag"]
    said = {"If_Match": tag, "Idempotency_Key": "again"}
    first = rename_item(first_app, item, "New", **said)
    data_of(rename_item(first_app, item, "Newer"), 200)
    again = rename_item(first_app, item, "New", **said)

    assert (again.status_code, again.data, again.headers["ETag"]) == (200, first.data, first.headers["ETag"])
    assert read_item(first_app, item)["name"] == "Newer"


def test_a_key_whose_write_saw_something_else_may_be_used_again(first_app: InProcessShop, item: int) -> None:
    assert rename_item(first_app, item, "New", If_Match='"old"', Idempotency_Key="k").get_json()["code"] == CHANGED
    tag = get(first_app, f"/items/{item}").headers["ETag"]
    data_of(rename_item(first_app, item, "New", If_Match=tag, Idempotency_Key="k"), 200)


def test_what_is_not_there_is_missing_whatever_was_seen(first_app: InProcessShop) -> None:
    for what in WRITES:
        assert write(first_app, what, 999, If_Match="*").get_json()["code"] == MISSING


def test_the_refusal_is_told_in_three_languages_and_both_ways(first_app: InProcessShop, item: int) -> None:
    languages = ("en", "zh-Hant", "zh-Hans")
    told = {
        rename_item(first_app, item, "N", If_Match='"x"', Accept_Language=it).get_json()["message"] for it in languages
    }
    problem = rename_item(first_app, item, "N", If_Match='"x"', Accept="application/problem+json")
    assert len(told) == 3
    assert (problem.mimetype, problem.get_json()["type"]) == ("application/problem+json", f"/errors/{CHANGED}")
