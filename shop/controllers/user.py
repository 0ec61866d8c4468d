"""Accounts over HTTP."""

from dataclasses import dataclass
from typing import Any

from shop.checkers.user import RegisterUserChecker, SignInUserChecker
from shop.constants.user import UserSuccessCode
from shop.core.access import anybody
from shop.core.blueprint import Blueprint
from shop.core.caller import Caller
from shop.core.controller import Controller, signed_in
from shop.core.envelope import Answer, created, success
from shop.core.keyed import Policy, keyed
from shop.core.model import DEFAULT_TENANT
from shop.core.transaction import transactional
from shop.schemas.user import RegistrationSchema, TokenSchema, UserSchema
from shop.services.user import UserService
from shop.supports.user import UserPolicy

blueprint = Blueprint("auth", __name__, url_prefix="/auth", description="Accounts and tokens")


@blueprint.route("/register")
@dataclass(eq=False)
class RegisterUserController(Controller):
    """Opening an account."""

    users: UserService

    @blueprint.response(201, RegistrationSchema)
    @anybody
    @keyed(Policy(off=True))
    @blueprint.arguments(RegisterUserChecker)
    @transactional
    def post(self, words: dict[str, Any]) -> Answer:
        """Register: a new account, signed in at once."""
        user = self.users.register(DEFAULT_TENANT, **words)
        answer = {**self.tokens.answer(user["id"], user["tenant_id"]), "user": user}
        return created(answer, "/api/v1/auth/me", UserSuccessCode.REGISTERED)


@blueprint.route("/login")
@dataclass(eq=False)
class SignInUserController(Controller):
    """Signing in."""

    users: UserService

    @blueprint.response(200, TokenSchema, errors=(401,))
    @anybody
    @keyed(Policy(off=True))
    @blueprint.arguments(SignInUserChecker)
    @transactional
    def post(self, words: dict[str, Any]) -> Answer:
        """Sign in with e-mail and password."""
        user = self.users.sign_in(DEFAULT_TENANT, **words)
        return success(self.tokens.answer(user["id"], user["tenant_id"]), code=UserSuccessCode.SIGNED_IN)


@blueprint.route("/me")
@dataclass(eq=False)
class MeUserController(Controller):
    """Who am I."""

    users: UserService

    @blueprint.response(200, UserSchema)
    @signed_in(UserPolicy.view_own)
    @transactional
    def get(self, caller: Caller) -> dict[str, Any]:
        """Read the user that the token stands for."""
        return self.users.get_card(caller)

    @blueprint.response(200, UserSchema)
    @signed_in(UserPolicy.view_own)
    @keyed(Policy(off=True))
    @transactional
    def post(self, caller: Caller) -> dict[str, Any]:
        """Read the user that the token stands for, for clients that only POST."""
        return self.users.get_card(caller)
