"""Responses that clients got, and the unexpected ones among them."""

import threading
from collections import Counter
from collections.abc import Mapping
from typing import Any

from tests.support.http import Response

# The codes of docs/call/README.md.
DOCUMENTED_503 = frozenset({503001, 503002, 503003, 503401})
# Verb and last part of the path -> statuses, besides success and the documented 503.
EXPECTED = {
    ("POST", "purchase"): {404, 409},
    ("POST", "cancel"): {409},
    ("POST", "stock-adjustments"): {409},
}
# Fields of a purchase that change while its order is written.
CHANGING = {"status", "updated_at", "item"}


class AnswerLog:
    """Counts of responses by release and code, and descriptions of unexpected ones."""

    def __init__(self) -> None:
        self.counts: Counter[tuple[str, int]] = Counter()
        self.problems: list[str] = []
        # Description of the current mix, for problems.
        self.mix = ""
        # Idempotency key -> release and data of the first response to a purchase.
        self._purchases: dict[str, tuple[str, Mapping[str, Any]]] = {}
        self._lock = threading.Lock()

    def add(self, release: str, method: str, path: str, response: Response) -> None:
        """Record a response."""
        code = int(response.json.get("code", 0))
        with self._lock:
            self.counts[release, code] += 1
        if not is_expected(method, path, response, code):
            self.report(f"{release} release: {method} {path} -> {response.status} {response.body.decode()[:300]}")

    def add_purchase(self, release: str, key: str, response: Response) -> None:
        """Compare a successful purchase with the first response to its key."""
        data = response.json["data"]
        with self._lock:
            first_release, first = self._purchases.setdefault(key, (release, data))
        if changes := find_changes(first, data):
            self.report(f"key {key}: {first_release} answered, {release} repeated with other {', '.join(changes)}")

    def report(self, problem: str) -> None:
        """Record a problem."""
        with self._lock:
            self.problems.append(f"{self.mix}: {problem}")


def is_expected(method: str, path: str, response: Response, code: int) -> bool:
    """Return True for a success, and for a refusal that the documentation describes."""
    if response.status == 503:
        return code in DOCUMENTED_503 and "Retry-After" in response.headers
    return response.status < 300 or response.status in EXPECTED.get((method, path.rpartition("/")[2]), set())


def find_changes(first: Mapping[str, Any], second: Mapping[str, Any]) -> list[str]:
    """Return the names of the fields of a purchase that differ.

    A field that only one of them has is no difference, since a release may add fields.
    """
    return sorted(name for name in {*first} & {*second} - CHANGING if first[name] != second[name])
