"""Two processes of one shop."""

from tests.purchase.support.twins import here, there

__all__ = ["here", "there"]
