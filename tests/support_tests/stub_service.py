"""A Service of stand-ins, to test the harness without the shop."""

import sys

from tests.support.processes.processes import Service


class StandIn(Service):
    """Runs stub_program.py for `flask shop`."""

    command = (sys.executable, "-m", "tests.support_tests.stub_program")
