"""Fixtures of rate limit tests: shops in this process."""

from tests.purchase.conftest import MakeInProcessShop, make_in_process_shop  # noqa: F401 - fixtures
