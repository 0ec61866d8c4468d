"""Whoever is signed in, as two processes see it."""

from shop.core.auth.session_watch import SessionWatch
from shop.core.crypto.tokens import Claims, Tokens
from shop.services.session import SessionService
from tests.purchase.support.in_process_shop import Indoors

OUT = 401


def status(shop: Indoors, token: str) -> int:
    return shop.send("GET", "/auth/me", token).status_code


def claims_of(shop: Indoors, token: str) -> Claims:
    return shop.container.get(Tokens).verify(token)


def look(shop: Indoors) -> None:
    """What a web process does every second."""
    shop.container.get(SessionWatch).read(shop.container.get(SessionService).find_changes)
