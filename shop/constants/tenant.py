"""Names and limits of tenants."""

SLUG_MAX = 32
NAME_MAX = 100
HOST_MAX = 253
# Safe characters in header fields, Redis keys and log lines.
SLUG_PATTERN = r"[a-z0-9]([a-z0-9-]{0,30}[a-z0-9])?"
HOST_PATTERN = r"[a-z0-9]([a-z0-9.-]{0,251}[a-z0-9])?"
