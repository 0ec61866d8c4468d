"""Settings without rate limits and with cheap hashing, for tests that send many requests."""

from dataclasses import fields

from shop.core.settings.rate import OFF, Rate
from shop.core.settings.settings import Settings

NAMES = [field.name for field in fields(Settings) if field.type is Rate]
# For Settings in this process, and for the environment of other processes.
UNLIMITED = dict.fromkeys(NAMES, OFF)
UNLIMITED_ENV = {f"SHOP_{name.upper()}": str(OFF) for name in NAMES}
# Hashing takes no time, for tests whose subject is something else. As above, in this process and in others.
CHEAP_HASHING_SETTINGS = {"argon2_time": 1, "argon2_memory_kib": 8, "argon2_lanes": 1}
CHEAP_HASHING = {f"SHOP_{name.upper()}": str(value) for name, value in CHEAP_HASHING_SETTINGS.items()}
