"""Small MongoDB server for the commands of the log.

The package index has no MongoDB, so this server is used unless SHOP_TEST_MONGO_URL names a real one. On request it
answers late or not at all.
"""

import re
import socket
import socketserver
import struct
import threading
from collections.abc import Mapping, Sequence
from contextlib import suppress
from typing import Any

import bson

_HEAD = struct.Struct("<iiii")
_MSG, _QUERY, _REPLY = 2013, 2004, 1
_DUPLICATE_KEY = 11000
_GATE_SECONDS = 60.0
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
    """MongoDB server on its own port.

    While `gate` is cleared it replies to nothing but a handshake.
    """

    allow_reuse_address = True
    daemon_threads = True
    block_on_close = False

    def __init__(self, port: int = 0) -> None:
        super().__init__(("127.0.0.1", port), _ConnectionHandler)
        self.collections: dict[str, dict[Any, Document]] = {}
        self.indexes: dict[str, list[str]] = {}
        self.gate = threading.Event()
        self.gate.set()
        self.lose_answers = 0
        self._lock = threading.Lock()
        self._connections: list[socket.socket] = []
        threading.Thread(target=self.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()

    @property
    def port(self) -> int:
        """Port of the server."""
        return int(self.server_address[1])

    @property
    def url(self) -> str:
        """URL of the server with a database."""
        return f"mongodb://127.0.0.1:{self.port}/shop"

    def documents(self, name: str) -> list[Document]:
        """Return the documents of a collection."""
        with self._lock:
            return list(self.collections.get(name, {}).values())

    def destroy(self) -> None:
        """Stop listening, and close all connections."""
        self.shutdown()
        self.server_close()
        for connection in self._connections:
            with suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)

    def process_request(self, request: Any, client_address: Any) -> None:
        """Serve a connection in its own thread."""
        self._connections.append(request)
        super().process_request(request, client_address)

    def reply(self, command: Document) -> Document:
        """Return the reply to a command."""
        name = next(iter(command))
        method = getattr(self, f"_{name.lower()}", None)
        if method is None:
            return {"ok": 0, "errmsg": f"no such command: {name}", "code": 59}
        with self._lock:
            return {**method(command), "ok": 1}

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
        duplicates = []
        for index, document in enumerate(command["documents"]):
            if document["_id"] in rows:
                duplicates.append({"index": index, "code": _DUPLICATE_KEY, "errmsg": "E11000 duplicate key error"})
            else:
                rows[document["_id"]] = document
        refused: Document = {"writeErrors": duplicates} if duplicates else {}
        return {"n": len(command["documents"]) - len(duplicates), **refused}

    def _find(self, command: Document) -> Document:
        rows = self.collections.get(command["find"], {}).values()
        matches = [row for row in rows if _matches(row, command.get("filter", {}))][: command.get("limit") or None]
        hidden = {name for name, shown in command.get("projection", {}).items() if not shown}
        visible = [{name: value for name, value in row.items() if name not in hidden} for row in matches]
        return _cursor(command["find"], visible)

    def _listcollections(self, command: Document) -> Document:
        pattern = command.get("filter", {}).get("name", {}).get("$regex", "")
        names = [name for name in self.collections if re.search(pattern, name)]
        return _cursor("$cmd.listCollections", [{"name": name, "type": "collection"} for name in names])


class _ConnectionHandler(socketserver.StreamRequestHandler):
    server: Mongo

    def handle(self) -> None:
        while head := self.rfile.read(_HEAD.size):
            length, number, _, code = _HEAD.unpack(head)
            body = self.rfile.read(length - _HEAD.size)
            command = _read_message(body) if code == _MSG else _read_query(body)
            if next(iter(command)).lower() not in ("hello", "ismaster"):
                self.server.gate.wait(_GATE_SECONDS)
            reply = bson.encode(self.server.reply(command))
            if "insert" in command and self.server.lose_answers:
                self.server.lose_answers -= 1
                return
            self._reply(number, code, reply)

    def _reply(self, number: int, code: int, reply: bytes) -> None:
        body = struct.pack("<ib", 0, 0) + reply
        if code == _QUERY:
            body, code = struct.pack("<iqii", 8, 0, 0, 1) + reply, _REPLY
        self.wfile.write(_HEAD.pack(_HEAD.size + len(body), 0, number, code) + body)


def _read_message(body: bytes) -> Document:
    """Decode an OP_MSG command: a document and lists of documents."""
    command: Document = {}
    offset = 4
    while offset < len(body):
        kind, offset = body[offset], offset + 1
        size = struct.unpack_from("<i", body, offset)[0]
        part = body[offset : offset + size]
        if kind == 0:
            command = {**bson.decode(part), **command}
        else:
            name, _, documents = part[4:].partition(b"\0")
            command[name.decode()] = bson.decode_all(documents)
        offset += size
    return command


def _read_query(body: bytes) -> Document:
    documents = body[body.index(b"\0", 4) + 9 :]
    return dict(bson.decode(documents))


def _matches(row: Document, conditions: Mapping[str, Any]) -> bool:
    return all(_is_one_of(row.get(name), condition) for name, condition in conditions.items())


def _is_one_of(value: Any, condition: Any) -> bool:
    values = value if isinstance(value, list) else [value]
    allowed: Sequence[Any] = condition["$in"] if isinstance(condition, dict) else [condition]
    return any(element in allowed for element in values)


def _cursor(name: str, documents: list[Document]) -> Document:
    return {"cursor": {"id": 0, "ns": f"shop.{name}", "firstBatch": documents}}
