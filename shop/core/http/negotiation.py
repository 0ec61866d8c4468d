"""Content negotiation by the Accept header."""

from functools import lru_cache

from werkzeug.datastructures import MIMEAccept
from werkzeug.http import parse_accept_header

PROBLEM = "application/problem+json"
JSON = "application/json"
# Browsers prefer it, but only the error catalogue has pages. Other routes return the envelope.
HTML = "text/html"
# A longer header is ignored, so that the caches below stay small.
_ACCEPT_MAX = 1000


def prefers_problem(accept: str) -> bool:
    """Return True when an Accept header prefers problem+json to JSON.

    With equal quality, the media type that comes first is preferred.
    """
    return "problem+json" in accept.lower() and len(accept) <= _ACCEPT_MAX and _prefers_problem(accept)


def prefers_html(accept: str) -> bool:
    """Return True when an Accept header prefers HTML to JSON."""
    return len(accept) <= _ACCEPT_MAX and _parse_accept(accept).best_match((JSON, HTML)) == HTML


def is_acceptable(accept: str) -> bool:
    """Return True when an Accept header accepts an available media type."""
    return len(accept) > _ACCEPT_MAX or _is_acceptable(accept)


@lru_cache(maxsize=1024)
def _is_acceptable(accept: str) -> bool:
    accepted = _parse_accept(accept)
    return not accepted or any(accepted.quality(kind) for kind in (JSON, PROBLEM, HTML))


@lru_cache(maxsize=1024)
def _prefers_problem(accept: str) -> bool:
    accepted = _parse_accept(accept)
    named = [kind.lower() for kind in accepted.values()]
    first = sorted((PROBLEM, JSON), key=lambda kind: named.index(kind) if kind in named else len(named))
    return accepted.best_match(first) == PROBLEM


def _parse_accept(accept: str) -> MIMEAccept:
    # Without parameters such as `charset`, which make no difference to the response.
    pairs = parse_accept_header(accept, MIMEAccept)
    return MIMEAccept((kind.partition(";")[0].strip(), quality) for kind, quality in pairs)
