"""Where the pages of a list are: the same question, cut at another place."""

from collections.abc import Mapping
from typing import Any, NamedTuple
from urllib.parse import urlencode

# RFC 8288 calls the page before this one so.
_RELATIONS = {"previous": "prev", "next": "next"}


class ListUrl(NamedTuple):
    """A request for a list: its path and its query parameters."""

    path: str
    parameters: Mapping[str, str]

    def link(self, **words: Any) -> str:
        """The address of the same list with some other words, which stand first."""
        return f"{self.path}?{urlencode({**words, **{k: v for k, v in self.parameters.items() if k not in words}})}"


def link_header(links: Mapping[str, str | None]) -> dict[str, str]:
    """The links as a header (RFC 8288); no header where there are none."""
    told = [f'<{address}>; rel="{_RELATIONS[name]}"' for name, address in links.items() if address]
    return {"Link": ", ".join(told)} if told else {}
