"""Check of stored responses: a damaged one is never sent."""

import re
from datetime import datetime

import orjson

from shop.core.idempotency.record import StoredResponse, UnreadableRecord
from shop.core.idempotency.recorder import STORED_BODY_MAX_BYTES, is_header_stored, is_storable

_FINGERPRINT = re.compile(r"[A-Z]+( [0-9a-f]{24}){2}( ([0-9a-f]{24}|-)){2}")
_HEADER_NAME = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")
# Latin-1 without control characters, among them line breaks.
_HEADER_VALUE = re.compile(r"[\t\x20-\x7e\x80-\xff]*")


def check_expiry(stored: StoredResponse) -> datetime:
    """Return the expiry of a stored response. Raises UnreadableRecord."""
    if not isinstance(stored.expires_at, datetime) or stored.expires_at.tzinfo is None:
        raise UnreadableRecord("the expiry is no time")
    return stored.expires_at


def is_intact(stored: StoredResponse) -> bool:
    """Return True for a stored response that can be sent."""
    try:
        check_expiry(stored)
        read_stored(stored)
    except UnreadableRecord:
        return False
    return True


def read_stored(stored: StoredResponse) -> list[tuple[str, str]]:
    """Return the headers of a stored response.

    Raises UnreadableRecord when any part of the response could not have been stored.
    """
    if not isinstance(stored.status, int) or not 200 <= stored.status <= 499 or not is_storable(stored.status):
        raise UnreadableRecord(f"the status is {stored.status!r}")
    if not isinstance(stored.fingerprint, str) or not _FINGERPRINT.fullmatch(stored.fingerprint):
        raise UnreadableRecord("the fingerprint is none")
    headers = _read_headers(stored.headers)
    _check_body(stored.body, dict(headers).get("Content-Type", ""))
    return headers


def _read_headers(text: str) -> list[tuple[str, str]]:
    try:
        pairs = orjson.loads(text)
    except (ValueError, TypeError) as error:
        raise UnreadableRecord("the headers are no JSON") from error
    if not isinstance(pairs, list) or not all(isinstance(pair, list) and len(pair) == 2 for pair in pairs):
        raise UnreadableRecord("the headers are no pairs")
    for name, value in pairs:
        if not (isinstance(name, str) and isinstance(value, str)):
            raise UnreadableRecord("a header is no text")
        if not (_HEADER_NAME.fullmatch(name) and _HEADER_VALUE.fullmatch(value)):
            raise UnreadableRecord("a header has a character that no header has")
    # Those of one transmission, such as a length, would be wrong in another one.
    return [(name, value) for name, value in pairs if is_header_stored(name)]


def _check_body(body: bytes | None, media_type: str) -> None:
    if body is None:
        return
    if not isinstance(body, bytes) or len(body) > STORED_BODY_MAX_BYTES:
        raise UnreadableRecord("the body is no text of a length that is stored")
    if media_type.partition(";")[0].strip().lower().endswith("json"):
        try:
            orjson.loads(body)
        except ValueError as error:
            raise UnreadableRecord("the body is no JSON") from error
