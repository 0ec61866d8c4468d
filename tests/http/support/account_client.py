"""What a client does with its account."""

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
    """A user that registered over HTTP, with the tokens of the first session."""

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

    def sign_in(self, password: str = PASSWORD, **words: str) -> "Account":
        """The same account in another session."""
        answer = self.send("POST", "login", words or {"email": self.email}, password=password)
        return self._replace(tokens=data_of(answer, SIGNED_IN))

    def refresh(self) -> Response:
        """The answer to its refresh token."""
        return self.send("POST", "refresh", {"refresh_token": self.refresh_token})

    def read_own(self) -> Response:
        """Who it is."""
        return self.send("GET", "me", token=self.access)

    def send(self, verb: str, path: str, words: Any = None, *, token: str | None = None, **more: Any) -> Response:
        """The answer to a request below /auth."""
        body = None if words is None and not more else {**(words or {}), **more}
        with self.shop.client(timeout=30.0) as client:
            return client.request(verb, f"{API}/auth/{path}", body, token=token)


def open_account(shop: Shop) -> Account:
    """A new account."""
    number = next(_numbers)
    name, email = f"Person {number}", f"person-{number}@sessions.example"
    account = Account(shop, name, email, {})
    words = {"name": name, "email": email, "password": PASSWORD}
    return account._replace(tokens=data_of(account.send("POST", "register", words), REGISTERED))
