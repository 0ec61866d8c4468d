"""Apps in this process, limited as a test says."""

from tests.purchase.conftest import MakeIndoors, make_indoors  # noqa: F401 - fixtures
