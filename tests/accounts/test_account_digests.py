"""Digests of names and addresses, which stand in keys of rate limits."""

import pytest

from shop.supports.user import digest_account_name


def test_a_digest_has_a_fixed_length_and_hides_the_name() -> None:
    digest = digest_account_name("ada@example.com")
    assert len(digest) == 32
    assert set(digest) <= set("0123456789abcdef")


@pytest.mark.parametrize("name", [" ada@example.com", "ada@example.com\t", "ADA@Example.com"])
def test_case_and_outer_blanks_do_not_change_the_digest(name: str) -> None:
    assert digest_account_name(name) == digest_account_name("ada@example.com")


@pytest.mark.parametrize("name", ["eve@example.com", "ada@example.org", "a da@example.com", ""])
def test_another_name_has_another_digest(name: str) -> None:
    assert digest_account_name(name) != digest_account_name("ada@example.com")


def test_a_name_that_is_no_valid_text_has_a_digest() -> None:
    assert len(digest_account_name("\ud800")) == 32
