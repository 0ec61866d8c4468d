"""Where a request comes from. Headers are believed only when a trusted proxy has sent them."""

from collections.abc import Iterable
from functools import lru_cache
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network

Address = IPv4Address | IPv6Address

UNKNOWN = "unknown"
# Whoever holds one address of IPv6 holds these many bits of them.
_HOST_BITS = 64


class ClientAddressResolver:
    """Tells clients apart by their addresses."""

    def __init__(self, trusted: Iterable[str]) -> None:
        self._trusted = [ip_network(network) for network in trusted]

    def resolve(self, peer: str | None, forwarded: str | None) -> str:
        """The client's name in keys: an IPv4 address, the first half of an IPv6 one, or the same for all unknown.

        `forwarded` is X-Forwarded-For. A trusted peer is asked in whose name it speaks: the last entry that no trusted
        proxy stands for. What was written before that entry, anybody may have written.
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
    # A socket that listens on both tells IPv4 addresses this way.
    return getattr(address, "ipv4_mapped", None) or address


def _client_name(address: Address | None) -> str:
    if address is None:
        return UNKNOWN
    if isinstance(address, IPv4Address):
        return str(address)
    return f"{int(address) >> _HOST_BITS:016x}"
