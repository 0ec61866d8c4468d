"""shop: a layered service that sells under fire and proves its own architecture."""

__version__ = "0.1.0"
