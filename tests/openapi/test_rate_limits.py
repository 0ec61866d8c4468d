"""Rate limits in the OpenAPI document."""

from typing import Any

from tests.openapi.test_document import api_operations
from tests.support.openapi_document import Document, resolve

HEADERS = {"RateLimit", "RateLimit-Policy"}


def headers_of(document: Document, response: Document) -> set[str]:
    headers: dict[str, Any] = resolve(document, response).get("headers", {})
    return set(headers)


def test_every_operation_documents_429(document: Document) -> None:
    assert [where for where, operation in api_operations(document) if "429" not in operation["responses"]] == []


def test_every_response_documents_the_rate_limit_headers(document: Document) -> None:
    for where, operation in api_operations(document):
        for status, response in operation["responses"].items():
            assert headers_of(document, response) >= HEADERS, (where, status)


def test_retryable_failures_document_retry_after(document: Document) -> None:
    responses = document["components"]["responses"]
    retryable = {name[-3:] for name, response in responses.items() if "Retry-After" in response["headers"]}

    # Some conflicts, such as a locked row, end without a change of the request.
    assert retryable == {"409", "429", "503"}
