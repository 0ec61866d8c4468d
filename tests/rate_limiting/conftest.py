"""Apps in this process, limited as a test says."""

from tests.purchase.conftest import MakeInProcessShop, make_in_process_shop  # noqa: F401 - fixtures
