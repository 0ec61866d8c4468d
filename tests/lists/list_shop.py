"""A shop in this process whose lists are asked."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import update

from shop.core.query.checker import ListChecker
from shop.models.user import User
from tests.http.support.shop import API
from tests.lists import list_rows as rows
from tests.purchase.support.in_process_shop import InProcessShop
from tests.support.call_recording import record_sql

JsonObject = dict[str, Any]
ANONYMOUS = ""
PAGES_MAX = 1000


@dataclass
class ListShop:
    """Items, orders, ledger lines and repairs, and those who may see them."""

    shop: InProcessShop
    items: dict[str, int] = field(default_factory=dict)
    tokens: dict[str, str] = field(default_factory=dict)
    users: dict[str, int] = field(default_factory=dict)

    def fill(self) -> "ListShop":
        """Write the rows."""
        engine = self.shop.database.engine
        self.items = rows.add_items(engine)
        self.tokens = {"ada": self.shop.buyer(), "bob": self.shop.buyer(), "admin": self.shop.admin(), ANONYMOUS: ""}
        for name in ("ada", "bob"):
            user_id = self.users[name] = self.answer("/auth/me", name)[1]["id"]
            with engine.begin() as connection:
                connection.execute(update(User).where(User.id == user_id).values(name=name.title()))
        rows.add_orders(engine, self.items, self.users["ada"], self.users["bob"])
        rows.add_lines(engine, self.items["Green tea"], self.users["ada"])
        rows.add_runs(engine, [self.items["Green tea"], self.items["Teapot"]])
        return self

    @property
    def ledger(self) -> str:
        """The path of the ledger that has lines."""
        return f"/items/{self.items['Green tea']}/stock-ledger"

    def lists(self) -> list[tuple[str, str]]:
        """Every list, with somebody who may see it."""
        admins = [(path, "admin") for path in ("/items", "/users", "/reconcile-runs", self.ledger)]
        return [("/items", ANONYMOUS), ("/orders", "ada"), *admins]

    def answer(self, path: str, user: str = ANONYMOUS, **words: Any) -> tuple[int, Any]:
        """HTTP status and data of an answer."""
        token = self.tokens[user]
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        answer = self.shop.http.get(f"{API}{path}", query_string=words, headers=headers)
        return answer.status_code, answer.get_json()["data"]

    def rows(self, path: str, user: str = ANONYMOUS, **words: Any) -> list[JsonObject]:
        """The rows of a list that was understood."""
        status, data = self.answer(path, user, per_page=100, **words)
        assert status == 200, data
        return list(data["data"])

    def names(self, **words: Any) -> list[str]:
        """The names of the items that anybody finds, oldest first."""
        return [row["name"] for row in self.rows("/items", **{"orderBy": "id", **words})]

    def refusal(self, path: str, user: str = ANONYMOUS, **words: Any) -> dict[str, list[str]]:
        """Parameter -> sentences of a question that was not understood."""
        status, data = self.answer(path, user, **words)
        assert status == 422, data
        return dict(data)

    def walk(self, path: str, user: str, **words: Any) -> list[JsonObject]:
        """All rows of a list, from cursor to cursor."""
        found: list[JsonObject] = []
        cursor: JsonObject = {}
        for _ in range(PAGES_MAX):
            status, data = self.answer(path, user, pagination="cursor", **words, **cursor)
            assert status == 200, data
            found += data["data"]
            cursor = {"cursor": data["meta"]["pagination"]["next_cursor"]}
            if cursor["cursor"] is None:
                return found
        raise AssertionError("A walk without an end.")

    @contextmanager
    def record_statements(self) -> Iterator[list[str]]:
        """The statements that are sent while the context lasts."""
        with record_sql(self.shop.database.engine) as sent:
            yield sent


def checker_of(stage: ListShop, path: str) -> ListChecker:
    """The Checker that a list is asked through."""
    adapter = stage.shop.http.application.url_map.bind("localhost")
    endpoint, _ = adapter.match(f"{API}{path}", method="GET")
    view: Any = stage.shop.http.application.view_functions[endpoint]
    parameters = type(view.__self__).get._apidoc["arguments"]["parameters"]
    return next(it["schema"] for it in parameters if isinstance(it["schema"], ListChecker))
