"""Failures in the OpenAPI document: one example for each code that an operation can answer."""

from typing import Any

import pytest
from jsonschema import Draft202012Validator

from shop.core.errors import find_code
from tests.openapi.test_document import operations
from tests.support.openapi_document import Document, inline

JSON, PROBLEM = "application/json", "application/problem+json"
PURCHASE = {
    "400": {400001, 400003, 400004, 400005, 400007}, "401": {401001, 401002}, "404": {404, 404001, 404301},
    "409": {409002, 409301, 409401}, "422": {422001, 422002, 422003, 422004, 422005, 422401},
    "429": {429001}, "503": {503001, 503002, 503003, 503401},
}  # fmt: skip


def examples_of(operation: Document, status: str, kind: str = JSON) -> dict[str, Any]:
    return {name: one["value"] for name, one in operation["responses"][status]["content"][kind]["examples"].items()}


@pytest.mark.parametrize("status", PURCHASE)
def test_a_purchase_names_the_codes_that_it_can_answer(document: Document, status: str) -> None:
    purchase = inline(document)["paths"]["/api/v1/items/{item_id}/purchase"]["post"]
    for kind in (JSON, PROBLEM):
        assert {example["code"] for example in examples_of(purchase, status, kind).values()} == PURCHASE[status]


def test_examples_of_failures_have_the_sentences_of_their_codes(document: Document) -> None:
    count = 0
    for where, operation in operations(inline(document)):
        for status in (status for status in operation["responses"] if status >= "400"):
            for name, example in examples_of(operation, status).items():
                code = find_code(example["code"])
                assert name.split(".")[0] == str(example["code"]), where
                assert "{" not in example["message"], (where, name)
                words = code.sentence.partition("{")[0] if code else ""
                assert example["message"].startswith(words), (where, name)
                count += 1
    assert count > 400


def test_every_example_conforms_to_its_schema(document: Document) -> None:
    components = document["components"]
    for where, operation in operations(inline(document)):
        for response in operation["responses"].values():
            for content in response.get("content", {}).values():
                schema = {**content["schema"], "components": components}
                bodies = [one["value"] for one in content.get("examples", {}).values()]
                bodies += [content["example"]] if "example" in content else []
                errors = [error.message for body in bodies for error in Draft202012Validator(schema).iter_errors(body)]
                assert errors == [], where


def test_the_written_order_of_a_purchase_is_confirmed(document: Document) -> None:
    responses = document["paths"]["/api/v1/items/{item_id}/purchase"]["post"]["responses"]
    written, accepted = (responses[status]["content"][JSON]["example"]["data"] for status in ("201", "202"))
    assert (written["status"], accepted["status"]) == ("confirmed", "pending")
    assert "item" not in written
    assert {**written, "status": "pending"} == accepted


@pytest.mark.parametrize(
    ("path", "absent", "present"),
    [("items", {"next_cursor"}, {"total", "current_page"}), ("orders", {"total", "current_page"}, {"next_cursor"})],
)
def test_the_example_of_a_list_has_its_default_mode(
    document: Document, path: str, absent: set[str], present: set[str]
) -> None:
    example = document["paths"][f"/api/v1/{path}"]["get"]["responses"]["200"]["content"][JSON]["example"]
    pagination = example["data"]["meta"]["pagination"]
    assert pagination.keys() >= present
    assert not pagination.keys() & absent
    assert pagination["count"] == len(example["data"]["data"])


@pytest.mark.parametrize(("path", "code"), [("register", 201101), ("login", 200102)])
def test_the_example_of_a_sign_in_has_its_success_code(document: Document, path: str, code: int) -> None:
    responses = document["paths"][f"/api/v1/auth/{path}"]["post"]["responses"]
    assert responses[str(code)[:3]]["content"][JSON]["example"]["code"] == code
