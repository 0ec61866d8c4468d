"""Names and limits of tenants."""

SLUG_MAX = 32
# The tenant of requests that name none; a migration creates it.
DEFAULT_SLUG = "default"
NAME_MAX = 100
HOST_MAX = 253
# Safe characters in header fields, Redis keys and log lines.
SLUG_PATTERN = r"[a-z0-9]([a-z0-9-]{0,30}[a-z0-9])?"
_LABEL = "[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?"
HOST_PATTERN = rf"(?=.{{1,253}}$){_LABEL}(\.{_LABEL})*"
