"""Giving rights and taking them: by whom, to whom, and from when on."""

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from shop.constants.permission import Permission
from shop.constants.user import RoleFlag
from tests.http.support.envelope import assert_refused, data_of
from tests.http.support.shop import API, Shop
from tests.http.support.user_rows import NewUser
from tests.support.http import Response

FORBIDDEN, OWN_RIGHTS, ADMINISTRATOR, NOT_HELD = 403001, 403101, 403102, 403701
NO_USER, ROLES, PERMISSIONS, SYSTEM = 404101, 422111, 422701, 422702
CREATE, VIEW, GRANT = Permission.ITEMS_CREATE, Permission.USERS_VIEW_ANY, Permission.USERS_GRANT
ADMIN = int(RoleFlag.ADMIN)
# More than there are web processes, each over a connection of its own.
TIMES = 8


def assign(
    shop: Shop, token: str, user: NewUser, *permissions: Permission | str, roles: Any = ("general",)
) -> Response:
    codes = [getattr(permission, "code", permission) for permission in permissions]
    with shop.client() as client:
        return client.request(
            "PUT", f"{API}/users/{user.id}/roles", {"roles": roles, "permissions": codes}, token=token
        )


def statuses(shop: Shop, token: str, path: str = "/users") -> set[int]:
    """What every web process answers to a GET."""

    def ask(_: int) -> int:
        with shop.client() as client:
            return client.get(f"{API}{path}", token=token).status

    with ThreadPoolExecutor(TIMES) as pool:
        return set(pool.map(ask, range(TIMES)))


def rights(shop: Shop, user: NewUser) -> tuple[int, str]:
    return tuple(
        shop.query_value(f"SELECT {column} FROM users WHERE id = %s", user.id) for column in ("roles", "permissions")
    )


def test_changed_permissions_apply_to_the_next_request_in_every_process(shop: Shop) -> None:
    user, admin = shop.enter(), shop.admin()
    assert statuses(shop, user.token) == {403}

    card = data_of(assign(shop, admin, user, VIEW), 200)
    assert (card["id"], card["roles"], card["permissions"]) == (user.id, ["general"], [VIEW.code])
    assert statuses(shop, user.token) == {200}

    data_of(assign(shop, admin, user), 200)
    assert statuses(shop, user.token) == {403}


def test_a_former_administrator_loses_access(shop: Shop) -> None:
    other, admin = shop.enter(roles=ADMIN), shop.admin()
    assert statuses(shop, other.token) == {200}

    data_of(assign(shop, admin, other), 200)

    assert statuses(shop, other.token) == {403}


def test_roles_combine(shop: Shop) -> None:
    user = shop.enter()

    card = data_of(assign(shop, shop.admin(), user, roles=["general", "admin"]), 200)

    assert card["roles"] == ["general", "admin"]
    assert statuses(shop, user.token) == {200}


def test_a_403_names_the_missing_permission(shop: Shop) -> None:
    refused = data_of(assign(shop, shop.enter(VIEW).token, shop.enter(), VIEW), FORBIDDEN)

    assert refused == {"error_code": "FORBIDDEN", "permission": GRANT.code}


@pytest.mark.parametrize("roles", [["general"], ["admin"], ["general", "admin"]])
def test_a_user_cannot_change_own_permissions(shop: Shop, roles: list[str]) -> None:
    for user in (shop.enter(roles=ADMIN), shop.enter(GRANT)):
        before = rights(shop, user)

        data_of(assign(shop, user.token, user, GRANT, CREATE, roles=roles), OWN_RIGHTS)

        assert rights(shop, user) == before


def test_a_clerk_grants_and_revokes_only_own_permissions(shop: Shop) -> None:
    clerk, user = shop.enter(GRANT, VIEW), shop.enter(CREATE)

    assert data_of(assign(shop, clerk.token, user), NOT_HELD)["permissions"] == [CREATE.code]
    other = Permission.STOCK_ADJUST
    assert data_of(assign(shop, clerk.token, user, CREATE, other), NOT_HELD)["permissions"] == [other.code]
    # What stays as it was, it need not have.
    assert data_of(assign(shop, clerk.token, user, CREATE, VIEW), 200)["permissions"] == [VIEW.code, CREATE.code]
    assert data_of(assign(shop, clerk.token, user, CREATE), 200)["permissions"] == [CREATE.code]


def test_a_clerk_can_neither_create_nor_change_administrators(shop: Shop) -> None:
    clerk, user, admin = shop.enter(*(it for it in Permission if it.code > "1")), shop.enter(), shop.enter(roles=ADMIN)

    data_of(assign(shop, clerk.token, user, roles=["general", "admin"]), ADMINISTRATOR)
    data_of(assign(shop, clerk.token, admin), ADMINISTRATOR)
    with shop.client() as client:
        data_of(client.post(f"{API}/users/{admin.id}/disable", token=clerk.token), ADMINISTRATOR)

    assert (rights(shop, user), rights(shop, admin)) == ((1, ""), (ADMIN, ""))


def test_system_permissions_are_granted_to_administrators_only(shop: Shop) -> None:
    user, admin, appoint = shop.enter(), shop.admin(), Permission.SYSTEM_APPOINT

    assert_refused(assign(shop, admin, user, appoint), SYSTEM, "permissions")
    assert rights(shop, user) == (1, "")

    assert data_of(assign(shop, admin, user, appoint, roles=["admin"]), 200)["permissions"] == [appoint.code]
    assert data_of(assign(shop, admin, user), 200)["permissions"] == []


def test_a_system_permission_in_the_row_of_an_ordinary_user_has_no_effect(shop: Shop) -> None:
    clerk = shop.enter(GRANT, Permission.SYSTEM_APPOINT)

    data_of(assign(shop, clerk.token, shop.enter(), roles=["admin"]), ADMINISTRATOR)


@pytest.mark.parametrize("roles", [[], ["root"], "admin", None, ["admin", "general", "admin"]])
def test_unknown_roles_are_refused(shop: Shop, roles: Any) -> None:
    answer = assign(shop, shop.admin(), shop.enter(), roles=roles)

    assert (answer.status, answer.json["code"]) == (422, ROLES)


@pytest.mark.parametrize("code", ["999999", "items.create", "", "30000\uff12"])
def test_an_unknown_permission_is_refused(shop: Shop, code: str) -> None:
    assert_refused(assign(shop, shop.admin(), shop.enter(), code), PERMISSIONS, "permissions.0")


def test_permissions_cannot_be_granted_to_unknown_users(shop: Shop) -> None:
    stranger = shop.enter(tenant_id=2)

    for user in (stranger, stranger._replace(id=10**9)):
        assert data_of(assign(shop, shop.admin(), user, VIEW), NO_USER)["user_id"] == user.id

    assert rights(shop, stranger) == (1, "")


def test_two_administrators_cannot_demote_each_other_concurrently(shop: Shop) -> None:
    for _ in range(5):
        one, other = shop.enter(roles=ADMIN), shop.enter(roles=ADMIN)
        with ThreadPoolExecutor(2) as pool:
            answers = list(pool.map(lambda pair: assign(shop, pair[0].token, pair[1]), [(one, other), (other, one)]))

        assert sorted(answer.status for answer in answers) == [200, 403]
        assert sorted(rights(shop, user)[0] for user in (one, other)) == [1, ADMIN]
