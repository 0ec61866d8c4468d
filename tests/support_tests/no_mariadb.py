"""A pytest plugin for test_run.py: this machine has no MariaDB and no apt."""

from tests.support.servers import mariadb_tools

mariadb_tools.search_path = list
mariadb_tools.may_install = lambda: False
