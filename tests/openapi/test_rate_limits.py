"""The OpenAPI document tells of limits."""

from typing import Any

from tests.openapi.test_document import Document, api_operations, resolve

FIELDS = {"RateLimit", "RateLimit-Policy"}


def headers_of(document: Document, answer: Document) -> set[str]:
    headers: dict[str, Any] = resolve(document, answer).get("headers", {})
    return set(headers)


def test_every_operation_may_be_too_many(document: Document) -> None:
    assert [where for where, operation in api_operations(document) if "429" not in operation["responses"]] == []


def test_every_answer_documents_the_fields(document: Document) -> None:
    for where, operation in api_operations(document):
        for status, answer in operation["responses"].items():
            assert headers_of(document, answer) >= FIELDS, (where, status)


def test_what_says_when_to_come_back_documents_it(document: Document) -> None:
    answers = document["components"]["responses"]
    later = {name for name, answer in answers.items() if "Retry-After" in answer["headers"]}

    # Some conflicts end by themselves.
    assert later == {"Error409", "Error429", "Error503"}
