"""Names and limits of sessions."""

from enum import StrEnum

AGENT_MAX = 200
REASON_MAX = 16
# A row is kept for this many seconds after its end, so that every process reads the change.
RETENTION_SECONDS = 86_400
PURGE_BATCH = 1000
# After a change, caches read the database for this many seconds: longer than any read that began before it.
STALE_SECONDS = 10


class SessionEndReason(StrEnum):
    """Reason of the end of a session."""

    SIGNED_OUT = "signed_out"
    PASSWORD = "new_password"  # noqa: S105 - the reason, not a password
    # An old refresh token was used again, so it was probably copied.
    REPLAYED = "token_replayed"
    DISABLED = "disabled"
