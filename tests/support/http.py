"""A very small HTTP client: one keep-alive connection, JSON in and out, no retries and no opinions."""

import http.client
import json
from collections.abc import Mapping
from dataclasses import dataclass
from email.message import Message
from types import TracebackType
from typing import Any, Self
from uuid import uuid4


@dataclass(frozen=True)
class Response:
    """An answer as it came; `headers` is asked without regard to case."""

    status: int
    headers: Message
    body: bytes

    @property
    def json(self) -> Any:
        """The body parsed; raises ValueError when it is not JSON."""
        return json.loads(self.body)


class HttpClient:
    """Talks to one server; belongs to one thread. After a failure the next request connects anew."""

    def __init__(self, bind: str, timeout: float = 10.0) -> None:
        self._connection = http.client.HTTPConnection(bind, timeout=timeout)

    def get(self, path: str, *, token: str | None = None, headers: Mapping[str, str] | None = None) -> Response:
        """GET the path."""
        return self.request("GET", path, token=token, headers=headers)

    def post(
        self,
        path: str,
        body: Any = None,
        *,
        token: str | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> Response:
        """POST the body as JSON; None sends no body."""
        return self.request("POST", path, body, token=token, headers=headers)

    def request(
        self,
        method: str,
        path: str,
        body: Any = None,
        *,
        token: str | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> Response:
        """Send the body as JSON, None as no body; raises OSError or http.client.HTTPException."""
        content = None if body is None else json.dumps(body).encode()
        kind = {} if body is None else {"Content-Type": "application/json"}
        permit = {} if token is None else {"Authorization": f"Bearer {token}"}
        # As a careful client does; a purchase says itself whether it has a key.
        careful = method != "GET" and not path.endswith("/purchase")
        key = {"Idempotency-Key": uuid4().hex} if careful else {}
        return self.send(method, path, content, {**key, **kind, **permit, **(headers or {})})

    def send(self, method: str, path: str, content: bytes | None, headers: Mapping[str, str]) -> Response:
        """Send exactly these bytes under these headers, however malformed."""
        try:
            self._connection.request(method, path, content, dict(headers))
            answer = self._connection.getresponse()
            return Response(answer.status, answer.headers, answer.read())
        except BaseException:
            # Half an exchange is left on this connection; the next answer read from it would be a wrong one.
            self.close()
            raise

    def close(self) -> None:
        """Close the connection; the next request opens another."""
        self._connection.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()
