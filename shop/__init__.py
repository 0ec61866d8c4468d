"""A layered service that sells under load and checks its architecture."""

__version__ = "0.1.0"
