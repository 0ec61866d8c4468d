"""Tokens without a session in the database."""

import time
from typing import Any

from shop.core.crypto.tokens import Grant, Tokens, new_id


def issue_tokens(tokens: Tokens, user_id: int = 7, tenant_id: int = 1) -> dict[str, Any]:
    """Issue an access token and a refresh token for a user."""
    return tokens.issue(Grant(user_id, tenant_id, new_id(), new_id(), int(time.time())))


def issue_access_token(tokens: Tokens, user_id: int = 7, tenant_id: int = 1) -> str:
    """Issue an access token for a user."""
    return str(issue_tokens(tokens, user_id, tenant_id)["access_token"])
