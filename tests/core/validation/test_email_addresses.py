"""E-mail addresses: the only spelling of new ones, and all spellings of old ones."""

import socket
from typing import Any

import pytest
from marshmallow import ValidationError

from shop.core.validation.email_addresses import normalize_address, parse_address, spell_address
from shop.core.validation.fields import Email

SPELLINGS = [
    ("Eva@Example.com ", "eva@example.com"),
    ("e\u0301va@example.com", "éva@example.com"),
    ("E\u0301VA@example.com", "éva@example.com"),
    ("a@müller.example", "a@müller.example"),
    ("a@mu\u0308ller.example", "a@müller.example"),
    ("A@MÜLLER.EXAMPLE", "a@müller.example"),
    ("a@xn--mller-kva.example", "a@müller.example"),
    ("a@例え.example", "a@例え.example"),
    ("\u212a@example.com", "k@example.com"),
    ("user+tag@sub.example.co", "user+tag@sub.example.co"),
    ("load-1@shop.test", "load-1@shop.test"),
]
INVISIBLE = ["\u200b", "\u200d", "\u202e", "\u2066", "\u2028", "\u00ad", "\ufeff", "\ufe0f", "\u3164", "\u034f", "\x00"]


@pytest.mark.parametrize(("text", "address"), SPELLINGS, ids=ascii)
def test_an_address_has_one_spelling(text: str, address: str) -> None:
    assert parse_address(text) == Email(254).deserialize(text) == normalize_address(text) == address
    assert parse_address(address) == address


@pytest.mark.parametrize("letter", INVISIBLE, ids=ascii)
@pytest.mark.parametrize("form", ["a{}b@example.com", "{}a@example.com", "a@exa{}mple.com", "a@example.com{}"])
def test_an_address_with_an_invisible_character_is_refused(letter: str, form: str) -> None:
    with pytest.raises(ValidationError):
        Email(254).deserialize(form.format(letter))


@pytest.mark.parametrize(
    "text", ["", "a", "@", "a@", "@b.c", "a@b", "a b@c.de", '"a b"@c.de', "Ann <a@b.c>", "a@[1.2.3.4]"]
)
def test_a_text_that_is_no_address_is_refused_but_has_a_spelling(text: str) -> None:
    with pytest.raises(ValueError, match=r".+"):
        parse_address(text)
    assert normalize_address(text) == text.lower()


def test_no_server_is_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: Any, **__: Any) -> None:
        raise AssertionError("A validation opened a connection.")

    monkeypatch.setattr(socket.socket, "connect", refuse)
    monkeypatch.setattr(socket.socket, "sendto", refuse)
    assert parse_address("ada@no-such-domain-at-all.example") == "ada@no-such-domain-at-all.example"


def test_the_given_spelling_comes_first_and_the_only_one_of_new_accounts_second() -> None:
    given = "e\u0301va@xn--mller-kva.example"
    first, second, *others = spell_address(f" {given} ")
    assert (first, second) == (given, "éva@müller.example")
    assert {"éva@xn--mller-kva.example", "e\u0301va@mu\u0308ller.example"} <= set(others)


@pytest.mark.parametrize(
    "text", ["a\u200b@example.com", "\ud800", "x" * 5000, "a@" + "xn--" * 60 + ".example"], ids=ascii
)
def test_every_text_has_spellings(text: str) -> None:
    assert spell_address(text)[0] == text
