"""Shop in this process with filled lists, and requests to them."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import insert, update

from shop.constants.user import RoleFlag
from shop.core.crypto.tokens import Tokens
from shop.core.openapi.annotations import get_annotations
from shop.core.query.checker import ListChecker
from shop.models.tenant import Tenant
from shop.models.user import User
from tests.http.support.shop import API
from tests.http.support.user_rows import new_session, new_user
from tests.lists.support import list_rows
from tests.purchase.support.in_process_shop import InProcessShop
from tests.support.call_recording import record_sql

JsonObject = dict[str, Any]
ANONYMOUS = ""
PAGES_MAX = 1000


@dataclass
class ListShop:
    """Shop with items, orders, ledger lines, repairs and users."""

    shop: InProcessShop
    items: dict[str, int] = field(default_factory=dict)
    tokens: dict[str, str] = field(default_factory=dict)
    users: dict[str, int] = field(default_factory=dict)

    def fill(self) -> "ListShop":
        """Insert the rows."""
        engine = self.shop.database.engine
        tenant = {
            "tenant_id": list_rows.FOREIGN_TENANT,
            "slug": "foreign",
            "name": "Foreign",
            "created_at": list_rows.NOON,
        }
        with engine.begin() as connection:
            connection.execute(insert(Tenant), tenant)
        self.items = list_rows.add_items(engine)
        self.tokens = {"ada": self.shop.buyer(), "bob": self.shop.buyer(), "admin": self.shop.admin(), ANONYMOUS: ""}
        for name in ("ada", "bob"):
            user_id = self.users[name] = self.answer("/auth/me", name)[1]["id"]
            with engine.begin() as connection:
                connection.execute(update(User).where(User.id == user_id).values(name=name.title()))
        list_rows.add_orders(engine, self.items, self.users["ada"], self.users["bob"])
        list_rows.add_lines(engine, self.items["Green tea"], self.users["ada"])
        list_rows.add_runs(engine, [self.items["Green tea"], self.items["Teapot"]])
        self._add_foreign_rows()
        return self

    def _add_foreign_rows(self) -> None:
        engine, tokens = self.shop.database.engine, self.shop.container.get(Tokens)
        columns = {"tenant_id": list_rows.FOREIGN_TENANT, "roles": int(RoleFlag.ADMIN), "name": list_rows.FOREIGN}
        foreigner = new_user(engine, tokens, **columns)
        self.tokens["foreigner"] = foreigner.token
        list_rows.add_foreign_rows(engine, foreigner.id, self.items["Green tea"], self.users["ada"])
        with engine.begin() as connection:
            new_session(connection, tokens, self.users["ada"], list_rows.FOREIGN_TENANT)

    @property
    def ledger(self) -> str:
        """Path of the ledger that has lines."""
        return f"/items/{self.items['Green tea']}/stock-ledger"

    def lists(self) -> list[tuple[str, str]]:
        """Return every list with a user that may see it."""
        admin_lists = [(path, "admin") for path in ("/items", "/users", "/reconcile-runs", self.ledger)]
        return [("/items", ANONYMOUS), ("/orders", "ada"), *admin_lists]

    def answer(self, path: str, user: str = ANONYMOUS, **parameters: Any) -> tuple[int, Any]:
        """Request a list and return status and data of the response."""
        token = self.tokens[user]
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        response = self.shop.http.get(f"{API}{path}", query_string=parameters, headers=headers)
        return response.status_code, response.get_json()["data"]

    def rows(self, path: str, user: str = ANONYMOUS, **parameters: Any) -> list[JsonObject]:
        """Return the rows of a successful request."""
        status, data = self.answer(path, user, per_page=100, **parameters)
        assert status == 200, data
        return list(data["data"])

    def names(self, **parameters: Any) -> list[str]:
        """Return the names of the public items, oldest first."""
        return [row["name"] for row in self.rows("/items", **{"orderBy": "id", **parameters})]

    def refusal(self, path: str, user: str = ANONYMOUS, **parameters: Any) -> dict[str, list[str]]:
        """Return the messages by parameter of a refused request."""
        status, data = self.answer(path, user, **parameters)
        assert status == 422, data
        return dict(data)

    def walk(self, path: str, user: str, **parameters: Any) -> list[JsonObject]:
        """Follow the cursors of a list and return all rows."""
        rows: list[JsonObject] = []
        cursor: JsonObject = {}
        for _ in range(PAGES_MAX):
            status, data = self.answer(path, user, pagination="cursor", **parameters, **cursor)
            assert status == 200, data
            rows += data["data"]
            cursor = {"cursor": data["meta"]["pagination"]["next_cursor"]}
            if cursor["cursor"] is None:
                return rows
        raise AssertionError("The cursors do not end.")

    @contextmanager
    def record_statements(self) -> Iterator[list[str]]:
        """Record the statements that are sent within the context."""
        with record_sql(self.shop.database.engine) as statements:
            yield statements


def checker_of(list_shop: ListShop, path: str) -> ListChecker:
    """Return the Checker of a list."""
    adapter = list_shop.shop.http.application.url_map.bind("localhost")
    endpoint, _ = adapter.match(f"{API}{path}", method="GET")
    view: Any = list_shop.shop.http.application.view_functions[endpoint]
    parameters = get_annotations(type(view.__self__).get)["arguments"]["parameters"]
    schemas = (parameter["schema"] for parameter in parameters)
    return next(schema for schema in schemas if isinstance(schema, ListChecker))
