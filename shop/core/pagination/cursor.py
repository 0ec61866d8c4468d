"""Signed cursors: the position of a row as an opaque text."""

import hashlib
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from itsdangerous import BadSignature, URLSafeSerializer

from shop.core.crypto.tokens import Tokens
from shop.core.errors import CoreExceptionCode, ShopError

# A cursor contains the sort values of a row: a few texts of at most two hundred characters.
CURSOR_MAX = 4000
CURSOR_EXAMPLE = "eyJpZCI6NDJ9.signature-of-the-server"


@dataclass(frozen=True)
class CursorSigner:
    """Signer of cursors; rejects every text that it did not sign."""

    tokens: Tokens

    def sign(self, position: Mapping[str, Any]) -> str:
        """Return the cursor of a position of JSON-safe values."""
        return str(self._serializer.dumps(dict(position)))

    def read(self, cursor: str, *names: str) -> dict[str, Any]:
        """Return the position of a cursor, which has exactly these names.

        Raises ShopError FIELD_INVALID for a forged cursor, another spelling of one, or one of another list.
        """
        try:
            position = dict(self._serializer.loads(cursor))
        except BadSignature as error:
            raise ShopError(CoreExceptionCode.FIELD_INVALID, field="cursor") from error
        # The signature is valid, but may have another spelling than the signer gave it, or the cursor belongs to
        # another kind of list.
        if not _is_canonical(cursor.rpartition(".")[2]) or position.keys() != set(names):
            raise ShopError(CoreExceptionCode.FIELD_INVALID, field="cursor")
        return position

    @property
    def _serializer(self) -> URLSafeSerializer:
        # The last key signs, all keys verify: a cursor survives a key rotation, as a token does.
        return URLSafeSerializer(
            self.tokens.key_ring.secrets, salt="cursor", signer_kwargs={"digest_method": hashlib.sha256}
        )


def _is_canonical(signature: str) -> bool:
    """Return True when a base64url text is in canonical form.

    Decoders tolerate padding, foreign characters, and set bits that the last character does not need.
    """
    try:
        decoded = urlsafe_b64decode(signature + "=" * (-len(signature) % 4))
    except ValueError:
        return False
    return urlsafe_b64encode(decoded).rstrip(b"=") == signature.encode()
