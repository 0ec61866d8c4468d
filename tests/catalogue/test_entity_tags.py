"""Entity tags: conditional reads and writes of items."""

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
    dashed = {name.replace("_", "-"): value for name, value in headers.items()}
    return shop.http.open(f"{API}{path}", method=method, headers=dashed)


@pytest.fixture
def item(first_app: InProcessShop) -> int:
    """Item on sale."""
    return first_app.offer(stock=5)


@pytest.mark.parametrize("path", ["/items", "/items/{item}"])
@pytest.mark.parametrize("method", ["GET", "HEAD"])
def test_a_read_with_the_current_tag_has_no_body(first_app: InProcessShop, item: int, path: str, method: str) -> None:
    path = path.format(item=item)
    full = get(first_app, path)
    tag = full.headers["ETag"]

    for known in (tag, f"W/{tag}", f'"other", {tag}', "*"):
        response = get(first_app, path, method, If_None_Match=known)
        assert (response.status_code, response.data) == (304, b"")
        for name in ("ETag", "Cache-Control", "Vary"):
            assert response.headers[name] == full.headers[name]
        assert not {"Content-Type", "Content-Length", "Content-Language", "Link"} & set(response.headers.keys())
    for unknown in ('"other"', "nonsense", '"', "", tag[:-2] + '"'):
        assert get(first_app, path, method, If_None_Match=unknown).status_code == 200
    assert full.headers["Cache-Control"] == "private, no-cache"


@pytest.mark.parametrize("path", ["/items", "/items/{item}"])
def test_a_sale_and_a_change_give_another_tag(first_app: InProcessShop, item: int, path: str) -> None:
    tags = [get(first_app, path.format(item=item)).headers["ETag"]]
    first_app.buy(item, first_app.buyer())
    tags.append(get(first_app, path.format(item=item)).headers["ETag"])
    data_of(rename_item(first_app, item, "New"), 200)
    tags.append(get(first_app, path.format(item=item)).headers["ETag"])

    assert len(set(tags)) == 3
    assert get(first_app, path.format(item=item), If_None_Match=", ".join(tags[:2])).status_code == 200


def test_an_envelope_with_other_keys_has_other_tags(
    first_app: InProcessShop, item: int, clean_database: str, valkey: Valkey, tmp_path: Path
) -> None:
    other = InProcessShop(clean_database, valkey.url, tmp_path, envelope_names=("message=msg",))
    tags = [get(shop, f"/items/{item}").headers["ETag"] for shop in (first_app, other)]
    other.close()
    assert tags[0] != tags[1]


def test_each_language_has_another_tag(first_app: InProcessShop, item: int) -> None:
    languages = ("en", "zh-Hant", "zh-Hans")
    tags = {get(first_app, f"/items/{item}", Accept_Language=language).headers["ETag"] for language in languages}
    assert len(tags) == 3
    # The part that identifies the version of the item is the same in all languages.
    assert len({tag.partition(".")[0] for tag in tags}) == 1


def test_an_error_has_no_tag(first_app: InProcessShop) -> None:
    response = get(first_app, "/items/999", If_None_Match="*")
    assert (response.status_code, "ETag" in response.headers) == (404, False)


def write(shop: InProcessShop, operation: str, item: int, **headers: str) -> TestResponse:
    """Send a write with custom headers and return the response."""
    if operation == "PATCH":
        return rename_item(shop, item, "New", **headers)
    defaults = {"Authorization": f"Bearer {shop.admin_token}", "Idempotency-Key": operation}
    custom = {name.replace("_", "-"): value for name, value in headers.items()}
    path = f"{API}/items/{item}"
    if operation == "DELETE":
        return shop.http.delete(path, headers=defaults | custom)
    body: Any = {"delta": 1, "reason": "found"}
    return shop.http.post(f"{path}/stock-adjustments", json=body, headers=defaults | custom)


WRITES = ("PATCH", "DELETE", "adjust")


@pytest.mark.parametrize("operation", WRITES)
def test_a_write_with_an_outdated_tag_is_refused(first_app: InProcessShop, item: int, operation: str) -> None:
    tag = get(first_app, f"/items/{item}").headers["ETag"]
    data_of(rename_item(first_app, item, "Changed"), 200)
    first_app.load(item)

    for seen in (tag, '"other"', f"W/{get(first_app, f'/items/{item}').headers['ETag']}", '""'):
        assert write(first_app, operation, item, If_Match=seen).get_json()["code"] == CHANGED, seen

    assert (read_item(first_app, item)["name"], read_item(first_app, item)["stock"]) == ("Changed", 5)


WEAK = (
    "A weak tag (W/) never matches: a proxy that compresses responses weakens tags. Read it again without compression."
)


@pytest.mark.parametrize("operation", WRITES)
@pytest.mark.parametrize("seen", ["W/{tag}", '"other", W/{tag}', 'W/"other"', '"other"'])
def test_a_weak_tag_is_refused_with_its_cause(first_app: InProcessShop, item: int, operation: str, seen: str) -> None:
    tag = get(first_app, f"/items/{item}").headers["ETag"]

    envelope = write(first_app, operation, item, If_Match=seen.format(tag=tag)).get_json()

    message = WEAK if "W/" in seen else "It has changed since you read it."
    assert (envelope["code"], envelope["message"]) == (CHANGED, message)


def test_a_strong_tag_beside_a_weak_one_matches(first_app: InProcessShop, item: int) -> None:
    tag = get(first_app, f"/items/{item}").headers["ETag"]

    data_of(write(first_app, "PATCH", item, If_Match=f'W/"other", {tag}'), 200)


@pytest.mark.parametrize("operation", WRITES)
@pytest.mark.parametrize("seen", ["{tag}", '"other" , {tag}', "*"])
def test_a_write_with_the_current_tag_succeeds(first_app: InProcessShop, item: int, operation: str, seen: str) -> None:
    tag = get(first_app, f"/items/{item}", Accept_Language="zh-Hant").headers["ETag"]
    # A sale does not change the version that writes compare.
    first_app.buy_and_write(item, first_app.buyer())

    data_of(write(first_app, operation, item, If_Match=seen.format(tag=tag)), 200)


@pytest.mark.parametrize("operation", WRITES)
@pytest.mark.parametrize("tag", ["abc", '"open', '"a" "b"', "*, *", 'w/"a"', f'"{"a" * 1000}"'])
def test_a_malformed_tag_is_refused(first_app: InProcessShop, item: int, operation: str, tag: str) -> None:
    envelope = write(first_app, operation, item, If_Match=tag).get_json()
    assert (envelope["code"], list(envelope["data"])) == (MALFORMED, ["If-Match"])
    assert (read_item(first_app, item)["name"], list_names(first_app)) == ("Thing", ["Thing"])


def test_the_tag_of_a_write_equals_the_tag_of_the_next_read(first_app: InProcessShop, item: int) -> None:
    tag = rename_item(first_app, item, "New").headers["ETag"]
    first_app.load(item)
    assert get(first_app, f"/items/{item}").headers["ETag"] == tag
    assert rename_item(first_app, item, "Newer", If_Match=tag).headers["ETag"] != tag


def test_one_of_two_writes_with_the_same_tag_succeeds(
    first_app: InProcessShop, second_app: InProcessShop, item: int
) -> None:
    tag = get(first_app, f"/items/{item}").headers["ETag"]
    codes = [rename_item(shop, item, "New", If_Match=tag).get_json()["code"] for shop in (first_app, second_app)]
    assert codes == [200, CHANGED]


def test_a_repeated_write_gets_the_same_response(first_app: InProcessShop, item: int) -> None:
    tag = get(first_app, f"/items/{item}").headers["ETag"]
    headers = {"If_Match": tag, "Idempotency_Key": "again"}
    first = rename_item(first_app, item, "New", **headers)
    data_of(rename_item(first_app, item, "Newer"), 200)
    second = rename_item(first_app, item, "New", **headers)

    assert (second.status_code, second.data, second.headers["ETag"]) == (200, first.data, first.headers["ETag"])
    assert read_item(first_app, item)["name"] == "Newer"


def test_the_key_of_a_write_with_an_outdated_tag_can_be_used_again(first_app: InProcessShop, item: int) -> None:
    assert rename_item(first_app, item, "New", If_Match='"old"', Idempotency_Key="k").get_json()["code"] == CHANGED
    tag = get(first_app, f"/items/{item}").headers["ETag"]
    data_of(rename_item(first_app, item, "New", If_Match=tag, Idempotency_Key="k"), 200)


def test_a_write_with_a_tag_to_a_missing_item_is_not_found(first_app: InProcessShop) -> None:
    for operation in WRITES:
        assert write(first_app, operation, 999, If_Match="*").get_json()["code"] == MISSING


def test_the_refusal_is_translated_and_available_as_a_problem(first_app: InProcessShop, item: int) -> None:
    languages = ("en", "zh-Hant", "zh-Hans")
    messages = {
        rename_item(first_app, item, "N", If_Match='"x"', Accept_Language=language).get_json()["message"]
        for language in languages
    }
    problem = rename_item(first_app, item, "N", If_Match='"x"', Accept="application/problem+json")
    assert len(messages) == 3
    assert (problem.mimetype, problem.get_json()["type"]) == ("application/problem+json", f"/errors/{CHANGED}")
