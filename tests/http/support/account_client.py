"""Client of a registered account."""

import itertools
from typing import Any, NamedTuple

from tests.http.support.envelope import data_of
from tests.http.support.shop import API, Shop
from tests.support.http import Response

PASSWORD = "Correct-horse-1"
REGISTERED, SIGNED_IN = 201101, 200102
ENDED, SPENT = 401002, 401201
_numbers = itertools.count(1)


class Account(NamedTuple):
    """A registered user with the tokens of one session."""

    shop: Shop
    name: str
    email: str
    tokens: dict[str, Any]

    @property
    def access(self) -> str:
        """The access token."""
        return str(self.tokens["access_token"])

    @property
    def refresh_token(self) -> str:
        """The refresh token."""
        return str(self.tokens["refresh_token"])

    def sign_in(self, password: str = PASSWORD, **identifier: str) -> "Account":
        """Sign in again and return the account with the new tokens."""
        answer = self.send("POST", "login", identifier or {"email": self.email}, password=password)
        return self._replace(tokens=data_of(answer, SIGNED_IN))

    def refresh(self) -> Response:
        """Send the refresh token."""
        return self.send("POST", "refresh", {"refresh_token": self.refresh_token})

    def read_own(self) -> Response:
        """Read the own account."""
        return self.send("GET", "me", token=self.access)

    def send(self, verb: str, path: str, body: Any = None, *, token: str | None = None, **fields: Any) -> Response:
        """Send a request below /auth."""
        content = None if body is None and not fields else {**(body or {}), **fields}
        with self.shop.client(timeout=30.0) as client:
            return client.request(verb, f"{API}/auth/{path}", content, token=token)


def open_account(shop: Shop) -> Account:
    """Register a new account."""
    number = next(_numbers)
    name, email = f"Person {number}", f"person-{number}@sessions.example"
    account = Account(shop, name, email, {})
    body = {"name": name, "email": email, "password": PASSWORD}
    return account._replace(tokens=data_of(account.send("POST", "register", body), REGISTERED))
