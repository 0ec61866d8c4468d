"""Stub of `flask shop`; its first argument is the command."""

import json
import os
import sys
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path


class Handler(BaseHTTPRequestHandler):
    """Handler that echoes requests."""

    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        """Echo the request as JSON."""
        content = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        echo = {"path": self.path, "method": self.command, "content": content.decode("latin-1")}
        body = json.dumps({**echo, "headers": dict(self.headers), "port": self.client_address[1]}).encode()
        self.send_response(200 if os.environ.get("SHOP_READY", "yes") == "yes" else 503)
        self.send_header("Content-Length", str(len(body)))
        self.send_header("X-Mark", os.environ.get("SHOP_MARK", "none"))
        self.end_headers()
        self.wfile.write(body)

    do_POST = do_PATCH = do_GET  # noqa: N815 - names of the base class


def web() -> None:
    """Serve on SHOP_BIND."""
    host, port = os.environ["SHOP_BIND"].split(":")
    ThreadingHTTPServer((host, int(port)), Handler).serve_forever()


def worker() -> None:
    """Print a line, and wait."""
    sys.stdout.write("Listening\n")
    sys.stdout.flush()
    time.sleep(60)


def env() -> None:
    """Print the environment and the working folder."""
    sys.stdout.write(json.dumps({**os.environ, "cwd": str(Path.cwd())}))


def fail() -> None:
    """Fail like a command."""
    sys.exit("no such table: items")


if __name__ == "__main__":
    {"web": web, "worker": worker, "env": env, "fail": fail, "migrate": env, "seed": env}[sys.argv[1]]()
