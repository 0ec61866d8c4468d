"""Headless Chromium for tests, driven through Playwright."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from playwright.sync_api import ConsoleMessage, Page, sync_playwright

# --no-sandbox: root in a container cannot use the sandbox. The other flags keep Chromium off the network.
FLAGS = (
    "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
    "--disable-background-networking", "--disable-component-update", "--disable-sync",
)  # fmt: skip


@contextmanager
def open_page(program: Path) -> Iterator[Page]:
    """Open an empty page in an installed Chromium and close the browser afterwards."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=FLAGS)
        try:
            yield browser.new_page()
        finally:
            browser.close()


@contextmanager
def record_errors(page: Page) -> Iterator[list[str]]:
    """Collect script errors, console warnings and failed requests of a page."""
    errors: list[str] = []

    def on_console(message: ConsoleMessage) -> None:
        if message.type in {"warning", "error"}:
            errors.append(message.text)

    listeners = {
        "console": on_console,
        "pageerror": lambda error: errors.append(str(error)),
        "requestfailed": lambda request: errors.append(f"{request.url}: {request.failure}"),
    }
    for event, listener in listeners.items():
        page.on(event, listener)  # type: ignore[call-overload]  # one overload for each event name
    yield errors
    for event, listener in listeners.items():
        page.remove_listener(event, listener)
