"""Assignment of roles and permissions."""

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
# More connections than web processes, so that every process is reached.
CONNECTIONS = 8


def assign(
    shop: Shop, token: str, user: NewUser, *permissions: Permission | str, roles: Any = ("general",)
) -> Response:
    codes = [getattr(permission, "code", permission) for permission in permissions]
    with shop.client() as client:
        return client.request(
            "PUT", f"{API}/users/{user.id}/roles", {"roles": roles, "permissions": codes}, token=token
        )


def statuses(shop: Shop, token: str, path: str = "/users") -> set[int]:
    """Return the statuses of a GET sent to every web process."""

    def read_status(_: int) -> int:
        with shop.client() as client:
            return client.get(f"{API}{path}", token=token).status

    with ThreadPoolExecutor(CONNECTIONS) as pool:
        return set(pool.map(read_status, range(CONNECTIONS)))


def stored_permissions(shop: Shop, user: NewUser) -> tuple[int, str]:
    return tuple(
        shop.query_value(f"SELECT {column} FROM users WHERE id = %s", user.id) for column in ("roles", "permissions")
    )


def test_changed_permissions_apply_to_the_next_request_in_every_process(shop: Shop) -> None:
    user, admin = shop.enter(), shop.admin()
    assert statuses(shop, user.token) == {403}

    account = data_of(assign(shop, admin, user, VIEW), 200)
    assert (account["id"], account["roles"], account["permissions"]) == (user.id, ["general"], [VIEW.code])
    assert statuses(shop, user.token) == {200}

    data_of(assign(shop, admin, user), 200)
    assert statuses(shop, user.token) == {403}


def test_a_former_administrator_loses_access(shop: Shop) -> None:
    former_admin, admin = shop.enter(roles=ADMIN), shop.admin()
    assert statuses(shop, former_admin.token) == {200}

    data_of(assign(shop, admin, former_admin), 200)

    assert statuses(shop, former_admin.token) == {403}


def test_roles_combine(shop: Shop) -> None:
    user = shop.enter()

    account = data_of(assign(shop, shop.admin(), user, roles=["general", "admin"]), 200)

    assert account["roles"] == ["general", "admin"]
    assert statuses(shop, user.token) == {200}


def test_a_403_names_the_missing_permission(shop: Shop) -> None:
    error = data_of(assign(shop, shop.enter(VIEW).token, shop.enter(), VIEW), FORBIDDEN)

    assert error == {"error_code": "FORBIDDEN", "retry": "never", "permission": GRANT.code}


@pytest.mark.parametrize("roles", [["general"], ["admin"], ["general", "admin"]])
def test_a_user_cannot_change_own_permissions(shop: Shop, roles: list[str]) -> None:
    for user in (shop.enter(roles=ADMIN), shop.enter(GRANT)):
        before = stored_permissions(shop, user)

        data_of(assign(shop, user.token, user, GRANT, CREATE, roles=roles), OWN_RIGHTS)

        assert stored_permissions(shop, user) == before


def test_a_clerk_grants_and_revokes_only_own_permissions(shop: Shop) -> None:
    clerk, user = shop.enter(GRANT, VIEW), shop.enter(CREATE)

    assert data_of(assign(shop, clerk.token, user), NOT_HELD)["permissions"] == [CREATE.code]
    missing = Permission.STOCK_ADJUST
    assert data_of(assign(shop, clerk.token, user, CREATE, missing), NOT_HELD)["permissions"] == [missing.code]
    # The clerk may leave a permission unchanged without having it.
    assert data_of(assign(shop, clerk.token, user, CREATE, VIEW), 200)["permissions"] == [VIEW.code, CREATE.code]
    assert data_of(assign(shop, clerk.token, user, CREATE), 200)["permissions"] == [CREATE.code]


def test_a_clerk_can_neither_create_nor_change_administrators(shop: Shop) -> None:
    clerk, user, admin = (
        shop.enter(*(permission for permission in Permission if permission.code > "1")),
        shop.enter(),
        shop.enter(roles=ADMIN),
    )

    data_of(assign(shop, clerk.token, user, roles=["general", "admin"]), ADMINISTRATOR)
    data_of(assign(shop, clerk.token, admin), ADMINISTRATOR)
    with shop.client() as client:
        data_of(client.post(f"{API}/users/{admin.id}/disable", token=clerk.token), ADMINISTRATOR)

    assert (stored_permissions(shop, user), stored_permissions(shop, admin)) == ((1, ""), (ADMIN, ""))


def test_system_permissions_are_granted_to_administrators_only(shop: Shop) -> None:
    user, admin, system_permission = shop.enter(), shop.admin(), Permission.SYSTEM_APPOINT

    assert_refused(assign(shop, admin, user, system_permission), SYSTEM, "permissions")
    assert stored_permissions(shop, user) == (1, "")

    assert data_of(assign(shop, admin, user, system_permission, roles=["admin"]), 200)["permissions"] == [
        system_permission.code
    ]
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
    foreign_user = shop.enter(tenant_id=2)

    for user in (foreign_user, foreign_user._replace(id=10**9)):
        assert data_of(assign(shop, shop.admin(), user, VIEW), NO_USER)["user_id"] == user.id

    assert stored_permissions(shop, foreign_user) == (1, "")


def test_two_administrators_cannot_demote_each_other_concurrently(shop: Shop) -> None:
    for _ in range(5):
        first, second = shop.enter(roles=ADMIN), shop.enter(roles=ADMIN)
        with ThreadPoolExecutor(2) as pool:
            answers = list(
                pool.map(lambda pair: assign(shop, pair[0].token, pair[1]), [(first, second), (second, first)])
            )

        assert sorted(answer.status for answer in answers) == [200, 403]
        assert sorted(stored_permissions(shop, user)[0] for user in (first, second)) == [1, ADMIN]
