"""Password hashes and the list of common passwords."""

import random
import string
import subprocess
import sys
import time
from pathlib import Path

import pytest

from shop.core.crypto import passwords
from shop.core.crypto.passwords import Passwords, is_common
from shop.core.settings.settings import Settings

pytestmark = pytest.mark.slow
PASSWORDS = Passwords(Settings())
COMMON_PASSWORDS_FILE = Path(passwords.__file__).with_name("common_passwords.txt")


def seconds_to_verify(hashed: str | None) -> float:
    def once() -> float:
        began = time.process_time()
        PASSWORDS.verify(hashed, "wrong")
        return time.process_time() - began

    # Processor time, and the minimum of several runs, depend least on the load of the machine.
    return min(once() for _ in range(5))


def test_only_the_hashed_password_verifies() -> None:
    hashed = PASSWORDS.hash("Secret-1")
    assert PASSWORDS.verify(hashed, "Secret-1")
    assert not PASSWORDS.verify(hashed, "secret-1")


def test_a_hash_is_argon2id_and_salted() -> None:
    first, second = PASSWORDS.hash("Secret-1"), PASSWORDS.hash("Secret-1")
    assert first.startswith("$argon2id$")
    assert first != second


def test_a_long_password_is_hashed_to_its_last_character() -> None:
    hashed = PASSWORDS.hash("x" * 127 + "a")
    assert not PASSWORDS.verify(hashed, "x" * 127 + "b")


@pytest.mark.parametrize("hashed", [None, "", "not a hash", "$argon2id$broken"])
def test_without_a_valid_hash_no_password_verifies(hashed: str | None) -> None:
    assert not PASSWORDS.verify(hashed, "password of the dummy hash")


def test_an_unknown_user_takes_as_long_as_a_known_one() -> None:
    known, unknown = seconds_to_verify(PASSWORDS.hash("Secret-1")), seconds_to_verify(None)
    assert 0.5 < unknown / known < 2


def test_every_password_of_the_list_is_common_in_any_case() -> None:
    listed = [line for line in COMMON_PASSWORDS_FILE.read_text().splitlines() if not line.startswith("#")]
    assert len(listed) == len(set(listed)) == 30_000
    assert all(is_common(password) and is_common(password.upper()) for password in listed)


def test_random_passwords_are_not_common() -> None:
    draw = random.Random(13)
    sample = ("".join(draw.choices(string.ascii_letters + string.digits, k=12)) for _ in range(1000))
    assert not any(map(is_common, sample))


@pytest.mark.parametrize("text", ["", "#", "# The 30,000 most common passwords", "123456 ", "123456\n"])
def test_a_text_that_is_no_line_of_the_list_is_not_common(text: str) -> None:
    assert not is_common(text)


def test_the_list_is_read_at_the_first_check_only() -> None:
    code = (
        "import shop.app, shop.core.crypto.passwords as passwords\n"
        "assert passwords._read_common_passwords.cache_info().currsize == 0\n"
        "assert passwords.is_common('123456')\n"
        "assert passwords._read_common_passwords.cache_info().currsize == 1\n"
    )
    subprocess.run([sys.executable, "-c", code], check=True)
