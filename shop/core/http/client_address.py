"""Client addresses of requests, from the peer or a trusted proxy."""

import re
from collections.abc import Iterable
from functools import lru_cache
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network

Address = IPv4Address | IPv6Address

UNKNOWN = "unknown"
# An entry with a port, or an IPv6 address in brackets (RFC 7239, 6): proxies write both.
_PORT = r"(?::(?:[0-9]{1,5}|_[\w.-]+))?"
_NODE = re.compile(rf"(?:\[([^\[\]]+)\]|([0-9.]+)){_PORT}", re.ASCII)
# A name that a proxy gives to a client, in place of its address.
_OBFUSCATED = re.compile(rf"(_[\w.-]{{1,63}}){_PORT}", re.ASCII)
# A client has a whole IPv6 network of this size: the lower 64 bits do not identify it.
_HOST_BITS = 64


class ClientAddressResolver:
    """Resolver of client addresses behind trusted proxies."""

    def __init__(self, trusted: Iterable[str]) -> None:
        self._trusted = [ip_network(network) for network in trusted]

    def resolve(self, peer: str | None, forwarded: str | None) -> str:
        """Return the client's name for keys.

        It is an IPv4 address, the first half of an IPv6 address, the obfuscated name that a proxy uses, or `unknown`.

        `forwarded` is X-Forwarded-For. From a trusted peer, the client is its last entry that is no trusted proxy: the
        entries before that one can be forged by the client. Blank entries are ignored.
        """
        address = _parse_address(peer or "")
        if address and forwarded and self._is_trusted(address):
            return self._find_origin(forwarded) or _client_name(address)
        return _client_name(address)

    def _find_origin(self, forwarded: str) -> str | None:
        for entry in reversed(forwarded.split(",")):
            node = entry.strip().removeprefix('"').removesuffix('"').strip()
            if not node:
                continue
            address = _parse_node(node)
            if address is None:
                name = _OBFUSCATED.fullmatch(node)
                return name[1] if name else None
            if not self._is_trusted(address):
                return _client_name(address)
        return None

    def _is_trusted(self, address: Address) -> bool:
        return any(address in network for network in self._trusted)


def _parse_node(node: str) -> Address | None:
    """Parse an entry of a proxy, with or without a port."""
    match = _NODE.fullmatch(node)
    return _parse_address(match[1] or match[2] if match else node)


@lru_cache(maxsize=4096)
def _parse_address(text: str) -> Address | None:
    try:
        address = ip_address(text)
    except ValueError:
        return None
    # A dual-stack socket returns IPv4 addresses in this form.
    return getattr(address, "ipv4_mapped", None) or address


@lru_cache(maxsize=4096)
def _client_name(address: Address | None) -> str:
    if address is None:
        return UNKNOWN
    if isinstance(address, IPv4Address):
        return str(address)
    return f"{int(address) >> _HOST_BITS:016x}"
