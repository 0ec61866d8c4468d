"""Sink of a file descriptor: its form, and a stream that takes no data."""

import os
from pathlib import Path
from select import PIPE_BUF
from typing import Any

import pytest

from shop.core.logging.pipeline import StreamSink
from shop.core.logging.sink import LogLine


@pytest.mark.parametrize(("json_sinks", "expected"), [(0, 0), (1, 1), (2, 1)])
def test_json_is_made_once_and_only_for_a_sink_of_json(
    monkeypatch: pytest.MonkeyPatch, json_sinks: int, expected: int
) -> None:
    made: list[Any] = []

    def make(entry: Any) -> bytes:
        made.append(entry)
        return b"{}"

    monkeypatch.setattr("shop.core.logging.sink.as_json", make)
    entry = {"time": "now", "level": "info", "logger": "shop", "message": "text"}
    line = LogLine(0.0, entry)

    with Path(os.devnull).open("wb") as target:
        StreamSink(target.fileno(), json=False).write([line])
        for _ in range(json_sinks):
            StreamSink(target.fileno(), json=True).write([line])

    assert made == [entry] * expected


def test_a_stream_that_takes_no_data_is_a_failure_of_the_sink() -> None:
    reader, writer = os.pipe()
    os.set_blocking(writer, False)
    line = LogLine(0.0, {"message": "x" * PIPE_BUF})
    sink = StreamSink(writer, json=True)
    try:
        with pytest.raises(OSError, match="The file descriptor takes no data"):
            # More than a pipe holds.
            sink.write([line] * 1000)
        assert os.read(reader, PIPE_BUF).startswith(b'{"message":"xxx')
    finally:
        os.close(reader)
        os.close(writer)
