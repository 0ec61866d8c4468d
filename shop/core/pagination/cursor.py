"""Signed cursors: the position of a row as an opaque text."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from itsdangerous import BadSignature, URLSafeSerializer

from shop.core.crypto.tokens import Tokens
from shop.core.errors import CoreExceptionCode, ShopError

# It carries what the last row is sorted by: some texts of two hundred characters at most.
CURSOR_MAX = 4000
CURSOR_EXAMPLE = "eyJpZCI6NDJ9.what-the-page-before-said"


@dataclass(frozen=True)
class CursorSigner:
    """Turns a position into an opaque text and back; a text it did not make is refused."""

    tokens: Tokens

    def sign(self, position: Mapping[str, Any]) -> str:
        """The cursor for a position of JSON-safe values."""
        return str(self._serializer.dumps(dict(position)))

    def read(self, cursor: str, *names: str) -> dict[str, Any]:
        """The position of a cursor; raises ShopError FIELD_INVALID when it is none of this list."""
        try:
            position = dict(self._serializer.loads(cursor))
        except BadSignature as error:
            raise ShopError(CoreExceptionCode.FIELD_INVALID, field="cursor") from error
        if position.keys() != set(names):
            # It is ours, but of another list.
            raise ShopError(CoreExceptionCode.FIELD_INVALID, field="cursor")
        return position

    @property
    def _serializer(self) -> URLSafeSerializer:
        # The last one signs, all verify: a cursor outlives a change of keys, as a token does.
        return URLSafeSerializer(
            self.tokens.key_ring.secrets, salt="cursor", signer_kwargs={"digest_method": hashlib.sha256}
        )
