"""Authorization rules of every resource, for every kind of caller."""

from collections.abc import Iterator
from uuid import UUID

import pytest

from shop.constants.permission import Permission
from shop.container import find_modules
from shop.core.auth.policy import AccessRule
from shop.core.caller import Caller

OWNER_ID, SESSION = 7, UUID(int=1)
# (resource, ability) -> results for the owner, another user, a user with the permission, and an administrator on the
# owner's row: `+` allowed, `?` not found (404), `-` forbidden (403); then the code of the permission.
TABLE = {
    ("Item", "view_any"): "? ? + + 300001",
    ("Item", "view"): "? ? + + 300001",
    ("Item", "create"): "- - + + 300002",
    ("Item", "update"): "- - + + 300003",
    ("Item", "delete"): "- - + + 300004",
    ("Item", "restore"): "- - + + 300004",
    ("Log", "view_any"): "- - + + 000002",
    ("Order", "view_own"): "+ ? ? ?",
    ("Order", "view_any"): "- - + + 400001",
    ("Order", "view"): "+ ? + + 400001",
    ("Order", "create"): "+ + + +",
    ("Order", "cancel"): "+ ? + + 400002",
    ("ReconcileRun", "view_any"): "- - + + 500001",
    ("StockLedger", "view_any"): "- - + + 500001",
    ("StockLedger", "create"): "- - + + 500002",
    ("User", "view_own"): "+ ? ? ?",
    ("User", "view_any"): "- - + + 100001",
    ("User", "view"): "+ ? + + 100001",
    ("User", "view_email"): "- - + + 100002",
    ("User", "grant"): "- - + + 100003",
    ("User", "disable"): "- - + + 100004",
    ("User", "change_password"): "+ ? ? ?",
    ("Session", "view_any"): "+ ? ? ?",
    ("Session", "end"): "+ ? ? ?",
}
PUBLIC = {("Item", "view_any"), ("Item", "view")}


def rules() -> Iterator[tuple[tuple[str, str], AccessRule]]:
    for module in find_modules("supports"):
        for name, kind in vars(module).items():
            if name.endswith("Policy") and kind.__module__ == module.__name__:
                yield from (
                    ((name[:-6], verb), rule) for verb, rule in vars(kind).items() if isinstance(rule, AccessRule)
                )


RULES = dict(rules())


def decide(rule: AccessRule, caller: Caller) -> str:
    if not rule.allows(caller):
        return "-"
    return "+" if rule.allows_row(caller, OWNER_ID) else "?"


def callers(code: str) -> list[Caller]:
    others = frozenset(permission.code for permission in Permission) - {code}
    return [
        Caller(OWNER_ID, 1, SESSION),
        Caller(8, 1, SESSION, others),
        Caller(9, 1, SESSION, frozenset({code})),
        Caller(10, 1, SESSION, is_superuser=True),
    ]


def test_the_table_covers_every_rule() -> None:
    assert RULES.keys() == TABLE.keys()


@pytest.mark.parametrize("ability", TABLE, ids=".".join)
def test_a_rule_decides_as_in_the_table(ability: tuple[str, str]) -> None:
    *marks, code = [*TABLE[ability].split(), ""][:5]
    rule = RULES[ability]
    assert [decide(rule, caller) for caller in callers(code)] == marks
    assert (rule.permission.code if rule.permission else "") == code


@pytest.mark.parametrize("ability", TABLE, ids=".".join)
def test_an_unauthenticated_caller_is_allowed_public_abilities_only(ability: tuple[str, str]) -> None:
    assert RULES[ability].allows(None) is (ability in PUBLIC)
