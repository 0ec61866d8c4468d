"""Entity tags and conditional requests in the OpenAPI document."""

from tests.openapi.test_document import header_of, operations
from tests.support.openapi_document import Document


def test_operations_with_entity_tags_document_conditional_reads(document: Document) -> None:
    tagged = {
        where: operation
        for where, operation in operations(document)
        if "ETag" in operation["responses"].get("200", {}).get("headers", {})
    }

    assert {"get /api/v1/items", "get /api/v1/items/{item_id}", "patch /api/v1/items/{item_id}"} <= tagged.keys()
    for where, operation in operations(document):
        conditional_read = where in tagged and where.startswith("get ")
        assert ("304" in operation["responses"]) is conditional_read, where
        assert (header_of(document, operation, "If-None-Match") is not None) is conditional_read, where
        if conditional_read:
            assert set(operation["responses"]["304"]) == {"description", "headers"}, where


def test_a_conditional_write_documents_412(document: Document) -> None:
    conditional = {where for where, operation in operations(document) if header_of(document, operation, "If-Match")}

    assert conditional == {where for where, operation in operations(document) if "412" in operation["responses"]}
    assert conditional == {
        "patch /api/v1/items/{item_id}",
        "delete /api/v1/items/{item_id}",
        "post /api/v1/items/{item_id}/stock-adjustments",
    }
