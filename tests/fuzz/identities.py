"""Callers of the fuzz campaign: two ordinary users and an administrator."""

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
    """User of a role, replaced when it is no longer accepted."""

    def __init__(self, role: UserRole, bind: str, settings: Settings) -> None:
        self.role, self.bind = role, bind
        self.engine: Engine = create_engine(settings.database_address, poolclass=NullPool)
        self.tokens = Container(settings).get(Tokens)
        self.claims: Claims | None = None

    def get(self, case: Any, context: Any) -> str:  # noqa: ARG002 - given shape
        """Return a token of a new session.

        Schemathesis calls this first, and again after each refused token.
        """
        if self.claims and self.is_accepted(token := self._open_sessions(self.claims)):
            return token
        (token,) = new_users(self.engine, self.tokens, 1, self.role)
        self.claims = self.tokens.verify(token)
        return token

    def set(self, case: Any, token: str, context: Any) -> None:  # noqa: ARG002 - given shape
        """Add the token to a request."""
        case.headers["Authorization"] = f"Bearer {token}"

    def is_accepted(self, token: str) -> bool:
        """Return True when the service accepts a token."""
        with HttpClient(self.bind) as client:
            return client.get(ME, token=token).status == 200

    def _open_sessions(self, claims: Claims) -> str:
        # Several sessions, so that the operations can end some of them.
        with self.engine.begin() as connection:
            sessions = [new_session(connection, self.tokens, claims.user_id, claims.tenant_id) for _ in range(SESSIONS)]
        return str(sessions[0]["access_token"])
