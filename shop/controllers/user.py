"""Registration, sign-in and passwords over HTTP."""

from dataclasses import dataclass
from typing import Any

from flask import request

from shop.checkers.user import ChangePasswordChecker, RegisterUserChecker, SignInUserChecker
from shop.constants.user import UserSuccessCode
from shop.core.api.blueprint import Blueprint
from shop.core.api.controller import Controller
from shop.core.auth.guards import signed_in
from shop.core.auth.policy import public_access
from shop.core.caller import Caller
from shop.core.database.transaction import transactional
from shop.core.http.envelope import Answer, created, success
from shop.core.idempotency.policy import IdempotencyPolicy
from shop.core.openapi.cache_control import NO_STORE, cache_control
from shop.core.openapi.failures import failing
from shop.core.rate_limiting.limiter import RateLimiter, scope_to_address
from shop.core.rate_limiting.quota import Bucket
from shop.core.rate_limiting.route_limit import rate_limit
from shop.exception_codes.user import UserExceptionCode as Code
from shop.schemas.session import TokenSchema
from shop.schemas.user import RegistrationSchema, UserSchema
from shop.service_managers.user import UserServiceManager
from shop.supports.user import UserPolicy, limit_subject

blueprint = Blueprint(
    "auth", __name__, url_prefix="/auth", description="Accounts", idempotency_policy=IdempotencyPolicy(disabled=True)
)


@blueprint.route("/register", operation_ids={"POST": "register"})
@dataclass(eq=False)
class RegisterUserController(Controller):
    """Registration of an account."""

    users: UserServiceManager

    @blueprint.response(
        201, RegistrationSchema, errors=(failing(Code.EMAIL_TAKEN, field="email"),), success=UserSuccessCode.REGISTERED
    )
    @cache_control(NO_STORE)
    @rate_limit(Bucket.REGISTER, by_address=True)
    @public_access
    @blueprint.arguments(RegisterUserChecker)
    @transactional
    def post(self, body: dict[str, Any]) -> Answer:
        """Register an account and sign in."""
        answer = self.users.register(body, request.user_agent.string)
        return created(answer, "/api/v1/auth/me", UserSuccessCode.REGISTERED.number)


@blueprint.route("/login", operation_ids={"POST": "login"})
@dataclass(eq=False)
class SignInUserController(Controller):
    """Sign-in of a user."""

    users: UserServiceManager
    limits: RateLimiter

    @blueprint.response(200, TokenSchema, errors=(Code.CREDENTIALS_WRONG,), success=UserSuccessCode.SIGNED_IN)
    @cache_control(NO_STORE)
    @rate_limit(Bucket.LOGIN_ADDRESS, by_address=True, deferred=True)
    @public_access
    @blueprint.arguments(SignInUserChecker(partial=("email", "name")))
    @transactional
    def post(self, body: dict[str, Any]) -> Answer:
        """Sign in with an e-mail address or name, and a password."""
        # Before the account is looked up, so that a flood of one address costs no query.
        self.limits.refuse_exhausted()
        answer = self.users.sign_in(body, request.user_agent.string, self._count_attempt)
        return success(answer, code=UserSuccessCode.SIGNED_IN.number)

    def _count_attempt(self, account: str) -> None:
        # Count every attempt, also per account over all addresses: password guessing uses many addresses.
        address_quota = self.limits.get_quota(Bucket.LOGIN, scope_to_address(account))
        self.limits.consume(address_quota, self.limits.get_quota(Bucket.LOGIN_ACCOUNT, account))


@blueprint.route("/me", operation_ids={"GET": "getMe", "POST": "getMeByPost"})
@dataclass(eq=False)
class MeUserController(Controller):
    """Profile of the caller."""

    @blueprint.response(200, UserSchema)
    @signed_in(UserPolicy.view_own)
    @transactional
    def get(self, caller: Caller) -> Any:
        """Read the caller's own user."""
        return caller.profile

    @blueprint.response(200, UserSchema)
    @signed_in(UserPolicy.view_own)
    @transactional
    def post(self, caller: Caller) -> Any:
        """Read the caller's own user with POST; same as GET."""
        return caller.profile


@blueprint.route("/password", operation_ids={"PUT": "changePassword"})
@dataclass(eq=False)
class PasswordUserController(Controller):
    """Password of the caller."""

    users: UserServiceManager
    limits: RateLimiter

    @blueprint.response(200, errors=(failing(Code.PASSWORD_WRONG, field="current_password"),))
    @signed_in(UserPolicy.change_password)
    @blueprint.arguments(ChangePasswordChecker)
    @transactional
    def put(self, body: dict[str, Any], caller: Caller) -> None:
        """Change the password; all other sessions of the caller end."""
        # The response reveals if a password is correct, so the limit of sign-in applies.
        self.limits.consume(self.limits.get_quota(Bucket.LOGIN, limit_subject(caller.user_id)))
        self.users.change_password(caller, body)
