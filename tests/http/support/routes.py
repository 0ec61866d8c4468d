"""Every route of the API as its Controller declares it, and a request that its documentation calls valid."""

import itertools
import re
from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple
from urllib.parse import urlencode

from flask import Flask

from shop.app import API_PREFIX
from shop.core.auth.masking import Mask
from shop.core.auth.policy import AccessRule, get_rule
from shop.core.pagination.pages import PER_PAGE_MAX

Document = Mapping[str, Any]
_WORD = re.compile(r"<(?:\w+:)?(\w+)>")
_numbers = itertools.count(1)


class Route(NamedTuple):
    """One verb at one path, told from the API's own path on.

    `asks`: whether it looks at the token at all; `body`: the schema of its body, if it has one; `query`: asks for the
    longest page there is.
    """

    verb: str
    path: str
    rule: AccessRule
    masks: tuple[Mask, ...]
    asks: bool
    statuses: frozenset[int]
    body: Document | None
    query: str

    @property
    def name(self) -> str:
        """What it is called in a list of mistakes."""
        return f"{self.verb} {self.path}"

    @property
    def parameters(self) -> list[str]:
        """The ids in its path, such as `item_id`."""
        return re.findall(r"{(\w+)}", self.path)

    @property
    def successes(self) -> set[int]:
        """The statuses that it answers when all is well."""
        return {status for status in self.statuses if status < 300}


def read_routes(app: Flask) -> list[Route]:
    """All routes below the API's path; fails for one that does not say who may call it."""
    document = app.test_client().get("/openapi.json").get_json()
    return sorted(_routes(app, document), key=lambda route: (route.path, route.verb))


def _routes(app: Flask, document: Document) -> Iterator[Route]:
    for place in app.url_map.iter_rules():
        path = _WORD.sub(r"{\1}", place.rule)
        for verb in (place.methods or set()) - {"HEAD", "OPTIONS"} if path.startswith(API_PREFIX) else ():
            controller = getattr(app.view_functions[place.endpoint], "__self__", None)
            view = getattr(controller, verb.lower())
            rule = get_rule(view)
            assert rule, f"{verb} {path} does not say who may call it."
            said = document["paths"][path][verb.lower()]
            statuses = frozenset(map(int, said["responses"]))
            masks, asks = getattr(view, "__masks__", ()), hasattr(view, "__guards__")
            yield Route(
                verb, path.removeprefix(API_PREFIX), rule, masks, asks, statuses, _body(document, said), _query(said)
            )


def _query(said: Document) -> str:
    """What has to be said, and the longest page."""
    words = {it["name"]: it for it in said.get("parameters", ()) if it.get("in") == "query"}
    needed = {name: it["schema"]["example"] for name, it in words.items() if it["required"]}
    query = urlencode({**needed, **({"per_page": PER_PAGE_MAX} if "per_page" in words else {})})
    return f"?{query}" if query else ""


def example(schema: Document) -> dict[str, Any]:
    """A valid body from the examples, with an unused e-mail address."""
    examples = {name: field["example"] for name, field in schema["properties"].items() if "example" in field}
    if "oneOf" in schema:
        examples = {name: examples[name] for name in (*schema.get("required", ()), *schema["oneOf"][0]["required"])}
    missing = set(schema.get("required", ())) - examples.keys()
    assert not missing, f"Give an example, in the Validator's metadata, to {sorted(missing)}."
    return {name: _fresh(schema["properties"][name], value) for name, value in examples.items()}


def _fresh(field: Document, value: Any) -> Any:
    return f"{next(_numbers)}.{value}" if field.get("format") == "idn-email" else value


def _body(document: Document, operation: Document) -> Document | None:
    if "requestBody" not in operation:
        return None
    schema: Document = operation["requestBody"]["content"]["application/json"]["schema"]
    while "$ref" in schema:
        schema = document["components"]["schemas"][schema["$ref"].rpartition("/")[2]]
    return schema
