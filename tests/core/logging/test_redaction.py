"""What the log may not say is starred, wherever it stands."""

import time
from typing import Any

import orjson
import pytest

from shop.core.logging.redaction import DEPTH_MAX, REDACTED, TEXT_MAX, Redactor

TOKEN = "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiI3In0.c2lnbmF0dXJl"
SECRET = "Hunter-2 of spades"
NAMES = [
    "password", "current_password", "newPassword", "PASSWORD_CONFIRMATION", "passwd", "token", "access_token",
    "refreshToken", "authorization", "Proxy-Authorization", "cookie", "Set-Cookie", "client_secret", "X-Api-Key",
    "apiKey", "private_key", "credentials",
]  # fmt: skip
TEXTS = [
    f"Bearer {TOKEN}",
    f"it came with {TOKEN}, it says",
    TOKEN.rpartition(".")[0],
    f"Authorization: Bearer {SECRET}",
    f"Cookie: session={SECRET}; other={SECRET}",
    f"{{'password': '{SECRET}', 'name': 'Ann'}}",
    f'{{"new_password": "{SECRET}"}}',
    f'{{"password": "a\\"{SECRET}", "name": "Ann"}}',
    f"{{'password': 'it\\'s {SECRET}'}}",
    f'{{\\"password\\": \\"{SECRET}\\"}}',
    f"{{'password': b'{SECRET}'}}",
    f"{{'tokens': ['{SECRET}', '{SECRET}']}}",
    f'it was cut: {{"password": "{SECRET}',
    "GET /x?access_token=Hunter-2&y=1",
    "password=Hunter-2",
    "mysql+pymysql://root:Hunter-2@db/shop",
    "redis://:Hunt@er-2@cache:6379/0",
    "$argon2id$v=19$m=65536,t=3,p=4$c2FsdA$Hunter-2",
]


@pytest.fixture
def secrecy() -> Redactor:
    """Nothing beside what is always secret."""
    return Redactor()


@pytest.mark.parametrize("name", NAMES)
def test_a_secret_is_starred_by_its_name(secrecy: Redactor, name: str) -> None:
    assert secrecy.redact_value({name: SECRET, "quantity": 3}) == {name: REDACTED, "quantity": 3}


@pytest.mark.parametrize("depth", range(DEPTH_MAX + 3))
@pytest.mark.parametrize("bag", [lambda value: {"a": value}, lambda value: {"a": [1, value]}])
def test_a_secret_is_starred_at_every_depth(secrecy: Redactor, depth: int, bag: Any) -> None:
    value: Any = {"password": SECRET, "name": "Ann"}
    for _ in range(depth):
        value = bag(value)

    assert SECRET not in str(secrecy.redact_value(value))


def test_what_is_below_a_secret_name_is_secret_whatever_it_is(secrecy: Redactor) -> None:
    assert secrecy.redact_value({"tokens": [{"value": SECRET}], "password": 1234}) == {
        "tokens": REDACTED,
        "password": REDACTED,
    }


@pytest.mark.parametrize("text", TEXTS)
def test_a_secret_is_starred_by_its_looks(secrecy: Redactor, text: str) -> None:
    said = secrecy.redact_text(text)

    assert REDACTED in said
    for part in (TOKEN, "Hunter", "spades", "er-2", "eyJ"):
        assert part not in said


def test_settings_add_names(secrecy: Redactor) -> None:
    stricter = Redactor(["card-number"])

    assert secrecy.redact_value({"cardNumber": "4111"}) == {"cardNumber": "4111"}
    assert stricter.redact_value({"cardNumber": "4111", "password": "x"}) == {
        "cardNumber": REDACTED,
        "password": REDACTED,
    }
    assert stricter.redact_text("card_number=4111") == f"card_number={REDACTED}"


def test_an_address_is_told_in_outline(secrecy: Redactor) -> None:
    assert secrecy.redact_value({"email": "ann@example.com"}) == {"email": "a***@e***.com"}
    assert secrecy.redact_text("Duplicate entry 'ann@example.com' for key") == "Duplicate entry 'a***@e***.com' for key"
    # A password that was typed into the wrong field.
    assert secrecy.redact_value({"email": "Hunter-2"}) == {"email": REDACTED}


def test_a_key_is_told_by_its_digest(secrecy: Redactor) -> None:
    told = [secrecy.redact_value({"idempotency_key": key})["idempotency_key"] for key in ("a-key", "a-key", "another")]

    assert told[0] == told[1] != told[2]
    assert "key" not in told[0]


@pytest.mark.parametrize("text", ["3 orders are written", "GET /api/v1/items/7 200 in 3.1 ms", "a@b", "item 7: 12:30"])
def test_the_rest_is_left_as_it_is(secrecy: Redactor, text: str) -> None:
    assert secrecy.redact_text(text) == text


def test_whatever_is_logged_becomes_json(secrecy: Redactor) -> None:
    odd = {"big": 2**70, "bytes": b"Hunter-2", "set": {1}, "error": ValueError("no"), 3: None, "a\0b": 1, "nan": 1.5}

    told = secrecy.redact_value(odd)

    assert orjson.loads(orjson.dumps(told)) == told
    assert told["bytes"] == "8 bytes"
    assert "\0" not in "".join(told)


def test_texts_are_bounded(secrecy: Redactor) -> None:
    assert len(secrecy.redact_text("x" * 10**6)) == TEXT_MAX + 1


@pytest.mark.parametrize(
    "letters",
    [
        "a",
        "a.",
        "password",
        "eyJ",
        "://a:",
        "bearer ",
        "Cookie: ",
        "a@",
        "$argon2",
        "'",
        "token=[",
        "token='x\n",
        'token=\\"x',
        'token="\\',
        "\\",
    ],
)
def test_no_text_takes_long(secrecy: Redactor, letters: str) -> None:
    text = letters * (100_000 // len(letters))

    began = time.perf_counter()
    secrecy.redact_text(text)

    assert time.perf_counter() - began < 1.0
