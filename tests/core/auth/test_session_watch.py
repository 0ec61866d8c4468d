"""Session revocation watch of a process."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import pytest

from shop.core.auth.session_watch import SessionAuthenticator, SessionChange, SessionWatch
from shop.core.clock import Clock
from shop.core.crypto.tokens import Claims, new_id
from shop.core.database.engine import Database
from shop.core.settings.settings import Settings
from tests.support.polling import eventually


@dataclass
class FailingOnceAuthenticator(SessionAuthenticator):
    """An authenticator that fails once and then returns an ended session."""

    ended: SessionChange
    calls: int = 0

    def authenticate(self, claims: Claims) -> None: ...

    def find_changes(self, since: datetime) -> Iterable[SessionChange]:
        self.calls += 1
        if self.calls == 1:
            raise RuntimeError(since)
        return [self.ended]


def test_the_watch_goes_on_after_an_unexpected_error(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("shop.core.auth.session_watch.REFRESH_SECONDS", 0.01)
    settings = Settings(var=str(tmp_path))
    watch = SessionWatch(Database(settings), settings, Clock())
    authenticator = FailingOnceAuthenticator(SessionChange(new_id(), Clock().microseconds(), ended=True))

    watch.follow(authenticator)

    eventually(lambda: watch.is_ended(authenticator.ended.session_id), 5)
