"""The promise of every answer: four keys, and a code that begins with the HTTP status."""

from typing import Any

from tests.support.http import Response

_CLASSES = {2: "success", 4: "error", 5: "fail"}


def data_of(response: Response, code: int) -> Any:
    """The data of an answer with that code; asserts that the answer keeps the envelope."""
    body = response.json
    assert body.keys() == {"status", "code", "message", "data"}
    assert (body["code"], response.status) == (code, int(str(code)[:3])), body
    assert body["status"] == _CLASSES[response.status // 100]
    assert isinstance(body["message"], str)
    assert body["message"]
    assert response.headers["Content-Type"] == "application/json"
    return body["data"]


def assert_refused(response: Response, code: int, *fields: str) -> None:
    """Assert a failure that names exactly these fields, a sentence or more for each."""
    data = data_of(response, code)
    assert set(data) == set(fields), data
    for sentences in data.values():
        assert sentences
        assert all(isinstance(sentence, str) for sentence in sentences)
