"""Fixtures of account tests: two processes of one shop."""

from tests.purchase.support.two_apps import first_app, second_app

__all__ = ["first_app", "second_app"]
