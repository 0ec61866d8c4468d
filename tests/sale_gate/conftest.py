"""Fixtures of the tests of sale gates: the running shop of the purchase tests."""

from tests.purchase.conftest import make_in_process_shop, mariadb_and_valkey, running_service
from tests.sale_gate.edit_steps import reserving_shop

__all__ = ["make_in_process_shop", "mariadb_and_valkey", "reserving_shop", "running_service"]
