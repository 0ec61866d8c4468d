"""Who calls: an ordinary user, a second one who must see nothing of the first, and an administrator."""

from typing import Any

from sqlalchemy import Engine, NullPool, create_engine

from shop.constants.user import UserRole
from shop.container import Container
from shop.core.crypto.tokens import Claims, Tokens
from shop.core.settings.settings import Settings
from tests.http.support.user_rows import new_session, new_users
from tests.support.http import HttpClient

ROLES = {"ada": UserRole.GENERAL, "admin": UserRole.ADMIN, "bob": UserRole.GENERAL}
SESSIONS = 10
ME = "/api/v1/auth/me"


class Identity:
    """One user of a role, who signs in again when a session has ended, as another one when the user is gone."""

    def __init__(self, role: UserRole, bind: str, settings: Settings) -> None:
        self.role, self.bind = role, bind
        self.engine: Engine = create_engine(settings.database_address, poolclass=NullPool)
        self.tokens = Container(settings).get(Tokens)
        self.claims: Claims | None = None

    def get(self, case: Any, context: Any) -> str:  # noqa: ARG002 - given shape
        """A token of a new session; asked for first, and each time the last one was refused."""
        if self.claims and self.is_welcome(token := self._signed_in(self.claims)):
            return token
        (token,) = new_users(self.engine, self.tokens, 1, self.role)
        self.claims = self.tokens.verify(token)
        return token

    def set(self, case: Any, token: str, context: Any) -> None:  # noqa: ARG002 - given shape
        """Let the user send a request."""
        case.headers["Authorization"] = f"Bearer {token}"

    def is_welcome(self, token: str) -> bool:
        """Whether the service takes a token."""
        with HttpClient(self.bind) as client:
            return client.get(ME, token=token).status == 200

    def _signed_in(self, claims: Claims) -> str:
        # Several, so that there are some to end.
        with self.engine.begin() as connection:
            opened = [new_session(connection, self.tokens, claims.user_id, claims.tenant_id) for _ in range(SESSIONS)]
        return str(opened[0]["access_token"])
