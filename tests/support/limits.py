"""Settings without rate limits, for tests that send many requests."""

from dataclasses import fields

from shop.core.settings.rate import OFF, Rate
from shop.core.settings.settings import Settings

NAMES = [field.name for field in fields(Settings) if field.type is Rate]
# For Settings in this process, and for the environment of other processes.
UNLIMITED = dict.fromkeys(NAMES, OFF)
UNLIMITED_ENV = {f"SHOP_{name.upper()}": str(OFF) for name in NAMES}
# Hashing takes no time, for tests that measure other times.
CHEAP_HASHING = {"SHOP_ARGON2_TIME": "1", "SHOP_ARGON2_MEMORY_KIB": "8", "SHOP_ARGON2_LANES": "1"}
