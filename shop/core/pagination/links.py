"""Links to the pages of a list."""

from collections.abc import Mapping
from typing import Any, NamedTuple
from urllib.parse import urlencode

# Relation types of RFC 8288.
_RELATIONS = {"previous": "prev", "next": "next"}


class ListUrl(NamedTuple):
    """Path and query parameters of a list request."""

    path: str
    parameters: Mapping[str, str]

    def link(self, **changes: Any) -> str:
        """Return the URL of the list with changed parameters, which stand first."""
        kept = {name: value for name, value in self.parameters.items() if name not in changes}
        return f"{self.path}?{urlencode({**changes, **kept})}"


def link_header(links: Mapping[str, str | None]) -> dict[str, str]:
    """Build the Link header (RFC 8288); returns no header without links."""
    values = [f'<{url}>; rel="{_RELATIONS[name]}"' for name, url in links.items() if url]
    return {"Link": ", ".join(values)} if values else {}
