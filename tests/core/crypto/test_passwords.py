"""Passwords: hashes that verify, and equal time for nobody."""

import time

import pytest

from shop.core.crypto.passwords import Passwords
from shop.core.settings.settings import Settings

PASSWORDS = Passwords(Settings())


def seconds_to_verify(hashed: str | None) -> float:
    def once() -> float:
        began = time.process_time()
        PASSWORDS.verify(hashed, "wrong")
        return time.process_time() - began

    # Of the processor, so that a full machine disturbs it little; the quickest of several least of all.
    return min(once() for _ in range(5))


def test_the_password_that_made_the_hash_verifies() -> None:
    hashed = PASSWORDS.hash("Secret-1")
    assert PASSWORDS.verify(hashed, "Secret-1")
    assert not PASSWORDS.verify(hashed, "secret-1")


def test_a_hash_is_argon2id_and_salted() -> None:
    one, other = PASSWORDS.hash("Secret-1"), PASSWORDS.hash("Secret-1")
    assert one.startswith("$argon2id$")
    assert one != other


def test_nothing_is_cut_off_a_long_password() -> None:
    hashed = PASSWORDS.hash("x" * 127 + "a")
    assert not PASSWORDS.verify(hashed, "x" * 127 + "b")


@pytest.mark.parametrize("hashed", [None, "", "not a hash", "$argon2id$broken"])
def test_without_a_hash_no_password_is_right(hashed: str | None) -> None:
    assert not PASSWORDS.verify(hashed, "nobody has this password")


def test_nobody_takes_as_long_as_somebody() -> None:
    known, nobody = seconds_to_verify(PASSWORDS.hash("Secret-1")), seconds_to_verify(None)
    assert 0.5 < nobody / known < 2
