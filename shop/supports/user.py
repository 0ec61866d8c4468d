"""Pure functions about users."""

import hashlib


def account_name(email: str) -> str:
    """A digest that stands for an account however its address is written, for keys: the address is its owner's."""
    return hashlib.sha256(email.strip().casefold().encode("utf-8", "surrogatepass")).hexdigest()[:32]
