"""E-mail addresses: validation without DNS, and the spellings of one address."""

import unicodedata
from typing import Literal

from email_validator import ValidatedEmail, validate_email

from shop.core.validation.human_text import has_ignorable

# RFC 5321, section 4.5.3.1.1.
_LOCAL_MAX = 64
_FORMS: tuple[Literal["NFC", "NFD"], ...] = ("NFC", "NFD")


def parse_address(text: str) -> str:
    """Return the only spelling of a valid address.

    It is in lower case and NFC, with a domain in Unicode. Raises ValueError for a text that is no address.
    """
    return _parse(text).normalized


def normalize_address(text: str) -> str:
    """Return the only spelling of an address; any text has one."""
    return spell_address(text)[1]


def spell_address(text: str) -> tuple[str, ...]:
    """Return the spellings under which releases may have stored an address.

    The given spelling comes first, and the only one of new accounts second.
    """
    given = text.strip(" ").lower()
    try:
        address = _parse(text)
    except ValueError:
        return given, *(unicodedata.normalize(form, given) for form in _FORMS)
    # Earlier releases took domains in punycode only.
    spellings = [f"{unicodedata.normalize(form, address.local_part)}@{address.ascii_domain}" for form in _FORMS]
    return given, address.normalized, unicodedata.normalize("NFD", address.normalized), *spellings


def _parse(text: str) -> ValidatedEmail:
    # The library accepts variation selectors and blank letters before the @, and ignores some others in a domain.
    if has_ignorable(text):
        raise ValueError("The address has an invisible character.")
    # Addresses in `.test` are those of tests of clients (RFC 2606); nothing is ever delivered there.
    address = validate_email(text.strip(" ").lower(), check_deliverability=False, test_environment=True)
    if len(address.local_part) > _LOCAL_MAX:
        raise ValueError("The part before the @ is too long.")
    return address
