"""Problem details (RFC 9457), over HTTP."""

from typing import Any

import pytest

from tests.http.support.envelope import data_of
from tests.http.support.shop import API, Shop
from tests.support.http import HttpClient, Response

PROBLEM = "application/problem+json"
PREFERS_PROBLEM = {"Accept": PROBLEM}
MEMBERS = {"type", "title", "status", "detail", "instance", "code"}
PREFERENCES = {
    PROBLEM: True,
    f"{PROBLEM}, application/json;q=0.9": True,
    f"{PROBLEM}, */*": True,
    f"{PROBLEM}; charset=utf-8, application/json;q=0.9": True,
    f"{PROBLEM}, application/json": True,
    f"application/json, {PROBLEM}": False,
    f"{PROBLEM};q=0.5, application/json": False,
    f"{PROBLEM};q=0": False,
    f"{PROBLEM};q=0, application/json;q=0": False,
    "application/json": False,
    "*/*": False,
    "": False,
}


def problem_of(answer: Response, code: int, *facts: str) -> Any:
    """Return the problem of a response; assert its code and members."""
    problem = answer.json
    assert (answer.headers["Content-Type"], problem["code"]) == (PROBLEM, code), problem
    assert answer.headers["Vary"] == "Accept, Accept-Language, Authorization, Cookie, X-Tenant"
    assert (answer.status, problem["status"]) == (int(str(code)[:3]),) * 2
    assert problem.keys() == MEMBERS | set(facts)
    assert problem["type"] == f"/errors/{code}"
    assert problem["title"]
    assert problem["detail"]
    return problem


@pytest.mark.parametrize(("accept", "preferred"), PREFERENCES.items())
def test_problem_details_are_sent_to_clients_that_prefer_them(client: HttpClient, accept: str, preferred: bool) -> None:
    answer = client.get("/nowhere", headers={"Accept": accept})

    assert answer.headers["Content-Type"] == (PROBLEM if preferred else "application/json")


def test_a_problem_contains_the_facts_of_the_error(client: HttpClient) -> None:
    problem = problem_of(
        client.get(f"{API}/items/999999", headers=PREFERS_PROBLEM), 404301, "error_code", "retry", "item_id"
    )

    assert (problem["detail"], problem["title"]) == ("Item 999999 does not exist.", "Item … does not exist.")
    assert (problem["instance"], problem["item_id"], problem["error_code"]) == (
        f"{API}/items/999999",
        999999,
        "NOT_FOUND",
    )


def test_a_success_keeps_the_envelope(client: HttpClient) -> None:
    data_of(client.get(f"{API}/items", headers=PREFERS_PROBLEM), 200)


@pytest.mark.parametrize(("method", "path", "code"), [("GET", "/%ff", 404), ("PUT", f"{API}/items", 405)])
def test_http_errors_are_problems(client: HttpClient, method: str, path: str, code: int) -> None:
    problem_of(client.request(method, path, headers=PREFERS_PROBLEM), code)


def test_a_405_problem_keeps_the_allow_header(client: HttpClient) -> None:
    assert "GET" in client.request("PUT", f"{API}/items", headers=PREFERS_PROBLEM).headers["Allow"]


@pytest.mark.parametrize(("media_type", "code"), [("text/plain", 415001), ("application/json", 400001)])
def test_an_unreadable_body_is_a_problem(client: HttpClient, buyer: str, media_type: str, code: int) -> None:
    headers = {**PREFERS_PROBLEM, "Authorization": f"Bearer {buyer}", "Content-Type": media_type}

    problem_of(client.send("POST", f"{API}/items/1/purchase", b"{", headers), code, "error_code", "retry")


def test_a_too_large_body_is_a_problem(client: HttpClient) -> None:
    # The body is not sent, since the server may close the connection.
    announced = {"Content-Type": "application/json", "Content-Length": str(1024 * 1024 + 1)}

    problem_of(client.send("POST", f"{API}/auth/login", None, PREFERS_PROBLEM | announced), 413)


def test_a_401_problem_keeps_the_www_authenticate_header(client: HttpClient) -> None:
    answer = client.get(f"{API}/orders", headers=PREFERS_PROBLEM)

    problem_of(answer, 401001, "error_code", "retry")
    assert answer.headers["WWW-Authenticate"] == "Bearer"


def test_each_invalid_field_has_a_pointer_and_a_code(client: HttpClient, shop: Shop) -> None:
    body = {"name": "", "price_minor": -1, "currency": "EUR", "stock": 1, "status": "draft", "a/b": 1}

    problem = problem_of(
        client.post(f"{API}/items", body, token=shop.admin(), headers=PREFERS_PROBLEM), 422301, "errors", "retry"
    )

    errors = {(error["pointer"], error["code"]) for error in problem["errors"]}
    assert errors == {("#/name", 422301), ("#/price_minor", 422302), ("#/a~1b", 422001)}
    assert all(error["detail"] for error in problem["errors"])


def test_a_body_of_the_wrong_type_has_the_root_pointer(client: HttpClient) -> None:
    problem = problem_of(client.post(f"{API}/auth/login", [1], headers=PREFERS_PROBLEM), 422001, "errors", "retry")

    assert [error["pointer"] for error in problem["errors"]] == ["#"]


def test_an_invalid_query_parameter_is_named(client: HttpClient, buyer: str) -> None:
    page = problem_of(client.get(f"{API}/items?page=0", headers=PREFERS_PROBLEM), 422001, "errors", "retry")
    cursor = problem_of(
        client.get(f"{API}/orders?cursor=mine", headers=PREFERS_PROBLEM, token=buyer), 422001, "errors", "retry"
    )

    assert [error["parameter"] for error in page["errors"] + cursor["errors"]] == ["page", "cursor"]


def test_a_field_refused_by_a_business_rule_has_a_pointer(client: HttpClient) -> None:
    body = {"name": "Ada", "email": "ada@problems.example", "password": "Correct-horse-1"}
    client.post(f"{API}/auth/register", body)

    problem = problem_of(client.post(f"{API}/auth/register", body, headers=PREFERS_PROBLEM), 422103, "errors", "retry")

    assert [(error["pointer"], error["code"]) for error in problem["errors"]] == [("#/email", 422103)]


def test_a_problem_is_in_the_requested_language(client: HttpClient) -> None:
    problem = problem_of(client.get("/nowhere?lang=zh-TW", headers=PREFERS_PROBLEM), 404)

    assert (problem["title"], problem["detail"]) == ("找不到", "找不到")


@pytest.mark.parametrize("headers", [{}, PREFERS_PROBLEM])
@pytest.mark.parametrize(
    ("path", "code"), [("/nowhere", 404), (f"{API}/items/999999", 404301), (f"{API}/items?page=0", 422001)]
)
def test_a_failure_links_to_the_page_of_its_code(
    client: HttpClient, path: str, code: int, headers: dict[str, str]
) -> None:
    answer = client.get(path, headers=headers)

    assert answer.headers["Link"] == f'</errors/{code}>; rel="describedby"'
    entry = data_of(client.get(f"/errors/{code}"), 200)
    assert entry["retry"] == ("new_request" if code == 422001 else "never")
    if headers and code > 999:
        assert answer.json["retry"] == entry["retry"]
