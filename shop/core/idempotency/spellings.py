"""Other spellings of the numbers and queries of a request.

The previous release compares digests of a body as it was sent. So digests are still stored in that form, and a body is
compared with every spelling of its numbers: `1`, `1.0` and `1e0` are one number.
"""

import json
from collections.abc import Collection, Iterator
from itertools import product
from typing import Any
from urllib.parse import parse_qsl, urlencode

import orjson

# Bytes that are digested for all spellings of a body; for a large body only two spellings are compared.
_WORK_MAX_BYTES = 4 * 1024 * 1024
# orjson reads larger integers as floats.
_EXACT_BITS = 64


def canonical_query(query: bytes) -> bytes:
    """Return a query string with sorted and evenly encoded parameters."""
    # Latin-1 maps each byte to one character, so two queries with different bytes stay different.
    pairs = parse_qsl(query.decode("latin-1"), keep_blank_values=True, encoding="latin-1")
    return urlencode(sorted(pairs), encoding="latin-1").encode()


def read_exact_json(body: bytes, excluded: Collection[str]) -> Any:
    """Parse valid JSON with integers of any size.

    The excluded fields of an object are left out. Raises RecursionError for deep nesting.
    """
    value = json.loads(body)
    if isinstance(value, dict):
        return {name: inner for name, inner in value.items() if name not in excluded}
    return value


def dump_sorted(value: Any) -> bytes:
    """Return JSON with sorted members. Raises RecursionError and JSONEncodeError for deep nesting."""
    try:
        return orjson.dumps(value, option=orjson.OPT_SORT_KEYS)
    except orjson.JSONEncodeError:
        if not any(number.bit_length() >= _EXACT_BITS for number in _find_numbers(value) if isinstance(number, int)):
            raise
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()


def iterate_spellings(value: Any) -> Iterator[bytes]:
    """Yield JSON for each spelling of the integral numbers."""
    numbers = [_spell_number(number) for number in _find_numbers(value)]
    size = len(dump_sorted(value))
    count = 1
    for spellings in numbers:
        count *= len(spellings)
    if count * size > _WORK_MAX_BYTES:
        choices: Any = zip(*((spellings[0], spellings[-1]) for spellings in numbers), strict=True)
    else:
        choices = product(*numbers)
    for choice in choices:
        yield dump_sorted(_replace_numbers(value, iter(choice)))


def _find_numbers(value: Any) -> Iterator[int | float]:
    if isinstance(value, dict | list):
        for inner in value.values() if isinstance(value, dict) else value:
            yield from _find_numbers(inner)
    elif _is_integral(value):
        yield value


def _replace_numbers(value: Any, numbers: Iterator[int | float]) -> Any:
    if isinstance(value, dict):
        return {name: _replace_numbers(inner, numbers) for name, inner in value.items()}
    if isinstance(value, list):
        return [_replace_numbers(inner, numbers) for inner in value]
    return next(numbers) if _is_integral(value) else value


def _is_integral(value: Any) -> bool:
    return (isinstance(value, int) and not isinstance(value, bool)) or (isinstance(value, float) and value.is_integer())


def _spell_number(number: int | float) -> tuple[int | float, ...]:
    """Return the forms of an integral number that are exactly equal."""
    whole = int(number)
    if not whole:
        return (0, -0.0, 0.0)
    try:
        other = float(whole)
    except OverflowError:
        return (whole,)
    return (whole, other) if int(other) == whole else (whole,)
