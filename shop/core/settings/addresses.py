"""Checks, parsing and masking of addresses in settings."""

import re
from collections.abc import Callable
from ipaddress import ip_network
from urllib.parse import urlsplit

from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError

_PORT_MAX = 65_535
_ORIGIN = re.compile(r"(http://(?!.*:80$)|https://(?!.*:443$))([a-z0-9.-]+|\[[0-9a-f:]+\])(:[0-9]{1,5})?")
_CONTACT = re.compile(r"[^@\s/]+@[^@\s/]+\.[^@\s/.]+|https?://[^\s/]+(/\S*)?")
_PASSWORD = re.compile(r"(?<=://)([^/?#]*:)[^/?#]*(?=@)|([?&][^=&#]*password=)[^&#]*", re.IGNORECASE)


def is_database_url(text: str) -> bool:
    """Return True for the SQLAlchemy URL of a supported database."""
    return _parses(make_url, text) and make_url(text).get_backend_name() in ("mysql", "mariadb", "sqlite")


def is_redis_url(text: str) -> bool:
    """Return True for the URL of a Redis server."""
    return text.startswith(("redis://", "rediss://", "unix://")) and _parses(lambda url: urlsplit(url).port, text)


def is_origin(text: str) -> bool:
    """Return True for an Origin as browsers send it, or `*`.

    It has a scheme, a host, and a port unless that is the default port of the scheme.
    """
    return text == "*" or bool(_ORIGIN.fullmatch(text))


def is_contact(text: str) -> bool:
    """Return True for an e-mail address or the address of a page."""
    return bool(_CONTACT.fullmatch(text))


def is_network(text: str) -> bool:
    """Return True for an address or a network, IPv4 or IPv6."""
    return _parses(ip_network, text)


def is_bind(text: str) -> bool:
    """Return True for an address and a port to listen on."""
    address, _, port = text.rpartition(":")
    return bool(address) and port.isdecimal() and 0 < int(port) <= _PORT_MAX


def split_bind(bind: str) -> tuple[str, int]:
    """Split a bind setting into address and port."""
    address, _, port = bind.rpartition(":")
    return address.strip("[]"), int(port)


def mask_password(text: str) -> str:
    """Replace all passwords in an address by `***`."""
    return _PASSWORD.sub(lambda match: f"{match[1] or match[2]}***", text)


def _parses(parse: Callable[[str], object], text: str) -> bool:
    try:
        parse(text)
    except (ArgumentError, ValueError):
        return False
    return True
