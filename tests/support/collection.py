"""Hooks of pytest around the collection: options, marks, ids and samples."""

import gc
from collections.abc import Iterator

import pytest

from tests.support import samples, selection
from tests.support.case_ids import describe_case


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add the option that selects the tests of one module."""
    parser.addoption("--noun", help="run only the tests of one module, such as `item`")


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Mark the tests that need a server, and select those of a module."""
    selection.mark_server_tests(items)
    if noun := config.getoption("--noun"):
        items[:], others = selection.select_module(items, noun)
        config.hook.pytest_deselected(items=others)


def pytest_make_parametrize_id(val: object) -> str | None:
    """Describe collections by their values."""
    return describe_case(val)


@pytest.hookimpl(wrapper=True)
def pytest_collection() -> Iterator[None]:
    """Collect without garbage collection.

    Modules and tests live until the end of the run, so afterwards the collector skips them as well.
    """
    gc.disable()
    try:
        return (yield)
    finally:
        gc.enable()
        gc.collect()
        gc.freeze()


def pytest_report_header() -> str:
    """Show the seed of the samples; `-q` hides the header."""
    return samples.describe()


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, exitstatus: int) -> None:
    """Show the seed of the samples after a failure, which only the same seed repeats."""
    if exitstatus == pytest.ExitCode.TESTS_FAILED:
        terminalreporter.write_line(samples.describe())
