"""Masks of the parts of an answer that differ from run to run.

Each mask replaces a value that is made of the time or of random bytes. Everything else is compared byte for byte.
"""

import re
from functools import partial

from tests.answers.wsgi_calls import Answer

# Signed; compressed after a dot, then its length varies with its content.
CURSOR = re.compile(r"(?<=cursor=)\.?ey?J[\w-]+\.[\w-]+|(?<=cursor\":\")\.?ey?J[\w-]+\.[\w-]+")
# Name of a value -> pattern. The same value gets the same number throughout an answer, so a swap is noticed.
_NUMBERED = {
    "token": re.compile(r"eyJ[\w-]{10,}\.[\w-]{10,}\.[\w-]{10,}"),
    "uuid": re.compile(r"\b[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\b"),
    "time": re.compile(r"\b20\d\d-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}(?=Z)"),
    "second": re.compile(r"\b20\d\d-\d\d-\d\dT\d\d:\d\d:\d\d(?=Z)"),
    "date": re.compile(r"\b[A-Z][a-z]{2}, \d\d [A-Z][a-z]{2} 20\d\d \d\d:\d\d:\d\d GMT\b"),
    "cursor": CURSOR,
    # The tag of a static file is made of its time, size and path.
    "file": re.compile(r"\b\d{10}\.\d+-\d+-\d+\b"),
    **{f"hash of {length}": re.compile(rf"\b[0-9a-f]{{{length}}}\b") for length in (16, 20, 32, 36, 40, 64)},
}
# Whole values that count seconds, or are chosen at random to spread clients.
_REPLACED = (
    (re.compile(r"(?m)^(Retry-After: )\d+$"), r"\1<seconds>"),
    # What is left of the day that all windows last, in headers and in sentences; their length stays.
    (re.compile(r"(?<!w=)\b8[2-6]\d\d\d\b"), "<seconds>"),
)
# A line of /metrics that is no description.
_SAMPLE = re.compile(r"(?m)^(?!#).*\n?")


def mask_answer(answer: Answer) -> str:
    """Return an answer as text: status, headers and body, with masked values."""
    head = "\n".join((answer.status, *(f"{name}: {value}" for name, value in answer.headers)))
    # Any byte has its own character, so no difference is lost.
    return mask_text(f"{head}\n\n{answer.body.decode('utf-8', 'surrogateescape')}")


def mask_text(text: str) -> str:
    """Return a text with masked values."""
    for pattern, replacement in _REPLACED:
        text = pattern.sub(replacement, text)
    for name, pattern in _NUMBERED.items():
        text = pattern.sub(partial(_number, name, {}), text)
    return text


def keep_metric_names(answer: Answer) -> Answer:
    """Return the answer of /metrics without its samples and their length."""
    headers = tuple(pair for pair in answer.headers if pair[0] != "Content-Length")
    names = sorted(_SAMPLE.sub("", answer.body.decode()).splitlines(keepends=True))
    return Answer(answer.status, headers, "".join(names).encode())


def check_length(answer: Answer) -> Answer:
    """Return an answer with a cursor without its length, if that is correct."""
    if CURSOR.search(answer.body.decode("utf-8", "surrogateescape")):
        correct = ("Content-Length", str(len(answer.body)))
        headers = tuple(
            (name, "<correct>") if (name, value) == correct else (name, value) for name, value in answer.headers
        )
        return Answer(answer.status, headers, answer.body)
    return answer


def _number(name: str, seen: dict[str, int], match: re.Match[str]) -> str:
    return f"<{name} {seen.setdefault(match[0], len(seen) + 1)}>"
