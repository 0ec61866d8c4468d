"""How a process follows what becomes of sessions."""

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
    """Fails once, as no database does, and then tells of a session that ended."""

    ended: SessionChange
    asked: int = 0

    def authenticate(self, claims: Claims) -> None: ...

    def find_changes(self, since: datetime) -> Iterable[SessionChange]:
        self.asked += 1
        if self.asked == 1:
            raise RuntimeError(since)
        return [self.ended]


def test_whatever_goes_wrong_once_it_is_followed_further(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("shop.core.auth.session_watch.REFRESH_SECONDS", 0.01)
    settings = Settings(var=str(tmp_path))
    watch = SessionWatch(Database(settings), settings, Clock())
    door = FailingOnceAuthenticator(SessionChange(new_id(), Clock().microseconds(), ended=True))

    watch.follow(door)

    eventually(lambda: watch.is_ended(door.ended.session_id), 5)
