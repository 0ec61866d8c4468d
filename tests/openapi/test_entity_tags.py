"""Tags in the OpenAPI document: who has one, and what can be asked by it."""

from tests.openapi.test_document import Document, header_of, operations


def test_what_has_a_tag_says_so_and_can_be_asked_for_by_it(document: Document) -> None:
    tagged = {
        where: operation
        for where, operation in operations(document)
        if "ETag" in operation["responses"].get("200", {}).get("headers", {})
    }

    assert {"get /api/v1/items", "get /api/v1/items/{item_id}", "patch /api/v1/items/{item_id}"} <= tagged.keys()
    for where, operation in operations(document):
        asked = where in tagged and where.startswith("get ")
        assert ("304" in operation["responses"]) is asked, where
        assert (header_of(operation, "If-None-Match") is not None) is asked, where
        if asked:
            assert set(operation["responses"]["304"]) == {"description", "headers"}, where


def test_a_write_that_names_what_it_saw_documents_412(document: Document) -> None:
    conditional = {where for where, operation in operations(document) if header_of(operation, "If-Match")}

    assert conditional == {where for where, operation in operations(document) if "412" in operation["responses"]}
    assert conditional == {
        "patch /api/v1/items/{item_id}",
        "delete /api/v1/items/{item_id}",
        "post /api/v1/items/{item_id}/stock-adjustments",
    }
