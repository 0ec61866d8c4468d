"""Comparison of responses with the examples of the OpenAPI document."""

from collections.abc import Iterator, Mapping
from typing import Any

from tests.support.openapi_document import resolve

Document = Mapping[str, Any]


def find_example_differences(body: Any, content: Document, document: Document) -> Iterator[str]:
    """List the differences of a response from the documented example of its code."""
    examples = [resolve(document, example)["value"] for example in content.get("examples", {}).values()]
    examples += [content["example"]] if "example" in content else []
    of_code = [example for example in examples if example["code"] == body["code"]]
    if not of_code:
        yield f"has the code {body['code']}, of which there is no example"
    elif body.get("status") == "success":
        yield from min(([*compare_shapes(body, example, "")] for example in of_code), key=len)
    elif all(facts_of(example) != facts_of(body) for example in of_code):
        yield f"has the facts {facts_of(body)}, and no example of {body['code']} has these"


def facts_of(body: Document) -> set[str]:
    """Return the names of the facts of a failure, without the names of wrong fields."""
    facts = body.get("data", body)
    return set(facts) if "error_code" in facts else set()


def compare_shapes(value: Any, example: Any, where: str) -> Iterator[str]:
    """List the members that only one of two values has. Null has any shape."""
    if isinstance(value, dict) and isinstance(example, dict):
        if value.keys() != example.keys():
            yield f"has at {where or 'the top'} the members {sorted(value)}, and the example {sorted(example)}"
        for name in value.keys() & example.keys():
            yield from compare_shapes(value[name], example[name], f"{where}/{name}")
    elif isinstance(value, list) and isinstance(example, list) and value and example:
        yield from compare_shapes(value[0], example[0], f"{where}[]")
    elif None not in (value, example) and type(value) is not type(example):
        yield f"has at {where} {value!r}, and the example {example!r}"
