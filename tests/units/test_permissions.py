"""Permission codes, and their encoding in user rows."""

from enum import Enum
from uuid import UUID

import pytest

from shop.constants.permission import SYSTEM_AREA, Permission, PermissionKind
from shop.constants.user import PERMISSIONS_MAX, RoleFlag, UserRole
from shop.supports.user import build_caller, decode_permissions, decode_roles, encode_roles, is_system_permission

SYSTEM, CREATE = Permission.SYSTEM_APPOINT.code, Permission.ITEMS_CREATE.code
GENERAL, ADMIN = int(RoleFlag.GENERAL), int(RoleFlag.ADMIN)


def test_every_code_is_six_digits_and_no_two_are_the_same() -> None:
    codes = [permission.code for permission in Permission]
    assert [code for code in codes if not (len(code) == 6 and code.isdigit())] == []
    assert len(set(codes)) == len(codes) == len({permission.dotted_name for permission in Permission})


def test_an_area_has_one_noun() -> None:
    nouns = {(permission.code[:3], permission.dotted_name.partition(".")[0]) for permission in Permission}
    assert len(nouns) == len({area for area, _ in nouns}) == len({noun for _, noun in nouns})


def test_only_codes_of_the_system_area_are_system_permissions() -> None:
    kinds = {permission.code.startswith(SYSTEM_AREA): set[PermissionKind]() for permission in Permission}
    for permission in Permission:
        kinds[is_system_permission(permission.code)].add(permission.kind)
    assert kinds == {True: {PermissionKind.SYSTEM}, False: {PermissionKind.ROUTE, PermissionKind.DATA}}


# A changed code would revoke the permission of its holders, so codes are only added.
def test_codes_keep_their_meaning() -> None:
    assert {"000001": "system.appoint", "100003": "users.grant", "300002": "items.create"}.items() <= {
        permission.code: permission.dotted_name for permission in Permission
    }.items()


@pytest.mark.parametrize(
    ("code", "kind"),
    [
        ("30000", PermissionKind.ROUTE),
        ("3000022", PermissionKind.ROUTE),
        ("30000x", PermissionKind.ROUTE),
        ("000009", PermissionKind.ROUTE),
        ("300009", PermissionKind.SYSTEM),
        (CREATE, PermissionKind.ROUTE),
    ],
)
def test_a_malformed_or_duplicate_code_is_rejected_at_import(code: str, kind: PermissionKind) -> None:
    with pytest.raises(ValueError, match=code):
        Enum("Planted", {"ITEMS_ELSE": (code, kind, "Do something else.")}, type=Planted)


class Planted:
    """Mixin that builds members as Permission does."""

    __init__ = Permission.__init__


def test_roles_are_flags_that_combine() -> None:
    assert {role.name for role in UserRole} == {flag.name for flag in RoleFlag}
    assert [encode_roles(roles) for roles in ([], ["general"], ["admin"], ["general", "admin", "admin"])] == [
        0,
        1,
        2,
        3,
    ]
    assert [decode_roles(flags) for flags in range(4)] == [[], ["general"], ["admin"], ["general", "admin"]]


def test_a_user_with_both_roles_has_every_permission() -> None:
    card = {"id": 1, "tenant_id": 1, "roles": decode_roles(GENERAL | ADMIN), "permissions": []}
    assert [
        permission for permission in Permission if not build_caller(card, UUID(int=1)).has_permission(permission.code)
    ] == []


def test_unknown_codes_in_a_row_are_ignored() -> None:
    assert decode_permissions(GENERAL, f"{CREATE} 999999 100001") == ["100001", CREATE]


def test_a_system_permission_in_a_row_counts_for_administrators_only() -> None:
    assert decode_permissions(GENERAL, f"{SYSTEM} {CREATE}") == [CREATE]
    assert decode_permissions(GENERAL | ADMIN, f"{SYSTEM} {CREATE}") == [SYSTEM, CREATE]


def test_a_row_has_room_for_all_permissions() -> None:
    assert len(" ".join(permission.code for permission in Permission)) < PERMISSIONS_MAX
