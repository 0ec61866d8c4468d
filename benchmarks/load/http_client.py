"""Small HTTP client: one connection, JSON in and out, failures as responses."""

import http.client
import json
import time
from dataclasses import dataclass, field
from typing import Any, Self
from uuid import uuid4

TIMEOUT_SECONDS = 30.0


@dataclass(frozen=True)
class JsonResponse:
    """Response and its duration; status 0 stands for a failed connection."""

    status: int
    body: dict[str, Any]
    seconds: float

    @property
    def data(self) -> dict[str, Any]:
        """Content of the envelope."""
        data: dict[str, Any] = self.body.get("data", {})
        return data

    @property
    def outcome(self) -> str:
        """Name of the outcome: `accepted`, the error code or the status."""
        return "accepted" if self.status in (201, 202) else self.data.get("error_code") or f"status {self.status}"


@dataclass
class JsonClient:
    """Client of one server with one access token, for one thread."""

    bind: str
    token: str = ""
    _connection: http.client.HTTPConnection = field(init=False, repr=False)

    def __post_init__(self) -> None:
        self._connection = http.client.HTTPConnection(self.bind, timeout=TIMEOUT_SECONDS)

    def connect(self) -> None:
        """Open the connection in advance. Raises OSError."""
        self._connection.connect()

    def get(self, path: str) -> JsonResponse:
        """GET a path."""
        return self.send("GET", path)

    def post(self, path: str, body: dict[str, Any]) -> JsonResponse:
        """POST a JSON body with a new idempotency key."""
        return self.send("POST", path, body)

    def send(self, method: str, path: str, body: dict[str, Any] | None = None) -> JsonResponse:
        """Send a request; a write has a new idempotency key."""
        headers = {} if method == "GET" else {"Idempotency-Key": uuid4().hex}
        if body is not None:
            headers["Content-Type"] = "application/json"
        if self.token:
            headers["Authorization"] = f"Bearer {self.token}"
        started = time.perf_counter()
        try:
            self._connection.request(method, path, None if body is None else json.dumps(body), headers)
            response = self._connection.getresponse()
            content = json.loads(response.read())
        except (OSError, http.client.HTTPException, ValueError) as error:
            self._connection.close()
            return JsonResponse(0, {"data": {"error_code": type(error).__name__}}, time.perf_counter() - started)
        return JsonResponse(response.status, content, time.perf_counter() - started)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._connection.close()
