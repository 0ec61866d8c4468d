"""Sessions over HTTP: refresh, sign-out and lists."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from shop.checkers.session import PageSessionChecker, RefreshSessionChecker
from shop.constants.session import SessionEndReason
from shop.core.api.blueprint import Blueprint
from shop.core.api.controller import Controller
from shop.core.auth.guards import signed_in
from shop.core.auth.policy import public_access
from shop.core.caller import Caller
from shop.core.database.transaction import transactional
from shop.core.http.envelope import error_response
from shop.core.idempotency.policy import IdempotencyPolicy
from shop.core.openapi.cache_control import NO_STORE, cache_control
from shop.core.openapi.envelopes import Shape
from shop.core.pagination.pages import Page, PageRequest
from shop.core.rate_limiting.quota import Bucket
from shop.core.rate_limiting.route_limit import rate_limit
from shop.exception_codes.session import SessionExceptionCode
from shop.schemas.session import SessionSchema, TokenSchema
from shop.services.session import SessionService
from shop.supports.session import SessionPolicy

blueprint = Blueprint(
    "sessions",
    __name__,
    url_prefix="/auth",
    description="Sessions and tokens",
    idempotency_policy=IdempotencyPolicy(disabled=True),
)


@blueprint.route("/refresh", operation_ids={"POST": "refreshTokens", "PUT": "refreshTokensByPut"})
@dataclass(eq=False)
class RefreshSessionController(Controller):
    """Refreshing of tokens."""

    sessions: SessionService

    @blueprint.response(200, TokenSchema, errors=(SessionExceptionCode.REFRESH_INVALID,))
    @cache_control(NO_STORE)
    @rate_limit(Bucket.REFRESH, by_address=True)
    @public_access
    @blueprint.arguments(RefreshSessionChecker)
    @transactional
    def post(self, body: dict[str, Any]) -> Any:
        """Exchange a refresh token for a new pair of tokens.

        A repeat within a short time returns the same new refresh token. An older refresh token ends its session.
        """
        # A response instead of an exception, so that the end of the session is committed.
        return self.sessions.refresh(body["refresh_token"]) or error_response(SessionExceptionCode.REFRESH_INVALID)

    @blueprint.response(200, TokenSchema, errors=(SessionExceptionCode.REFRESH_INVALID,))
    @cache_control(NO_STORE)
    @rate_limit(Bucket.REFRESH, by_address=True)
    @public_access
    @blueprint.arguments(RefreshSessionChecker)
    @transactional
    def put(self, body: dict[str, Any]) -> Any:
        """Exchange a refresh token with PUT; same as POST."""
        return self.sessions.refresh(body["refresh_token"]) or error_response(SessionExceptionCode.REFRESH_INVALID)


@blueprint.route("/logout", operation_ids={"POST": "logout", "DELETE": "logoutByDelete"})
@dataclass(eq=False)
class SignOutSessionController(Controller):
    """Sign-out of one session."""

    sessions: SessionService

    @blueprint.response(200)
    @signed_in(SessionPolicy.end)
    @transactional
    def post(self, caller: Caller) -> None:
        """Sign out: both tokens of this session become invalid."""
        self.sessions.end(caller, caller.session_id)

    @blueprint.response(200)
    @signed_in(SessionPolicy.end)
    @transactional
    def delete(self, caller: Caller) -> None:
        """Sign out with DELETE; same as POST."""
        self.sessions.end(caller, caller.session_id)


@blueprint.route("/logout-all", operation_ids={"POST": "logoutEverywhere"})
@dataclass(eq=False)
class SignOutEverywhereSessionController(Controller):
    """Sign-out of all sessions."""

    sessions: SessionService

    @blueprint.response(200)
    @signed_in(SessionPolicy.end)
    @transactional
    def post(self, caller: Caller) -> None:
        """Sign out of all sessions, including this one."""
        self.sessions.end_all(caller.user_id, SessionEndReason.SIGNED_OUT)


@blueprint.route("/sessions", operation_ids={"GET": "listSessions"})
@dataclass(eq=False)
class SessionsController(Controller):
    """Sessions of the caller."""

    sessions: SessionService

    @blueprint.response(200, SessionSchema, shape=Shape.PAGE)
    @signed_in(SessionPolicy.view_any)
    @blueprint.arguments(PageSessionChecker, location="query")
    @transactional
    def get(self, query: dict[str, Any], caller: Caller) -> Page[dict[str, Any]]:
        """List the caller's sessions, newest first."""
        return self.sessions.page(caller, PageRequest(**query))


@blueprint.route("/sessions/<uuid:session_id>", operation_ids={"DELETE": "endSession"})
@dataclass(eq=False)
class SessionController(Controller):
    """One session of the caller."""

    sessions: SessionService

    @blueprint.response(200, errors=(SessionExceptionCode.NOT_FOUND,))
    @signed_in(SessionPolicy.end)
    @transactional
    def delete(self, session_id: UUID, caller: Caller) -> None:
        """End one of the caller's sessions."""
        self.sessions.end(caller, session_id)
