"""Default headers of responses, added in one pass."""

from collections.abc import Callable, Iterable, Mapping
from functools import partial

from flask import Request, Response

from shop.core.http.body import PATCH_TYPES
from shop.core.http.json import JsonResponse
from shop.core.http.web_app import WebApp
from shop.core.i18n.languages import DEFAULT_LANGUAGE

Header = tuple[str, str]
# Gets the headers by their names in lower case.
Source = Callable[[Request, Response, Mapping[str, str]], Iterable[Header]]
_LANGUAGE = (("Content-Language", DEFAULT_LANGUAGE),)
_ACCEPT_PATCH = (("Accept-Patch", ", ".join(PATCH_TYPES)),)


def serve_default_headers(app: WebApp, *sources: Source) -> None:
    """Add the headers of all sources to responses without them.

    Must be called before hooks that create responses.
    """
    app.response_hooks.append(partial(_complete, sources))


def offer_patch_types(request: Request, response: Response, present: Mapping[str, str]) -> Iterable[Header]:
    """Return Accept-Patch where it helps.

    RFC 5789: where methods are listed, and where a media type was refused.
    """
    refused = response.status_code == 415 and request.method == "PATCH"
    return _ACCEPT_PATCH if refused or "PATCH" in present.get("allow", "") else ()


def describe_language(_: Request, response: Response, present: Mapping[str, str]) -> Iterable[Header]:
    """Return Content-Language of pages and documents, which have one language."""
    # Responses in the envelope set their language, and empty responses have none.
    return _LANGUAGE if "content-type" in present and not isinstance(response, JsonResponse) else ()


def _complete(sources: Iterable[Source], request: Request, response: Response) -> Response:
    headers = response.headers
    # One search for all: each search in the list of headers costs as much.
    present = {name.lower(): value for name, value in headers}
    for source in sources:
        for name, value in source(request, response, present):
            if name.lower() not in present:
                headers.add(name, value)
    return response
