"""Settings of the envelope, for clients that were made for another one."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from shop.core.settings.loader import setting

OWN_STATUS = "own"
KEYS = ("status", "code", "message", "data")
EXTRA = "extra"
# Of a page, below `data`.
PAGE_KEYS = ("data", "meta")
EXTRAS = ("time", "request_id")
# `code` says what happened, and `data` is what was asked for.
_HIDEABLE = ("status", "message")
_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]{0,39}")


def apply_names(pairs: tuple[str, ...], keys: tuple[str, ...], above: str = "") -> dict[str, str]:
    """What each key is called where the pairs `key=name` have their say."""
    given = dict(_split_pairs(pairs))
    return {key: given.get(above + key, key) for key in keys}


def _split_pairs(pairs: tuple[str, ...]) -> Iterator[tuple[str, str]]:
    for pair in pairs:
        key, _, name = pair.partition("=")
        yield key.strip(), name.strip()


def _are_names(pairs: tuple[str, ...]) -> bool:
    given, outer = list(_split_pairs(pairs)), (*KEYS, EXTRA)
    known = {*outer, *(f"data.{key}" for key in PAGE_KEYS)}
    if len(dict(given)) < len(given) or not all(key in known and _NAME.fullmatch(name) for key, name in given):
        return False
    sent = apply_names(pairs, outer), apply_names(pairs, PAGE_KEYS, "data.")
    return all(len(set(names.values())) == len(names) for names in sent)


@dataclass(frozen=True, kw_only=True)
class EnvelopeSettings:
    """What the keys are called, which are left out, what is said besides, and the HTTP status of failures."""

    envelope_names: tuple[str, ...] = setting(
        (),
        "pairs key=name, no name twice, with the keys status, code, message, data, extra, data.data and data.meta",
        check=_are_names,
    )
    envelope_hide: tuple[str, ...] = setting(
        (), "keys that are not sent, of status and message", check=lambda keys: set(keys) <= set(_HIDEABLE)
    )
    envelope_extra: tuple[str, ...] = setting(
        (), "what an object `extra` says besides, of time and request_id", check=lambda keys: set(keys) <= set(EXTRAS)
    )
    envelope_error_status: str = setting(
        OWN_STATUS,
        "own: what the code begins with; 200 or 500: every failure has that HTTP status, but for /livez and /readyz",
        check=(OWN_STATUS, "200", "500").__contains__,
    )
