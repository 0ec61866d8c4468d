"""Client addresses of requests, from the peer or a trusted proxy."""

from collections.abc import Iterable
from functools import lru_cache
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network

Address = IPv4Address | IPv6Address

UNKNOWN = "unknown"
# A client has a whole IPv6 network of this size: the lower 64 bits do not identify it.
_HOST_BITS = 64


class ClientAddressResolver:
    """Resolver of client addresses behind trusted proxies."""

    def __init__(self, trusted: Iterable[str]) -> None:
        self._trusted = [ip_network(network) for network in trusted]

    def resolve(self, peer: str | None, forwarded: str | None) -> str:
        """Return the client's name for keys.

        It is an IPv4 address, the first half of an IPv6 address, or `unknown`.

        `forwarded` is X-Forwarded-For. From a trusted peer, the client is its last entry that is no trusted proxy: the
        entries before that one can be forged by the client.
        """
        address = _parse_address(peer or "")
        if address and forwarded and self._is_trusted(address):
            address = self._find_origin(forwarded) or address
        return _client_name(address)

    def _find_origin(self, forwarded: str) -> Address | None:
        for entry in reversed(forwarded.split(",")):
            address = _parse_address(entry.strip())
            if address is None or not self._is_trusted(address):
                return address
        return None

    def _is_trusted(self, address: Address) -> bool:
        return any(address in network for network in self._trusted)


@lru_cache(maxsize=4096)
def _parse_address(text: str) -> Address | None:
    try:
        address = ip_address(text)
    except ValueError:
        return None
    # A dual-stack socket returns IPv4 addresses in this form.
    return getattr(address, "ipv4_mapped", None) or address


def _client_name(address: Address | None) -> str:
    if address is None:
        return UNKNOWN
    if isinstance(address, IPv4Address):
        return str(address)
    return f"{int(address) >> _HOST_BITS:016x}"
