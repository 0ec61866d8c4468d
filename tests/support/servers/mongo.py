"""A small server that speaks MongoDB's wire protocol, for the commands a log needs; pymongo itself is its client.

No MongoDB can be had from the package index, so this one stands in unless SHOP_TEST_MONGO_URL names a real one. It can
also do what a real one does not do when asked: answer late, and not at all.
"""

import re
import socket
import socketserver
import struct
import threading
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from typing import Any

import bson

_HEAD = struct.Struct("<iiii")
_MSG, _QUERY, _REPLY = 2013, 2004, 1
_DOUBLE = 11000
_GREETING: dict[str, Any] = {
    "ismaster": True,
    "isWritablePrimary": True,
    "helloOk": True,
    "maxBsonObjectSize": 16 * 1024 * 1024,
    "maxMessageSizeBytes": 48_000_000,
    "maxWriteBatchSize": 100_000,
    "logicalSessionTimeoutMinutes": 30,
    "minWireVersion": 0,
    "maxWireVersion": 21,
    "readOnly": False,
}
Document = dict[str, Any]


class Mongo(socketserver.ThreadingTCPServer):
    """Listens on a port of its own; `delay` seconds pass before each answer to anything but a greeting."""

    allow_reuse_address = True
    daemon_threads = True
    block_on_close = False

    def __init__(self, port: int = 0) -> None:
        super().__init__(("127.0.0.1", port), _ConnectionHandler)
        self.collections: dict[str, dict[Any, Document]] = {}
        self.indexes: dict[str, list[str]] = {}
        self.delay = 0.0
        self.lose_answers = 0
        self._lock = threading.Lock()
        self._connections: list[socket.socket] = []
        threading.Thread(target=self.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()

    @property
    def port(self) -> int:
        """Where it listens."""
        return int(self.server_address[1])

    @property
    def url(self) -> str:
        """Its address, with a database."""
        return f"mongodb://127.0.0.1:{self.port}/shop"

    def documents(self, name: str) -> list[Document]:
        """What a collection holds, as it was written."""
        with self._lock:
            return list(self.collections.get(name, {}).values())

    def destroy(self) -> None:
        """Be gone: nobody listens, and connections that are open break."""
        self.shutdown()
        self.server_close()
        for connection in self._connections:
            with suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)

    def process_request(self, request: Any, client_address: Any) -> None:
        """Serve a connection in a thread of its own."""
        self._connections.append(request)
        super().process_request(request, client_address)

    def answer(self, command: Document) -> Document:
        """What a command is answered."""
        name = next(iter(command))
        does = getattr(self, f"_{name.lower()}", None)
        if does is None:
            return {"ok": 0, "errmsg": f"no such command: {name}", "code": 59}
        with self._lock:
            return {**does(command), "ok": 1}

    def _hello(self, _: Document) -> Document:
        return {**_GREETING}

    _ismaster = _hello

    def _ping(self, _: Document) -> Document:
        return {}

    _endsessions = _ping

    def _createindexes(self, command: Document) -> Document:
        self.indexes.setdefault(command["createIndexes"], []).extend(next(iter(i["key"])) for i in command["indexes"])
        return {}

    def _insert(self, command: Document) -> Document:
        rows = self.collections.setdefault(command["insert"], {})
        doubles = []
        for index, document in enumerate(command["documents"]):
            if document["_id"] in rows:
                doubles.append({"index": index, "code": _DOUBLE, "errmsg": "E11000 duplicate key error"})
            else:
                rows[document["_id"]] = document
        refused: Document = {"writeErrors": doubles} if doubles else {}
        return {"n": len(command["documents"]) - len(doubles), **refused}

    def _find(self, command: Document) -> Document:
        rows = self.collections.get(command["find"], {}).values()
        found = [row for row in rows if _matches(row, command.get("filter", {}))][: command.get("limit") or None]
        hidden = {name for name, shown in command.get("projection", {}).items() if not shown}
        told = [{name: value for name, value in row.items() if name not in hidden} for row in found]
        return _cursor(command["find"], told)

    def _listcollections(self, command: Document) -> Document:
        wanted = command.get("filter", {}).get("name", {}).get("$regex", "")
        names = [name for name in self.collections if re.search(wanted, name)]
        return _cursor("$cmd.listCollections", [{"name": name, "type": "collection"} for name in names])


class _ConnectionHandler(socketserver.StreamRequestHandler):
    server: Mongo

    def handle(self) -> None:
        while head := self.rfile.read(_HEAD.size):
            length, number, _, code = _HEAD.unpack(head)
            body = self.rfile.read(length - _HEAD.size)
            command = _read_message(body) if code == _MSG else _read_query(body)
            if next(iter(command)).lower() not in ("hello", "ismaster"):
                time.sleep(self.server.delay)
            answer = bson.encode(self.server.answer(command))
            if "insert" in command and self.server.lose_answers:
                self.server.lose_answers -= 1
                return
            self._reply(number, code, answer)

    def _reply(self, number: int, code: int, answer: bytes) -> None:
        said = struct.pack("<ib", 0, 0) + answer
        if code == _QUERY:
            said, code = struct.pack("<iqii", 8, 0, 0, 1) + answer, _REPLY
        self.wfile.write(_HEAD.pack(_HEAD.size + len(said), 0, number, code) + said)


def _read_message(body: bytes) -> Document:
    """The command of an OP_MSG: a document, and lists of documents that were sent beside it."""
    command: Document = {}
    at = 4
    while at < len(body):
        kind, at = body[at], at + 1
        size = struct.unpack_from("<i", body, at)[0]
        part = body[at : at + size]
        if kind == 0:
            command = {**bson.decode(part), **command}
        else:
            name, _, documents = part[4:].partition(b"\0")
            command[name.decode()] = bson.decode_all(documents)
        at += size
    return command


def _read_query(body: bytes) -> Document:
    documents = body[body.index(b"\0", 4) + 9 :]
    return dict(bson.decode(documents))


def _matches(row: Document, conditions: Mapping[str, Any]) -> bool:
    return all(_is_one_of(row.get(name), wish) for name, wish in conditions.items())


def _is_one_of(value: Any, condition: Any) -> bool:
    values = value if isinstance(value, list) else [value]
    wanted: Sequence[Any] = condition["$in"] if isinstance(condition, dict) else [condition]
    return any(one in wanted for one in values)


def _cursor(name: str, documents: list[Document]) -> Document:
    return {"cursor": {"id": 0, "ns": f"shop.{name}", "firstBatch": documents}}
