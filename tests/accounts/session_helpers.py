"""Helpers for tests of sessions in two processes."""

from shop.core.auth.session_watch import SessionWatch
from shop.core.crypto.tokens import Claims, Tokens
from shop.services.session import SessionService
from tests.purchase.support.in_process_shop import InProcessShop

UNAUTHORIZED = 401


def status(shop: InProcessShop, token: str) -> int:
    return shop.send("GET", "/auth/me", token).status_code


def claims_of(shop: InProcessShop, token: str) -> Claims:
    return shop.container.get(Tokens).verify(token)


def read_session_changes(shop: InProcessShop) -> None:
    """Refresh the session watch, as a web process does every second."""
    shop.container.get(SessionWatch).refresh(shop.container.get(SessionService).find_changes)
