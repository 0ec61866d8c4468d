"""Checks of the response envelope.

It has four keys, and its code begins with the HTTP status.
"""

from typing import Any

from tests.support.http import Response

_STATUSES = {2: "success", 4: "error", 5: "fail"}


def data_of(response: Response, code: int) -> Any:
    """Return the data of a response; assert its code and its envelope."""
    body = response.json
    assert body.keys() == {"status", "code", "message", "data"}
    assert (body["code"], response.status) == (code, int(str(code)[:3])), body
    assert body["status"] == _STATUSES[response.status // 100]
    assert isinstance(body["message"], str)
    assert body["message"]
    assert response.headers["Content-Type"] == "application/json"
    return body["data"]


def assert_refused(response: Response, code: int, *fields: str) -> None:
    """Assert an error with messages for exactly these fields."""
    data = data_of(response, code)
    assert set(data) == set(fields), data
    for messages in data.values():
        assert messages
        assert all(isinstance(message, str) for message in messages)
