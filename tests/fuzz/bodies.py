"""Consistent bodies for the fuzz campaign: rules over several fields that a schema does not express."""

from collections.abc import Mapping
from typing import Any

from shop.constants.permission import SYSTEM_CODES
from shop.constants.user import PASSWORD_MAX, UserRole

Body = dict[str, Any]
# A lower case letter, an upper case letter and a digit.
STRENGTH = "zQ7"


def make_valid(path: str, body: Mapping[str, Any]) -> Body:
    """Remove contradictions from a body whose fields are valid."""
    valid = dict(body)
    if path.endswith("/login"):
        valid = _name_once(valid)
    elif path.endswith("/stock-adjustments"):
        valid = _adjust_once(valid)
    elif path.endswith("/roles") and set(SYSTEM_CODES) & set(valid["permissions"]):
        valid["roles"] = [UserRole.ADMIN]
    for name in ("password", "new_password"):
        if name in valid and not path.endswith("/login"):
            valid[name] = valid[name][: PASSWORD_MAX - len(STRENGTH)] + STRENGTH
    return valid


def _name_once(body: Body) -> Body:
    if "email" in body:
        return {name: value for name, value in body.items() if name != "name"}
    return body if "name" in body else {**body, "email": "ada@example.com"}


def _adjust_once(body: Body) -> Body:
    stocks = {"expected_stock", "stock"}
    if stocks <= body.keys() and "delta" not in body:
        return body
    return {name: value for name, value in body.items() if name not in stocks} | {"delta": body.get("delta") or 1}
