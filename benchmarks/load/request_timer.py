"""Timer of single requests on a keep-alive connection."""

import http.client
import sys
import time
from uuid import uuid4


class RequestTimer:
    """Sender of one request, again and again, on one connection.

    Any status below 300 is a success; `status` is one more that counts as a success.
    """

    def __init__(
        self, bind: str, path: str, token: str = "", body: bytes | None = None, method: str = "GET", status: int = 0
    ) -> None:
        self.connection = http.client.HTTPConnection(bind, timeout=30)
        self.path, self.body, self.method, self.status = path, body, method, status
        self.headers = {"Content-Type": "application/json"} if body else {}
        if token:
            self.headers["Authorization"] = f"Bearer {token}"

    def send_with_new_key(self) -> float:
        """Send the request with a new idempotency key, and return its seconds."""
        return self.send(uuid4().hex)

    def send(self, key: str | None = None) -> float:
        """Send the request, and return its seconds.

        Ends the benchmark when the request failed.
        """
        headers = self.headers | ({"Idempotency-Key": key} if key else {})
        started = time.perf_counter()
        self.connection.request(self.method, self.path, self.body, headers)
        response = self.connection.getresponse()
        content = response.read()
        seconds = time.perf_counter() - started
        if response.status >= 300 and response.status != self.status:
            sys.exit(f"{self.path} answered {response.status}: {content.decode()}")
        return seconds
