"""Service of stub programs, to test the harness without the shop."""

import sys

from tests.support.processes.processes import Service


class StubService(Service):
    """Service that runs stub_program.py instead of `flask shop`."""

    command = (sys.executable, "-m", "tests.support_tests.stubs.stub_program")
