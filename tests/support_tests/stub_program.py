"""Stands in for `flask shop`: run as a program, it serves, works or fails as its first argument says."""

import json
import os
import sys
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path


class Handler(BaseHTTPRequestHandler):
    """Answers with what it was asked."""

    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        """Echo the request as JSON."""
        content = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        asked = {"path": self.path, "method": self.command, "content": content.decode("latin-1")}
        body = json.dumps({**asked, "headers": dict(self.headers), "port": self.client_address[1]}).encode()
        self.send_response(200 if os.environ.get("SHOP_READY", "yes") == "yes" else 503)
        self.send_header("Content-Length", str(len(body)))
        self.send_header("X-Mark", os.environ.get("SHOP_MARK", "none"))
        self.end_headers()
        self.wfile.write(body)

    do_POST = do_PATCH = do_GET  # noqa: N815 - the names are the base class's.


def web() -> None:
    """Serve where SHOP_BIND says."""
    host, port = os.environ["SHOP_BIND"].split(":")
    ThreadingHTTPServer((host, int(port)), Handler).serve_forever()


def worker() -> None:
    """Say so, and go on."""
    sys.stdout.write("Listening\n")
    sys.stdout.flush()
    time.sleep(60)


def env() -> None:
    """Print the settings."""
    sys.stdout.write(json.dumps({**os.environ, "cwd": str(Path.cwd())}))


def fail() -> None:
    """Fail as a command does."""
    sys.exit("no such table: items")


if __name__ == "__main__":
    {"web": web, "worker": worker, "env": env, "fail": fail, "migrate": env, "seed": env}[sys.argv[1]]()
