"""Settings of the custom envelope for legacy clients."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from shop.core.settings.loader import setting

OWN_STATUS = "own"
KEYS = ("status", "code", "message", "data")
EXTRA = "extra"
# Keys of a page, inside `data`.
PAGE_KEYS = ("data", "meta")
EXTRAS = ("time", "request_id")
# `code` and `data` cannot be hidden: no other key has their information.
_HIDEABLE = ("status", "message")
_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]{0,39}")


def apply_names(pairs: tuple[str, ...], keys: tuple[str, ...], above: str = "") -> dict[str, str]:
    """Return the name of each key after the pairs `key=name` are applied.

    `above` is the prefix of the keys in the pairs, such as `data.`.
    """
    renamed = dict(_split_pairs(pairs))
    return {key: renamed.get(above + key, key) for key in keys}


def _split_pairs(pairs: tuple[str, ...]) -> Iterator[tuple[str, str]]:
    for pair in pairs:
        key, _, name = pair.partition("=")
        yield key.strip(), name.strip()


def _are_names(pairs: tuple[str, ...]) -> bool:
    renamed, top_keys = list(_split_pairs(pairs)), (*KEYS, EXTRA)
    known = {*top_keys, *(f"data.{key}" for key in PAGE_KEYS)}
    if len(dict(renamed)) < len(renamed) or not all(key in known and _NAME.fullmatch(name) for key, name in renamed):
        return False
    levels = apply_names(pairs, top_keys), apply_names(pairs, PAGE_KEYS, "data.")
    return all(len(set(names.values())) == len(names) for names in levels)


@dataclass(frozen=True, kw_only=True)
class EnvelopeSettings:
    """Settings of the custom envelope: its keys and the status of failures."""

    envelope_names: tuple[str, ...] = setting(
        (),
        "pairs key=name, no name twice, with the keys status, code, message, data, extra, data.data and data.meta",
        check=_are_names,
    )
    envelope_hide: tuple[str, ...] = setting(
        (), "hidden keys, of status and message", check=lambda keys: set(keys) <= set(_HIDEABLE)
    )
    envelope_extra: tuple[str, ...] = setting(
        (),
        "fields of an additional object `extra`, of time and request_id",
        check=lambda keys: set(keys) <= set(EXTRAS),
    )
    envelope_error_status: str = setting(
        OWN_STATUS,
        "own: the status that the code starts with; 200 or 500: the status of all failures except /livez and /readyz",
        check=(OWN_STATUS, "200", "500").__contains__,
    )
