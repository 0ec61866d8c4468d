"""Rows of an owner with unique marks to detect in responses."""

import itertools
from collections.abc import Mapping
from functools import partial
from typing import Any, NamedTuple
from uuid import UUID

from argon2 import PasswordHasher

from shop.constants.item import ItemStatus
from shop.constants.permission import Permission
from shop.constants.user import RoleFlag
from shop.core.clock import Clock
from shop.core.crypto.tokens import Tokens
from shop.core.database.model import DEFAULT_TENANT
from shop.core.validation.choices import enum_name
from shop.services.item import ItemService
from tests.http.support.user_rows import NewUser, new_user
from tests.purchase.support.in_process_shop import InProcessShop

OTHER_TENANT = 2
PRICE, QUANTITY = 918_273, 3
ON_SALE = "all"
# Hash of the example password of the documentation, with cheap parameters.
PASSWORD_HASH = PasswordHasher(1, 8, 1).hash("Correct-horse-1")
_numbers = itertools.count(1)


class Actor(NamedTuple):
    """A caller.

    `owner`: owns the rows; `permission_scope`: "that" is the permission of the route, "others" are all other ones.
    """

    name: str
    tenant_id: int = DEFAULT_TENANT
    signed_in: bool = True
    owner: bool = False
    permission_scope: str = ""
    admin: bool = False
    disabled: bool = False

    def permissions(self, required: str) -> list[str]:
        """Return the actor's permissions for a route that requires this one."""
        if self.permission_scope == "that":
            return [required]
        return (
            [permission.code for permission in Permission if permission.code != required]
            if self.permission_scope == "others"
            else []
        )


ACTORS = (
    Actor("anonymous", signed_in=False),
    Actor("the owner", owner=True),
    Actor("another user"),
    Actor("a disabled user", disabled=True),
    Actor("a clerk with that permission", permission_scope="that"),
    Actor("a clerk with all others", permission_scope="others"),
    Actor("an administrator", admin=True),
    Actor("a user of another tenant", OTHER_TENANT),
    Actor("a clerk of another tenant", OTHER_TENANT, permission_scope="that"),
    Actor("an administrator of another tenant", OTHER_TENANT, admin=True),
)


class MarkedRows:
    """A user, an order, an item and a draft with unique marks."""

    def __init__(self, shop: InProcessShop) -> None:
        self.shop = shop
        shop.add_tenant(OTHER_TENANT)
        mark = f"marked{next(_numbers)}"
        self.owner = self.enter(password_hash=PASSWORD_HASH, name=f"{mark}name", email=f"{mark}mail@{mark}mail.example")
        texts = {"zh-Hant": f"{mark}text"}
        self.item = shop.offer(50, price_minor=PRICE, name=f"{mark}item", name_translations=texts)
        self.draft = self._draft(f"{mark}draft")
        shop.adjust(self.item, shop.admin_token, delta=1, reason=f"{mark}note")
        self.order = shop.buy_and_write(self.item, self.owner.token, QUANTITY)
        self.session = shop.container.get(Tokens).verify(self.owner.token).session_id
        # Area of the permissions that show a row -> its mark. E-mail addresses have a permission of their own, and
        # items on sale are visible to the whole tenant.
        self.marks: Mapping[str, str] = {
            ON_SALE: f"{mark}item",
            "100": f"{mark}name",
            Permission.USERS_VIEW_EMAIL.code: f"{mark}mail",
            "300": f"{mark}draft",
            # In English, other languages are returned to editors only.
            Permission.ITEMS_UPDATE.code: f"{mark}text",
            "400": str(PRICE * QUANTITY),
            "500": f"{mark}note",
        }

    def ids(self, *, hidden: bool = False) -> dict[str, Any]:
        """Return the values of the path parameters."""
        return {
            "user_id": self.owner.id,
            "item_id": self.draft if hidden else self.item,
            "order_id": self.order,
            "session_id": self.session,
            "constant": enum_name(ItemStatus),
        }

    def token_of(self, actor: Actor, required: str) -> str | None:
        """Return the actor's token for a route that requires this permission."""
        if not actor.signed_in:
            return None
        if actor.owner:
            return self.owner.token
        columns = {
            "password_hash": PASSWORD_HASH,
            "tenant_id": actor.tenant_id,
            "roles": int(RoleFlag.ADMIN if actor.admin else RoleFlag.GENERAL),
            "permissions": " ".join(actor.permissions(required)),
            "disabled_at": Clock().now() if actor.disabled else None,
        }
        return self.enter(**columns).token

    def rows(self) -> list[tuple[Any, ...]]:
        """Read the owner's rows from the database."""
        tables = (
            ("items", "id IN (%s, %s)", (self.item, self.draft)),
            ("orders", "id = %s", (UUID(self.order).bytes,)),
            ("users", "id = %s", (self.owner.id,)),
        )
        return [
            row
            for table, condition, ids in tables
            for row in self.shop.rows(f"SELECT * FROM {table} WHERE {condition}", *ids)
        ]

    def enter(self, **columns: Any) -> NewUser:
        """Create a user."""
        return new_user(self.shop.database.engine, self.shop.container.get(Tokens), **columns)

    def _draft(self, name: str) -> int:
        body = {"name": name, "price_minor": 1, "currency": "EUR", "stock": 1, "status": ItemStatus.DRAFT}
        make = partial(self.shop.container.get(ItemService).create, None, body)
        return int(self.shop.run_in_tenant(make)["id"])
