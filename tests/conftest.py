"""Real servers for the tests."""

import pytest

from tests.support import polling
from tests.support.polling import Eventually


@pytest.fixture
def eventually() -> Eventually:
    """`eventually(assertion, timeout)`: poll until the assertion holds."""
    return polling.eventually
