"""Two processes of one shop."""

from tests.purchase.twins import here, there

__all__ = ["here", "there"]
