"""Operations of the OpenAPI document, with example requests."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from tests.answers.recorded_shop import API, PASSWORD, RecordedShop, Rows, new_key
from tests.answers.wsgi_calls import Call, send
from tests.support.openapi_document import VERBS, Document, inline, resolve

Body = dict[str, Any]


@dataclass(frozen=True)
class Operation:
    """One method at one path; `example` is its example body."""

    verb: str
    path: str
    query: str
    parameters: frozenset[str]
    example: Body | None

    @property
    def is_write(self) -> bool:
        """True for an operation that may change rows."""
        return self.verb != "GET"

    def choose_token(self, shop: RecordedShop, rows: Rows) -> str:
        """Return the token of the owner where only an owner succeeds, else that of an administrator."""
        is_own = self.path.startswith((f"{API}/orders", f"{API}/auth")) or self.path.endswith("/purchase")
        return rows.token if is_own else shop.admin

    def fit_body(self, rows: Rows) -> Body | None:
        """Return the example body with the values of a user's rows."""
        if self.example is None:
            return None
        own = {
            "email": f"new.{rows.email}" if self.path.endswith("/register") else rows.email,
            "refresh_token": rows.refresh_token,
            "current_password": PASSWORD,
        }
        return {name: own.get(name, value) for name, value in self.example.items()}

    def build(self, shop: RecordedShop, rows: Rows, note: str, **changes: Any) -> Call:
        """Build a valid request; changes are `verb`, `query`, `ids`, `content`, `body` and `headers`.

        A header whose value is None is not sent.
        """
        body = changes.get("body", self.fit_body(rows))
        content = changes.get("content", None if body is None else json.dumps(body).encode())
        headers: dict[str, str | None] = {"Authorization": f"Bearer {self.choose_token(shop, rows)}"}
        headers |= {"Content-Type": "application/json"} if content is not None else {}
        headers |= {"Idempotency-Key": new_key()} if self.is_write else {}
        headers |= changes.get("headers", {})
        target = self.path.format(**{**rows.ids, **changes.get("ids", {})}) + changes.get("query", self.query)
        sent = {name: value for name, value in headers.items() if value is not None}
        return Call(changes.get("verb", self.verb), target, sent, content, note)


def read_operations(shop: RecordedShop) -> list[Operation]:
    """Read all operations of a shop, sorted by path."""
    document = inline(json.loads(send(shop.app, Call("GET", "/openapi.json")).body))
    return sorted(_list_operations(document), key=lambda operation: (operation.path, operation.verb))


def _list_operations(document: Document) -> Iterator[Operation]:
    for path, methods in document["paths"].items():
        for verb, described in methods.items():
            if verb in VERBS:
                parameters = described.get("parameters", ())
                required = {
                    one["name"]: one["schema"]["example"]
                    for one in parameters
                    if one["in"] == "query" and one["required"]
                }
                query = f"?{urlencode(required)}" if required else ""
                names = frozenset(one["name"] for one in parameters)
                yield Operation(verb.upper(), path, query, names, _build_example(document, described))


def _build_example(document: Document, described: Document) -> Body | None:
    if "requestBody" not in described:
        return None
    schema = resolve(document, described["requestBody"]["content"]["application/json"]["schema"])
    examples = {name: field["example"] for name, field in schema["properties"].items() if "example" in field}
    return dict(schema.get("example", examples))
