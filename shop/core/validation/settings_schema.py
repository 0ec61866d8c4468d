"""Base class of request schemas that depend on settings."""

from marshmallow import Schema

from shop.core.caller import Caller
from shop.core.settings.settings import Settings


class SettingsSchema(Schema):
    """Request schema with variants."""

    def for_request(self, settings: Settings, caller: Caller | None) -> Schema:  # noqa: ARG002 - used by subclasses
        """Return the variant for an app and the caller of a request."""
        return self
