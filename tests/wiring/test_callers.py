"""A Controller that asks who calls has somebody to ask."""

from dataclasses import dataclass
from pathlib import Path

import pytest

from shop.container import Container
from shop.controllers.item import ItemController
from shop.core.controller import Controller, check_callers, signed_in
from shop.core.database import Database
from shop.core.idempotency import Idempotency
from shop.core.settings import Settings
from shop.core.tenancy import Tenancy
from shop.core.tokens import Tokens


@dataclass(eq=False)
class ForgetfulController(Controller):
    @signed_in()
    def get(self) -> None: ...


def test_a_controller_without_users_is_refused_at_start(tmp_path: Path) -> None:
    container = Container(Settings(var=str(tmp_path)))
    kinds: tuple[type, ...] = (Database, Tokens, Idempotency, Tenancy)
    forgetful = ForgetfulController(*map(container.get, kinds))

    with pytest.raises(TypeError, match=r"ForgetfulController asks who calls \(GET\) and needs .*`users`"):
        check_callers(forgetful)


def test_one_that_has_users_may_ask(tmp_path: Path) -> None:
    check_callers(Container(Settings(var=str(tmp_path))).get(ItemController))
