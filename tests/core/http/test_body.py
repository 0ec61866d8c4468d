"""Strict JSON: no repeated members, no deep nesting, no numbers beyond precision."""

import pytest

from shop.core.errors import CoreExceptionCode, ShopError
from shop.core.http.body import DEPTH_MAX, NUMBER_MAX, parse_json

MALFORMED, TWICE, DEEP = CoreExceptionCode.BODY_MALFORMED, CoreExceptionCode.BODY_TWICE, CoreExceptionCode.BODY_DEEP
VALID = {
    b'{"quantity":1}': {"quantity": 1},
    b'{"a":":","b":"::","c":{"d":":"}}': {"a": ":", "b": "::", "c": {"d": ":"}},
    b'[{"a":1},{"a":2}]': [{"a": 1}, {"a": 2}],
    b'{"a":{"a":{"a":1}}}': {"a": {"a": {"a": 1}}},
    b'{"":1,"\\u0000":2}': {"": 1, "\0": 2},
    b'"text: with: colons"': "text: with: colons",
    b"{}": {},
    b'{"digits":"%s"}' % (b"9" * 5_000): {"digits": "9" * 5_000},
}
REPEATED = {
    b'{"a":1,"a":1}': "a",
    b'{"a":1,"\\u0061":2}': "a",
    b'{"x":[0,{"b":{"c":1,"c":2}}]}': "c",
    b'{"a":"","a":":"}': "a",
    b'{"":1,"":2}': "",
    b'{"\xc3\xa9":1,"\\u00e9":2}': "é",
    b'{"\\ud83d\\ude00":1,"\xf0\x9f\x98\x80":2}': "😀",
    b'[{"a":1},{"b":1,"b":":"}]': "b",
    b'{"%s":1,"%s":2}' % (b"n" * 200, b"n" * 200): "n" * 100,
}


@pytest.mark.parametrize(("text", "value"), VALID.items(), ids=lambda value: str(value)[:30])
def test_json_without_repeated_members_is_parsed(text: bytes, value: object) -> None:
    assert parse_json(text) == value


@pytest.mark.parametrize(("text", "name"), REPEATED.items(), ids=lambda value: str(value)[:30])
def test_a_repeated_member_is_refused_by_name(text: bytes, name: str) -> None:
    with pytest.raises(ShopError) as refused:
        parse_json(text)

    assert (refused.value.code, refused.value.facts) == (TWICE, {"name": name})


@pytest.mark.parametrize("form", [b"[%s]", b'{"a":%s}'])
def test_a_body_is_parsed_down_to_the_deepest_level(form: bytes) -> None:
    text = b"1"
    for _ in range(DEPTH_MAX):
        text = form % text
    parse_json(text)

    with pytest.raises(ShopError) as refused:
        parse_json(form % text)

    assert (refused.value.code, refused.value.facts) == (DEEP, {"most": DEPTH_MAX})


@pytest.mark.parametrize("levels", [1_000, 60_000])
@pytest.mark.parametrize("form", ["[", '{"a":'])
def test_extreme_nesting_is_refused_without_a_crash(form: str, levels: int) -> None:
    with pytest.raises(ShopError) as refused:
        parse_json((form * levels + "1" + {"[": "]"}.get(form, "}") * levels).encode())

    assert refused.value.code in (DEEP, MALFORMED)


@pytest.mark.parametrize("form", ["%s", "-%s", "0.%s", "1.%s", "1e-%s", "%s.5"])
@pytest.mark.parametrize("digits", [NUMBER_MAX + 1, 5_000])
def test_a_number_with_too_many_digits_is_refused(form: str, digits: int) -> None:
    with pytest.raises(ShopError) as refused:
        parse_json(b'{"quantity":%s}' % (form % ("7" * digits)).encode())

    assert refused.value.code is MALFORMED


@pytest.mark.parametrize(
    "text", [b"", b" ", b"{", b"NaN", b"1e400", b'"\\ud800"', b'{"\xed\xa0\x80":1}', b"\xff", b"01"]
)
def test_malformed_json_is_refused(text: bytes) -> None:
    with pytest.raises(ShopError) as refused:
        parse_json(text)

    assert refused.value.code is MALFORMED
