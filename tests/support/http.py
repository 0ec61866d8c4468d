"""Small HTTP client with one keep-alive connection, JSON bodies and no retries."""

import http.client
import json
import time
from collections.abc import Mapping
from dataclasses import dataclass
from email.message import Message
from types import TracebackType
from typing import Any, Self
from uuid import uuid4

# Half of the time that the server waits for a head.
PAUSE_SECONDS_MAX = 5.0


@dataclass(frozen=True)
class Response:
    """HTTP response; the names of `headers` are case-insensitive."""

    status: int
    headers: Message
    body: bytes

    @property
    def json(self) -> Any:
        """Parsed body; raises ValueError when it is not JSON."""
        return json.loads(self.body)


class HttpClient:
    """HTTP client of one server, for one thread.

    After a failure the next request opens a new connection, also after a long pause: by then the server may have
    closed the old one, since it does not wait for a head for longer than that.
    """

    def __init__(self, bind: str, timeout: float = 10.0) -> None:
        self._connection = http.client.HTTPConnection(bind, timeout=timeout)
        self._used_at = time.monotonic()

    def get(self, path: str, *, token: str | None = None, headers: Mapping[str, str] | None = None) -> Response:
        """Send a GET request."""
        return self.request("GET", path, token=token, headers=headers)

    def post(
        self,
        path: str,
        body: Any = None,
        *,
        token: str | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> Response:
        """Send a POST request with a JSON body; None sends no body."""
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
        """Send a request with a JSON body; None sends no body.

        Raises OSError or http.client.HTTPException.
        """
        content = None if body is None else json.dumps(body).encode()
        content_type = {} if body is None else {"Content-Type": "application/json"}
        authorization = {} if token is None else {"Authorization": f"Bearer {token}"}
        # Writes need a key. Tests of purchases set it themselves, since some send none.
        needs_key = method != "GET" and not path.endswith("/purchase")
        key = {"Idempotency-Key": uuid4().hex} if needs_key else {}
        return self.send(method, path, content, {**key, **content_type, **authorization, **(headers or {})})

    def send(self, method: str, path: str, content: bytes | None, headers: Mapping[str, str]) -> Response:
        """Send exactly these bytes and headers, even malformed ones."""
        if time.monotonic() - self._used_at > PAUSE_SECONDS_MAX:
            self.close()
        try:
            self._connection.request(method, path, content, dict(headers))
            response = self._connection.getresponse()
            answer = Response(response.status, response.headers, response.read())
            self._used_at = time.monotonic()
            return answer
        except BaseException:
            # The connection may hold a part of this response, which the next request would read.
            self.close()
            raise

    def close(self) -> None:
        """Close the connection; the next request opens a new one."""
        self._connection.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()
