"""Pytest plugin for test_run.py that simulates a machine without MariaDB and apt."""

from tests.support.servers import mariadb_tools

mariadb_tools.search_path = list
mariadb_tools.may_install = lambda: False
