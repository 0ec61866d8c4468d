"""Tests ask more often than a client may: nothing limits them, unless they say so."""

from dataclasses import fields

from shop.core.settings.rate import OFF, Rate
from shop.core.settings.settings import Settings

NAMES = [field.name for field in fields(Settings) if field.type is Rate]
# For Settings in this process, and for the environment of others.
UNLIMITED = dict.fromkeys(NAMES, OFF)
UNLIMITED_ENV = {f"SHOP_{name.upper()}": str(OFF) for name in NAMES}
