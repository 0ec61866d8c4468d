"""Routes of the API as declared by the Controllers, with example requests."""

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
from tests.support.openapi_document import inline

Document = Mapping[str, Any]
_PARAMETER = re.compile(r"<(?:\w+:)?(\w+)>")
_numbers = itertools.count(1)


class Route(NamedTuple):
    """One method at one path below the API prefix.

    `checks_token`: True when the route checks the token. `body`: schema of the body, or None.
    `query`: required parameters and the largest page. `evaluates_if_match`: True when If-Match is documented.
    """

    verb: str
    path: str
    rule: AccessRule
    masks: tuple[Mask, ...]
    checks_token: bool
    statuses: frozenset[int]
    body: Document | None
    query: str
    evaluates_if_match: bool

    @property
    def name(self) -> str:
        """Name of the route in lists of mistakes."""
        return f"{self.verb} {self.path}"

    @property
    def parameters(self) -> list[str]:
        """Names of the path parameters, such as `item_id`."""
        return re.findall(r"{(\w+)}", self.path)

    @property
    def successes(self) -> set[int]:
        """Documented statuses of successes."""
        return {status for status in self.statuses if status < 300}


def read_routes(app: Flask) -> list[Route]:
    """Read all API routes; assert that each has an access rule."""
    document = inline(app.test_client().get("/openapi.json").get_json())
    return sorted(_routes(app, document), key=lambda route: (route.path, route.verb))


def _routes(app: Flask, document: Document) -> Iterator[Route]:
    for url_rule in app.url_map.iter_rules():
        path = _PARAMETER.sub(r"{\1}", url_rule.rule)
        for verb in (url_rule.methods or set()) - {"HEAD", "OPTIONS"} if path.startswith(API_PREFIX) else ():
            controller = getattr(app.view_functions[url_rule.endpoint], "__self__", None)
            view = getattr(controller, verb.lower())
            rule = get_rule(view)
            assert rule, f"{verb} {path} has no access rule."
            operation = document["paths"][path][verb.lower()]
            statuses = frozenset(map(int, operation["responses"]))
            masks, checks_token = getattr(view, "__masks__", ()), hasattr(view, "__guards__")
            yield Route(
                verb,
                path.removeprefix(API_PREFIX),
                rule,
                masks,
                checks_token,
                statuses,
                _body(document, operation),
                _query(operation),
                any(parameter.get("name") == "If-Match" for parameter in operation.get("parameters", ())),
            )


def _query(operation: Document) -> str:
    """Return the required parameters and the largest page as a query string."""
    parameters = {
        parameter["name"]: parameter for parameter in operation.get("parameters", ()) if parameter.get("in") == "query"
    }
    required = {name: parameter["schema"]["example"] for name, parameter in parameters.items() if parameter["required"]}
    query = urlencode({**required, **({"per_page": PER_PAGE_MAX} if "per_page" in parameters else {})})
    return f"?{query}" if query else ""


def example(schema: Document) -> dict[str, Any]:
    """Build a valid body from the examples, with an unused e-mail address."""
    examples = {name: field["example"] for name, field in schema["properties"].items() if "example" in field}
    # The schema has an example of its own where fields exclude each other.
    examples = schema.get("example", examples)
    missing = set(schema.get("required", ())) - examples.keys()
    assert not missing, f"Give an example, in the Validator's metadata, to {sorted(missing)}."
    return {name: _make_unique(schema["properties"][name], value) for name, value in examples.items()}


def _make_unique(field: Document, value: Any) -> Any:
    return f"{next(_numbers)}.{value}" if field.get("format") == "idn-email" else value


def _body(document: Document, operation: Document) -> Document | None:
    if "requestBody" not in operation:
        return None
    schema: Document = operation["requestBody"]["content"]["application/json"]["schema"]
    while "$ref" in schema:
        schema = document["components"]["schemas"][schema["$ref"].rpartition("/")[2]]
    return schema
