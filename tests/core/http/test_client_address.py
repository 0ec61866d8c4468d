"""Client addresses, from the peer and from forwarding headers."""

import pytest

from shop.core.http.client_address import UNKNOWN, ClientAddressResolver

WITHOUT_PROXIES = ClientAddressResolver(())
WITH_PROXIES = ClientAddressResolver(("10.0.0.0/8", "192.0.2.7", "fd00::/8"))
PROXY = "10.1.2.3"


@pytest.mark.parametrize(
    ("peer", "name"),
    [
        ("203.0.113.9", "203.0.113.9"),
        ("::ffff:203.0.113.9", "203.0.113.9"),
        ("2001:db8:1:2:3:4:5:6", "20010db800010002"),
        ("2001:db8:1:2::", "20010db800010002"),
        ("2001:db8:1:3::", "20010db800010003"),
        ("fe80::1%eth0", "fe80000000000000"),
        ("", UNKNOWN),
        (None, UNKNOWN),
        ("unix:", UNKNOWN),
        ("203.0.113.9:4711", UNKNOWN),
    ],
)
def test_each_form_of_an_address_has_one_name(peer: str | None, name: str) -> None:
    assert WITHOUT_PROXIES.resolve(peer, None) == name


@pytest.mark.parametrize("peer", ["203.0.113.9", "192.0.2.8", "::ffff:203.0.113.9"])
@pytest.mark.parametrize("claimed", ["1.1.1.1", PROXY, "192.0.2.7", "1.1.1.1, 10.0.0.1", "nonsense", ""])
def test_headers_of_an_untrusted_peer_are_ignored(peer: str, claimed: str) -> None:
    assert WITH_PROXIES.resolve(peer, claimed) == WITH_PROXIES.resolve(peer, None)


def test_without_trusted_proxies_headers_are_ignored() -> None:
    assert WITHOUT_PROXIES.resolve("127.0.0.1", "1.1.1.1") == "127.0.0.1"


@pytest.mark.parametrize(
    ("forwarded", "name"),
    [
        ("203.0.113.9", "203.0.113.9"),
        ("1.1.1.1, 203.0.113.9", "203.0.113.9"),
        ("1.1.1.1,203.0.113.9, 10.9.9.9,192.0.2.7", "203.0.113.9"),
        ("1.1.1.1, nonsense, 10.9.9.9, 203.0.113.9", "203.0.113.9"),
        ("2001:db8:1:2::5", "20010db800010002"),
        ("::ffff:203.0.113.9", "203.0.113.9"),
        # An entry that is no address ends the search: the client is the proxy itself.
        ("203.0.113.9, nonsense", PROXY),
        ("203.0.113.9, unknown", PROXY),
        ("203.0.113.9, unknown:80", PROXY),
        ("203.0.113.9, 300.0.113.9:80", PROXY),
        ("203.0.113.9, 203.0.113.8:", PROXY),
        ("203.0.113.9, [203.0.113.8", PROXY),
        ("203.0.113.9, _", PROXY),
        ("203.0.113.9, _a b", PROXY),
        (f"203.0.113.9, _{'a' * 64}", PROXY),
        # Blank entries are none (RFC 9110, 5.6.1).
        ("203.0.113.9, 10.9.9.9, ", "203.0.113.9"),
        (", ,203.0.113.9,,", "203.0.113.9"),
        ('203.0.113.9, ""', "203.0.113.9"),
        # With ports, brackets and quotes.
        ("1.1.1.1, 203.0.113.9:80", "203.0.113.9"),
        ("1.1.1.1, 203.0.113.9:65535, 10.9.9.9:5555", "203.0.113.9"),
        ('"203.0.113.9"', "203.0.113.9"),
        ('1.1.1.1, "203.0.113.9:4711"', "203.0.113.9"),
        ("203.0.113.9:_port", "203.0.113.9"),
        ("[2001:db8:1:2::5]", "20010db800010002"),
        ("[2001:db8:1:2::5]:443", "20010db800010002"),
        ('"[2001:db8:1:3::5]:443"', "20010db800010003"),
        ("[::ffff:203.0.113.9]:443", "203.0.113.9"),
        ("203.0.113.9, [fd00::7]:80", "203.0.113.9"),
        # A proxy that hides addresses names its clients.
        ("1.1.1.1, _hidden", "_hidden"),
        ('1.1.1.1, "_SEVKISEK:80", 10.9.9.9', "_SEVKISEK"),
        ("10.9.9.9, 192.0.2.7", PROXY),
        (",", PROXY),
    ],
)
def test_the_client_is_the_last_entry_that_is_no_trusted_proxy(forwarded: str, name: str) -> None:
    assert WITH_PROXIES.resolve(PROXY, forwarded) == name


@pytest.mark.parametrize("peer", ["192.0.2.7", "fd00::1", "::ffff:10.1.2.3"])
def test_a_trusted_proxy_is_recognised_by_each_of_its_addresses(peer: str) -> None:
    assert WITH_PROXIES.resolve(peer, "203.0.113.9") == "203.0.113.9"
