"""Actors and owners of accounts: a change applies to the user it names, and to no other."""

import pytest
from argon2 import PasswordHasher

from shop.constants.permission import Permission
from shop.constants.user import UserRole
from shop.core.crypto.tokens import Tokens
from shop.supports.user import encode_roles
from tests.accounts.session_helpers import claims_of, status
from tests.http.support.user_rows import new_session, new_user
from tests.purchase.support.in_process_shop import InProcessShop, data_of

PASSWORD = "Correct-horse-1"
NOT_FOUND = 404101
GENERAL = encode_roles([UserRole.GENERAL])
Ends = dict[str, str | None]


class Users:
    """A user with two sessions, another user and an administrator."""

    def __init__(self, shop: InProcessShop) -> None:
        self.shop, tokens = shop, shop.container.get(Tokens)
        password_hash = PasswordHasher(1, 8, 1).hash(PASSWORD)
        self.user = new_user(shop.database.engine, tokens, password_hash=password_hash)
        with shop.database.engine.begin() as connection:
            self.second = str(new_session(connection, tokens, self.user.id)["access_token"])
        self.other, self.admin = shop.buyer(), shop.admin()

    @property
    def sessions(self) -> dict[str, str]:
        return {"first": self.user.token, "second": self.second, "other": self.other, "admin": self.admin}

    def ends(self) -> Ends:
        """Return the reason of the end of each session."""
        sql = "SELECT ended_by FROM sessions WHERE id = %s"
        ids = {name: claims_of(self.shop, token).session_id for name, token in self.sessions.items()}
        return {name: self.shop.rows(sql, session_id.bytes)[0][0] for name, session_id in ids.items()}

    def statuses(self) -> dict[str, int]:
        """Return the status of a request of each session."""
        return {name: status(self.shop, token) for name, token in self.sessions.items()}


@pytest.fixture
def users(first_app: InProcessShop) -> Users:
    return Users(first_app)


NONE: Ends = {"first": None, "second": None, "other": None, "admin": None}


def assert_ended(users: Users, **ends: str) -> None:
    """Assert which sessions ended and why; the others answer."""
    assert users.ends() == NONE | ends
    assert users.statuses() == {name: 401 if name in ends else 200 for name in NONE}


def test_disabling_ends_the_sessions_of_the_disabled_user_alone(users: Users) -> None:
    assert_ended(users)

    data_of(users.shop.send("POST", f"/users/{users.user.id}/disable", users.admin), 200)

    assert_ended(users, first="disabled", second="disabled")
    assert users.shop.rows("SELECT id FROM users WHERE disabled_at IS NOT NULL") == [(users.user.id,)]


def test_signing_out_ends_one_session(users: Users) -> None:
    users.shop.send("POST", "/auth/logout", users.second)

    assert_ended(users, second="signed_out")


def test_signing_out_everywhere_ends_the_sessions_of_one_user(users: Users) -> None:
    users.shop.send("POST", "/auth/logout-all", users.second)

    ends = users.ends()
    assert (ends["other"], ends["admin"]) == (None, None)
    assert_ended(users, first=str(ends["first"]), second=str(ends["second"]))


def test_a_password_change_keeps_the_own_session_and_those_of_other_users(users: Users) -> None:
    body = {"current_password": PASSWORD, "new_password": "Battery-staple-2"}

    data_of(users.shop.send("PUT", "/auth/password", users.second, body), 200)

    ends = users.ends()
    assert_ended(users, first=str(ends["first"]))
    assert users.shop.rows("SELECT COUNT(DISTINCT password_hash) FROM users") == [(2,)]


def test_an_administrator_ends_no_session_of_another_user(users: Users) -> None:
    session_id = claims_of(users.shop, users.second).session_id

    data_of(users.shop.send("DELETE", f"/auth/sessions/{session_id}", users.admin), 404201)

    assert_ended(users)


def test_permissions_are_granted_to_the_named_user_alone(users: Users) -> None:
    before = users.shop.rows("SELECT id, roles, permissions FROM users ORDER BY id")
    body = {"roles": ["general"], "permissions": [Permission.ORDERS_VIEW_ANY.code]}

    data_of(users.shop.send("PUT", f"/users/{users.user.id}/roles", users.admin, body), 200)

    after = users.shop.rows("SELECT id, roles, permissions FROM users ORDER BY id")
    changed = [new for old, new in zip(before, after, strict=True) if old != new]
    assert [(user_id, permissions) for user_id, _, permissions in changed] == [
        (users.user.id, Permission.ORDERS_VIEW_ANY.code)
    ]
    touched = users.shop.rows("SELECT DISTINCT user_id FROM sessions WHERE changed_at IS NOT NULL")
    assert touched == [(users.user.id,)]


def test_the_list_of_sessions_is_that_of_the_caller(users: Users) -> None:
    counts = {
        name: len(data_of(users.shop.send("GET", "/auth/sessions", token), 200)["data"])
        for name, token in users.sessions.items()
    }

    assert counts == {"first": 2, "second": 2, "other": 1, "admin": 1}


def test_a_user_is_shown_to_administrators_and_to_itself(users: Users) -> None:
    path = f"/users/{users.user.id}"

    shown = [data_of(users.shop.send("GET", path, token), 200)["id"] for token in (users.admin, users.second)]

    assert shown == [users.user.id, users.user.id]
    data_of(users.shop.send("GET", path, users.other), NOT_FOUND)


@pytest.mark.parametrize("change", [f"roles = {GENERAL}", "disabled_at = created_at"], ids=["demoted", "disabled"])
def test_the_current_rights_of_an_administrator_count(users: Users, change: str) -> None:
    # A request before the change, so that the cache still has the older rights.
    assert users.statuses()["admin"] == 200
    users.shop.change_row(f"UPDATE users SET {change} WHERE id = %s", users.shop.user_id(users.admin))

    answer = users.shop.send("POST", f"/users/{users.user.id}/disable", users.admin)

    assert (answer.status_code, users.ends()) == (403, NONE)
    disabled = "SELECT COUNT(*) FROM users WHERE disabled_at IS NOT NULL AND id = %s"
    assert users.shop.rows(disabled, users.user.id) == [(0,)]
