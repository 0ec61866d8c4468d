"""Names and limits of sessions."""

from enum import StrEnum

AGENT_MAX = 200
REASON_MAX = 16
# What a row is kept for after its end, in seconds: long enough for every process to have read of it.
RETENTION_SECONDS = 86_400
PURGE_BATCH = 1000
# How long a cache asks the database after a change, in seconds: longer than any reading that began before it.
STALE_SECONDS = 10


class SessionEndReason(StrEnum):
    """Why a session ended."""

    SIGNED_OUT = "signed_out"
    PASSWORD = "new_password"  # noqa: S105 - the reason, not a password
    # A refresh token came back that was spent long ago: somebody copied it.
    REPLAYED = "token_replayed"
    DISABLED = "disabled"
