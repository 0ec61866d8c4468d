"""A very small HTTP client: one connection, JSON in and out; a failure is an answer too."""

import http.client
import json
import time
from dataclasses import dataclass, field
from typing import Any, Self
from uuid import uuid4

TIMEOUT_SECONDS = 30.0


@dataclass(frozen=True)
class Answer:
    """An answer as it came, and how long it took; status 0 is none at all."""

    status: int
    body: dict[str, Any]
    seconds: float

    @property
    def data(self) -> dict[str, Any]:
        """What stands in the envelope."""
        found: dict[str, Any] = self.body.get("data", {})
        return found

    @property
    def outcome(self) -> str:
        """The word for what happened: `accepted`, the error code, or the status."""
        return "accepted" if self.status in (201, 202) else self.data.get("error_code") or f"status {self.status}"


@dataclass
class Client:
    """Talks to one server as one user; belongs to one thread."""

    bind: str
    token: str = ""
    _connection: http.client.HTTPConnection = field(init=False, repr=False)

    def __post_init__(self) -> None:
        self._connection = http.client.HTTPConnection(self.bind, timeout=TIMEOUT_SECONDS)

    def connect(self) -> None:
        """Open the connection before it is needed; raises OSError."""
        self._connection.connect()

    def get(self, path: str) -> Answer:
        """GET the path."""
        return self._ask("GET", path, None)

    def post(self, path: str, words: dict[str, Any]) -> Answer:
        """POST the words."""
        return self._ask("POST", path, json.dumps(words).encode())

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._connection.close()

    def _ask(self, method: str, path: str, body: bytes | None) -> Answer:
        headers = {"Content-Type": "application/json", "Idempotency-Key": uuid4().hex} if body else {}
        if self.token:
            headers["Authorization"] = f"Bearer {self.token}"
        begun = time.perf_counter()
        try:
            self._connection.request(method, path, body, headers)
            response = self._connection.getresponse()
            content = json.loads(response.read())
        except (OSError, http.client.HTTPException, ValueError) as error:
            self._connection.close()
            return Answer(0, {"data": {"error_code": type(error).__name__}}, time.perf_counter() - begun)
        return Answer(response.status, content, time.perf_counter() - begun)
