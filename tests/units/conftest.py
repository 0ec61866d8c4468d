"""Fixtures of an app without stores."""

from tests.support.offline_app import client, document

__all__ = ["client", "document"]
