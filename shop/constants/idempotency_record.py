"""Limits of idempotency records."""

SCOPE_MAX = 64
KEY_MAX = 255
METHOD_MAX = 16
FINGERPRINT_MAX = 128
PURGE_BATCH = 1000
