"""Log sink and log search in MongoDB, one collection a period.

Imported only when SHOP_LOG_MONGO_URL is set.
"""

import logging
import queue
from collections.abc import Callable, Collection, Iterator, Sequence
from datetime import UTC, datetime
from typing import Any

import orjson
from pymongo import MongoClient
from pymongo.errors import AutoReconnect, BulkWriteError, PyMongoError
from uuid_utils.compat import uuid7

from shop.core.logging.batch_worker import BatchWorker
from shop.core.logging.entry import Entry
from shop.core.logging.sink import LogLine, LogStoreUnavailable
from shop.core.settings.loader import SettingsError

SPLITS = {"day": "log_%Y_%m_%d", "month": "log_%Y_%m", "year": "log_%Y"}
INDEXED_FIELDS = ("request_id", "about")
DATABASE = "shop"
# Longest time in which a batch grows before it is sent.
GATHER_SECONDS = 0.2
RETRY_SECONDS = 1.0
# pymongo connects at the first use.
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
    """Sink with a queue and a thread of its own.

    No caller waits. While the server is unreachable, records stay in the queue. Records beyond its capacity are
    dropped and counted.
    """

    def __init__(self, url: str, split: str, capacity: int, count_dropped: Callable[[str, int], None]) -> None:
        self._name_format = SPLITS[split]
        self._store = MongoStore(url)
        self._count_dropped = count_dropped
        self._pending: queue.Queue[tuple[str, Entry] | None] = queue.Queue(capacity)
        self._worker = BatchWorker("log-mongo", self._pending, self._write_batch, GATHER_SECONDS, GATHER_SECONDS)
        self._worker.start()

    def write(self, batch: Sequence[LogLine]) -> None:
        """Put the records into the queue, or drop and count them."""
        for line in batch:
            time = datetime.fromtimestamp(line.timestamp, UTC)
            # From the JSON, so that every value is a number, a text, a list or an object.
            entry = {"_id": uuid7().hex, **orjson.loads(line.line), "time": time}
            try:
                self._pending.put_nowait((time.strftime(self._name_format), entry))
            except queue.Full:
                self._count_dropped("mongo", 1)

    def finish(self, seconds: float) -> None:
        """Write the pending records within the given seconds.

        The others are counted as dropped.
        """
        self._count_dropped("mongo", self._worker.finish(seconds))

    def _write_batch(self, batch: Sequence[tuple[str, Entry]]) -> None:
        for name in {name for name, _ in batch}:
            entries = [entry for collection, entry in batch if collection == name]
            while not self._write_entries(name, entries):
                if self._worker.stopping.is_set():
                    self._count_dropped("mongo", len(entries))
                    break
                self._worker.stopping.wait(RETRY_SECONDS)

    def _write_entries(self, name: str, entries: Sequence[Entry]) -> bool:
        """Write entries to a collection.

        Returns False when the server is unreachable and the same write may succeed later.
        """
        try:
            refused = self._store.write(name, entries)
        except AutoReconnect as error:
            _log.warning("MongoDB is unreachable for the log: %s", error)
            return False
        except Exception as error:  # noqa: BLE001 - the same write would be refused again
            _log.warning("MongoDB refused records of the log: %s", error)
            refused = len(entries)
        if refused:
            self._count_dropped("mongo", refused)
        return True


class MongoStore:
    """Collections of log records in one database."""

    def __init__(self, url: str) -> None:
        try:
            self._client: MongoClient[Entry] = MongoClient(url, **_CLIENT_OPTIONS)
            self._database = self._client.get_default_database(DATABASE)
        except (PyMongoError, ValueError) as error:
            # Without the message of the error, which may contain a part of the URL.
            raise SettingsError(f"SHOP_LOG_MONGO_URL is no URL of a MongoDB: {type(error).__name__}.") from None
        self._indexed: set[str] = set()

    def write(self, name: str, entries: Sequence[Entry]) -> int:
        """Write entries, each only once even if the write is repeated.

        Returns the number of refused entries. Raises PyMongoError.
        """
        collection = self._database[name]
        if name not in self._indexed:
            for field in INDEXED_FIELDS:
                collection.create_index(field, sparse=True)
            self._indexed.add(name)
        try:
            collection.insert_many(entries, ordered=False)
        except BulkWriteError as error:
            # A duplicate was written by an earlier attempt whose response was lost.
            return sum(refusal["code"] != _DUPLICATE_KEY for refusal in error.details["writeErrors"])
        return 0

    def find(self, field: str, values: Collection[str], limit: int, tenant: str | None = None) -> Iterator[Any]:
        """Find entries whose field is, or contains, one of the values.

        Without a tenant, entries of all tenants are returned. Raises LogStoreUnavailable.
        """
        query = {field: {"$in": list(values)}} | ({"tenant": tenant} if tenant else {})
        try:
            for name in sorted(self._database.list_collection_names(filter={"name": {"$regex": "^log_"}})):
                yield from self._database[name].find(query, {"_id": 0}, limit=limit)
        except PyMongoError as error:
            raise LogStoreUnavailable(str(error)) from error
