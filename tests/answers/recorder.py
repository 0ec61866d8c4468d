"""Recorder of the answers of apps: masked texts by the name of the request."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from tests.answers.masks import check_length, keep_metric_names, mask_answer, mask_text
from tests.answers.wsgi_calls import Answer, Call, send


@dataclass
class Recorder:
    """Record of requests, in the order in which they were sent.

    `section` names the app and the part of the list.
    """

    answers: dict[str, str] = field(default_factory=dict)
    section: str = ""
    _names: "Counter[str]" = field(default_factory=Counter)

    def record(self, app: Any, call: Call) -> Answer:
        """Send a request and record its answer. An exception of the app is recorded as well."""
        name = mask_text(f"{self.section}: {call.name}")
        self._names[name] += 1
        if self._names[name] > 1:
            name += f" #{self._names[name]}"
        try:
            answer = send(app, call)
        except Exception as error:  # noqa: BLE001 - a release that raises differs from one that answers
            answer = Answer(f"raised {type(error).__name__}: {error}", (), b"")
        reduce = keep_metric_names if call.target == "/metrics" else check_length
        self.answers[name] = mask_answer(reduce(answer))
        return answer

    def record_all(self, app: Any, calls: Iterable[Call]) -> None:
        """Record each of many requests."""
        for call in calls:
            self.record(app, call)
