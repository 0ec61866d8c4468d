"""Records in MongoDB: a collection for each day, month or year. Imported only where a URL is set."""

import logging
import queue
import time
from collections.abc import Callable, Collection, Iterator, Sequence
from datetime import UTC, datetime
from threading import Thread
from typing import Any

import orjson
from pymongo import MongoClient
from pymongo.errors import AutoReconnect, BulkWriteError, PyMongoError
from uuid_utils.compat import uuid7

from shop.core.logging.entry import Entry
from shop.core.logging.sink import LogLine, LogStoreUnavailable
from shop.core.settings.loader import SettingsError

SPLITS = {"day": "log_%Y_%m_%d", "month": "log_%Y_%m", "year": "log_%Y"}
INDEXED_FIELDS = ("request_id", "about")
DATABASE = "shop"
BATCH_MAX = 500
# Lets a batch grow: a record is found that much later, at most.
GATHER_SECONDS = 0.2
RETRY_SECONDS = 1.0
# Connected to at the first use, with time-outs as everywhere.
_CLIENT_OPTIONS: dict[str, Any] = {
    "connectTimeoutMS": 1000,
    "socketTimeoutMS": 2000,
    "serverSelectionTimeoutMS": 1000,
    "retryWrites": False,
    "appname": "shop-log",
    "tz_aware": True,
}
_DUPLICATE_KEY = 11000
_log = logging.getLogger(__name__)


class MongoSink:
    """Hands records on to a thread of its own; whoever gives it one never waits.

    While the server is away the records wait, as many as the queue holds; further ones are dropped and counted.
    """

    def __init__(self, url: str, split: str, capacity: int, count_dropped: Callable[[str, int], None]) -> None:
        self._queue: queue.Queue[tuple[str, Entry]] = queue.Queue(capacity)
        self._name_format = SPLITS[split]
        self._store = MongoStore(url)
        self._count_dropped = count_dropped
        self._stopping = False
        self._thread = Thread(target=self._run, name="log-mongo", daemon=True)
        self._thread.start()

    def write(self, batch: Sequence[LogLine]) -> None:
        """Let them wait for the thread, or drop them."""
        for page in batch:
            moment = datetime.fromtimestamp(page.timestamp, UTC)
            # As JSON has it: whatever a record held is by now a number, a text, a list or an object.
            entry = {"_id": uuid7().hex, **orjson.loads(page.line), "time": moment}
            try:
                self._queue.put_nowait((moment.strftime(self._name_format), entry))
            except queue.Full:
                self._count_dropped("mongo", 1)

    def finish(self, seconds: float) -> None:
        """Write what waits still, for at most so long."""
        self._stopping = True
        self._thread.join(seconds)
        self._count_dropped("mongo", self._queue.qsize())

    def _run(self) -> None:
        while not (self._stopping and self._queue.empty()):
            if batch := self._take_batch():
                self._write_batch(batch)

    def _take_batch(self) -> list[tuple[str, Entry]]:
        batch: list[tuple[str, Entry]] = []
        until = time.monotonic() + GATHER_SECONDS
        while len(batch) < BATCH_MAX and (left := until - time.monotonic()) > 0:
            try:
                batch.append(self._queue.get(timeout=left))
            except queue.Empty:
                break
        return batch

    def _write_batch(self, batch: Sequence[tuple[str, Entry]]) -> None:
        for name in {name for name, _ in batch}:
            entries = [entry for its, entry in batch if its == name]
            while not self._write_entries(name, entries):
                if self._stopping:
                    self._count_dropped("mongo", len(entries))
                    break
                time.sleep(RETRY_SECONDS)

    def _write_entries(self, name: str, entries: Sequence[Entry]) -> bool:
        """Whether that is done with; False: the server is away, and the same may succeed later."""
        try:
            refused = self._store.write(name, entries)
        except AutoReconnect as error:
            _log.warning("MongoDB does not take the log: %s", error)
            return False
        except Exception as error:  # noqa: BLE001 - whatever it is, the same would be refused again
            _log.warning("MongoDB refuses records of the log: %s", error)
            refused = len(entries)
        if refused:
            self._count_dropped("mongo", refused)
        return True


class MongoStore:
    """The collections of a database."""

    def __init__(self, url: str) -> None:
        try:
            self._client: MongoClient[Entry] = MongoClient(url, **_CLIENT_OPTIONS)
            self._database = self._client.get_default_database(DATABASE)
        except (PyMongoError, ValueError) as error:
            # Without what it says, which may be a part of the URL.
            raise SettingsError(f"SHOP_LOG_MONGO_URL is no URL of a MongoDB: {type(error).__name__}.") from None
        self._indexed: set[str] = set()

    def write(self, name: str, entries: Sequence[Entry]) -> int:
        """Write entries, each once however often it is tried; how many were refused. Raises PyMongoError."""
        collection = self._database[name]
        if name not in self._indexed:
            for field in INDEXED_FIELDS:
                collection.create_index(field, sparse=True)
            self._indexed.add(name)
        try:
            collection.insert_many(entries, ordered=False)
        except BulkWriteError as error:
            # What stands there already was written by a try whose answer was lost.
            return sum(refusal["code"] != _DUPLICATE_KEY for refusal in error.details["writeErrors"])
        return 0

    def find(self, field: str, values: Collection[str], limit: int, tenant: str | None = None) -> Iterator[Any]:
        """Entries whose field is, or holds, one of the values; None: of every tenant. Raises LogStoreUnavailable."""
        asked = {field: {"$in": list(values)}} | ({"tenant": tenant} if tenant else {})
        try:
            for name in sorted(self._database.list_collection_names(filter={"name": {"$regex": "^log_"}})):
                yield from self._database[name].find(asked, {"_id": 0}, limit=limit)
        except PyMongoError as error:
            raise LogStoreUnavailable(str(error)) from error

    def close(self) -> None:
        """Leave the server."""
        self._client.close()
