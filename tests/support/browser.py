"""Headless Chromium, controlled through a DevTools pipe.

It needs no driver, no port and no library.
"""

import json
import os
import select
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from tests.support.processes.managed_process import ManagedProcess, ProcessFailed

ANSWER_SECONDS = 30.0
# In a container, root has no sandbox (--no-sandbox) and little shared memory (--disable-dev-shm-usage).
FLAGS = (
    "--headless", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--no-first-run", "--hide-scrollbars",
    "--disable-background-networking", "--disable-component-update", "--disable-sync", "--remote-debugging-pipe",
)  # fmt: skip
# Chromium reads commands from descriptor 3 and answers on descriptor 4.
LAUNCH = ("sh", "-c", 'exec "$@" 3<"$0/commands" 4>"$0/answers"')
KEYS = {"Enter": (13, "\r"), "Escape": (27, ""), "Tab": (9, ""), "Home": (36, ""), "End": (35, "")} | {
    f"Arrow{way}": (37 + i, "") for i, way in enumerate(("Left", "Up", "Right", "Down"))
}


class Browser:
    """One page of a browser.

    `complaints` are its errors: exceptions, refused styles and scripts, and failed requests.
    """

    def __init__(self, program: Path, folder: Path) -> None:
        for name in ("commands", "answers"):
            os.mkfifo(folder / name)
        # Open for reading and writing, so that opening does not wait for the browser.
        self._commands, self._answers = (os.open(folder / name, os.O_RDWR) for name in ("commands", "answers"))
        command = [*LAUNCH, str(folder), str(program), *FLAGS, f"--user-data-dir={folder / 'profile'}", "about:blank"]
        self._process = ManagedProcess(command, folder / "browser.log", cwd=folder)
        self._process.start()
        self._buffer, self._number, self._session = b"", 0, ""
        self.complaints: list[str] = []
        target = self.call("Target.createTarget", url="about:blank")["targetId"]
        self._session = self.call("Target.attachToTarget", targetId=target, flatten=True)["sessionId"]
        for domain in ("Page", "Runtime", "Log"):
            self.call(f"{domain}.enable")

    def close(self) -> None:
        """Kill the browser with all its processes."""
        self._process.kill()
        os.close(self._commands)
        os.close(self._answers)

    def call(self, method: str, **arguments: Any) -> dict[str, Any]:
        """Send a DevTools command, and return its result.

        Raises ProcessFailed when the browser returns an error.
        """
        self._number += 1
        message: dict[str, Any] = {"id": self._number, "method": method, "params": arguments}
        if self._session:
            message["sessionId"] = self._session
        os.write(self._commands, json.dumps(message).encode() + b"\0")
        while (reply := self._next()).get("id") != self._number:
            self._listen(reply)
        if "error" in reply:
            raise ProcessFailed(f"The browser refused {method}: {reply['error']}")
        result: dict[str, Any] = reply["result"]
        return result

    def visit(self, url: str) -> None:
        """Open a URL, and wait until it is loaded."""
        self.call("Page.navigate", url=url)
        deadline = time.monotonic() + ANSWER_SECONDS
        while (
            self.evaluate(f"document.readyState === 'complete' && location.href.startsWith({json.dumps(url)})")
            is not True
        ):
            if time.monotonic() > deadline:
                raise ProcessFailed(f"{url} was not loaded within {ANSWER_SECONDS} s.")
            time.sleep(0.02)

    def evaluate(self, expression: str) -> Any:
        """Evaluate a JavaScript expression in the page."""
        reply = self.call("Runtime.evaluate", expression=expression, returnByValue=True, awaitPromise=True)
        if "exceptionDetails" in reply:
            raise ProcessFailed(f"{expression}: {reply['exceptionDetails']}")
        return reply["result"].get("value")

    def press(self, *keys: str) -> None:
        """Press keys, one after the other."""
        for key in keys:
            number, text = KEYS[key]
            event = {"key": key, "code": key, "windowsVirtualKeyCode": number}
            self.call("Input.dispatchKeyEvent", type="keyDown", text=text, **event)
            self.call("Input.dispatchKeyEvent", type="keyUp", **event)

    def click(self, selector: str) -> None:
        """Scroll to the first element of a selector, and click its middle."""
        x, y = self.evaluate(
            f"(e => (e.scrollIntoView({{block: 'center', behavior: 'instant'}}), e = e.getBoundingClientRect(),"
            f" [e.x + e.width / 2, e.y + e.height / 2]))(document.querySelector({json.dumps(selector)}))"
        )
        for kind in ("mouseMoved", "mousePressed", "mouseReleased"):
            self.call("Input.dispatchMouseEvent", type=kind, x=x, y=y, button="left", clickCount=1)

    def _listen(self, event: dict[str, Any]) -> None:
        level = event.get("params", {}).get("entry", {}).get("level")
        if event.get("method") == "Runtime.exceptionThrown" or level in ("warning", "error"):
            self.complaints.append(json.dumps(event["params"]))

    def _next(self) -> dict[str, Any]:
        deadline = time.monotonic() + ANSWER_SECONDS
        while b"\0" not in self._buffer:
            ready, _, _ = select.select([self._answers], [], [], max(0.0, deadline - time.monotonic()))
            if not ready:
                raise ProcessFailed(f"The browser did not reply within {ANSWER_SECONDS} s:\n{self._process.output}")
            self._buffer += os.read(self._answers, 1 << 16)
        message, _, self._buffer = self._buffer.partition(b"\0")
        reply: dict[str, Any] = json.loads(message)
        return reply


@contextmanager
def browser(program: Path, folder: Path) -> Iterator[Browser]:
    """Start a browser, and close it when the context ends."""
    started = Browser(program, folder)
    try:
        yield started
    finally:
        started.close()
