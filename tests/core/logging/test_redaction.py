"""Redaction of secrets in values and texts."""

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
def redactor() -> Redactor:
    """Redactor without additional secret names."""
    return Redactor()


@pytest.mark.parametrize("name", NAMES)
def test_a_secret_is_masked_by_its_name(redactor: Redactor, name: str) -> None:
    assert redactor.redact_value({name: SECRET, "quantity": 3}) == {name: REDACTED, "quantity": 3}


@pytest.mark.parametrize("depth", range(DEPTH_MAX + 3))
@pytest.mark.parametrize("wrap", [lambda value: {"a": value}, lambda value: {"a": [1, value]}])
def test_a_secret_is_masked_at_every_depth(redactor: Redactor, depth: int, wrap: Any) -> None:
    value: Any = {"password": SECRET, "name": "Ann"}
    for _ in range(depth):
        value = wrap(value)

    assert SECRET not in str(redactor.redact_value(value))


def test_every_value_below_a_secret_name_is_masked(redactor: Redactor) -> None:
    assert redactor.redact_value({"tokens": [{"value": SECRET}], "password": 1234}) == {
        "tokens": REDACTED,
        "password": REDACTED,
    }


@pytest.mark.parametrize("text", TEXTS)
def test_a_secret_is_masked_by_its_pattern(redactor: Redactor, text: str) -> None:
    redacted = redactor.redact_text(text)

    assert REDACTED in redacted
    for part in (TOKEN, "Hunter", "spades", "er-2", "eyJ"):
        assert part not in redacted


def test_settings_add_secret_names(redactor: Redactor) -> None:
    stricter = Redactor(["card-number"])

    assert redactor.redact_value({"cardNumber": "4111"}) == {"cardNumber": "4111"}
    assert stricter.redact_value({"cardNumber": "4111", "password": "x"}) == {
        "cardNumber": REDACTED,
        "password": REDACTED,
    }
    assert stricter.redact_text("card_number=4111") == f"card_number={REDACTED}"


def test_an_email_address_is_masked(redactor: Redactor) -> None:
    assert redactor.redact_value({"email": "ann@example.com"}) == {"email": "a***@e***.com"}
    assert (
        redactor.redact_text("Duplicate entry 'ann@example.com' for key") == "Duplicate entry 'a***@e***.com' for key"
    )
    # A password that was typed into the wrong field.
    assert redactor.redact_value({"email": "Hunter-2"}) == {"email": REDACTED}


def test_an_idempotency_key_is_replaced_by_its_digest(redactor: Redactor) -> None:
    keys = ("a-key", "a-key", "another")

    digests = [redactor.redact_value({"idempotency_key": key})["idempotency_key"] for key in keys]

    assert digests[0] == digests[1] != digests[2]
    assert "key" not in digests[0]


@pytest.mark.parametrize("text", ["3 orders are written", "GET /api/v1/items/7 200 in 3.1 ms", "a@b", "item 7: 12:30"])
def test_a_text_without_a_secret_is_not_changed(redactor: Redactor, text: str) -> None:
    assert redactor.redact_text(text) == text


def test_every_value_becomes_json(redactor: Redactor) -> None:
    values = {"big": 2**70, "bytes": b"Hunter-2", "set": {1}, "error": ValueError("no"), 3: None, "a\0b": 1, "nan": 1.5}

    redacted = redactor.redact_value(values)

    assert orjson.loads(orjson.dumps(redacted)) == redacted
    assert redacted["bytes"] == "8 bytes"
    assert "\0" not in "".join(redacted)


def test_texts_are_bounded(redactor: Redactor) -> None:
    assert len(redactor.redact_text("x" * 10**6)) == TEXT_MAX + 1


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
def test_redaction_of_a_long_text_needs_no_quadratic_time(redactor: Redactor, letters: str) -> None:
    text = letters * (100_000 // len(letters))

    # Time of the processor, since other processes use the machine too.
    start = time.thread_time()
    redactor.redact_text(text)

    assert time.thread_time() - start < 1.0
