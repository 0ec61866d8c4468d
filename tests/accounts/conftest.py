"""Two processes of one shop."""

from tests.purchase.support.two_apps import here, there

__all__ = ["here", "there"]
