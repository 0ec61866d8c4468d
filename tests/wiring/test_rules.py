"""Tests of the access rules on Controller methods."""

from dataclasses import dataclass
from pathlib import Path

import pytest

from shop.app import create_app
from shop.constants.permission import Permission
from shop.container import Container
from shop.controllers.item import ItemController
from shop.controllers.order import CancelOrderController
from shop.core.api.controller import Controller
from shop.core.auth.guards import signed_in, with_token
from shop.core.auth.policy import (
    OWNER,
    PUBLIC,
    SIGNED_IN,
    AccessRule,
    check_access_rules,
    get_rule,
    permission,
    public_access,
    public_or,
)
from shop.core.idempotency.policy import IdempotencyPolicy, idempotent
from shop.core.settings.settings import Settings
from shop.supports.item import ItemPolicy
from shop.supports.order import OrderPolicy


@dataclass(eq=False)
class SilentController(Controller):
    @public_access
    def get(self) -> None: ...

    @idempotent(IdempotencyPolicy(disabled=True))
    def post(self) -> None: ...


def test_a_method_without_an_access_rule_is_refused_at_start(tmp_path: Path) -> None:
    container = Container(Settings(var=str(tmp_path)))
    container.add(SilentController)

    with pytest.raises(TypeError, match=r"SilentController.post has no access rule: add @signed_in"):
        check_access_rules(container.get(SilentController))


def test_an_app_with_a_missing_access_rule_does_not_start(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delattr(ItemController.get, "__rule__")

    with pytest.raises(TypeError, match=r"ItemController.get has no access rule"):
        create_app(Settings(var=str(tmp_path)))


def test_the_rule_of_a_method_is_that_of_its_decorator() -> None:
    assert get_rule(CancelOrderController.post) is OrderPolicy.cancel
    assert get_rule(ItemController.get) is ItemPolicy.view


@pytest.mark.parametrize(
    "rule", [SIGNED_IN, OWNER, permission(Permission.ITEMS_CREATE)], ids=["signed_in", "owner", "permission"]
)
def test_a_token_is_required_for_a_signed_in_rule(rule: AccessRule) -> None:
    with pytest.raises(TypeError, match="optional"):
        signed_in(rule, optional=True)


@pytest.mark.parametrize("rule", [PUBLIC, public_or(Permission.ITEMS_VIEW_DRAFTS)], ids=["public", "public_or"])
def test_a_token_is_optional_for_a_public_rule(rule: AccessRule) -> None:
    with pytest.raises(TypeError, match="optional"):
        signed_in(rule)


@pytest.mark.parametrize(
    "rule", [PUBLIC, OWNER, permission(Permission.ITEMS_CREATE)], ids=["public", "owner", "permission"]
)
def test_with_token_accepts_no_other_rule(rule: AccessRule) -> None:
    with pytest.raises(TypeError, match="A token does not say"):
        with_token(rule)
