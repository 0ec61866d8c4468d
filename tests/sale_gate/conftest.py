"""Fixtures of the tests of sale gates: the running shop of the purchase tests."""

from tests.purchase.conftest import make_in_process_shop, mariadb_and_valkey, running_service

__all__ = ["make_in_process_shop", "mariadb_and_valkey", "running_service"]
