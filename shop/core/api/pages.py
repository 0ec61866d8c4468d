"""Pages for browsers: index, missing page, texts of all pages."""

from enum import StrEnum
from typing import Any

from flask import Flask, Response, render_template, request

from shop.core.errors import Retry
from shop.core.http.envelope import VARY, respond
from shop.core.http.negotiation import HTML, prefers_html
from shop.core.http.query_string import check_language
from shop.core.i18n.languages import current_language, translate

_CSP = (
    "default-src 'none'; style-src 'self'; img-src 'self'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'"
)
_LANGUAGES = (("en", "English"), ("zh-Hant", "繁體中文"), ("zh-Hans", "简体中文"))


class PageText(StrEnum):
    """Texts of the pages, in English."""

    CAUSE = "Cause"
    REMEDY = "What to do"
    DETAILS = "Details"
    STATUS = "HTTP status"
    FACTS = "Values in the answer"
    MORE = "More"
    ALL_CODES = "All error codes"
    DOCUMENTATION = "API documentation"
    RELATED = "Codes with the same status"
    ITEMS = "Items on sale"
    LANGUAGE = "Language"
    INDEX = "API of a shop"
    INDEX_LEAD = "This address serves programs. These pages are for people."
    MISSING = "Page not found"
    MISSING_LEAD = "There is no page at this address."
    SIGN_IN = "Sign in, and send the request again with the new access token."
    SAME_KEY = "Send the same request again, with the same idempotency key."
    NEW_REQUEST = "Change the request, and send it as a new one."
    NEVER = "Do not send the request again: it would fail in the same way."
    AFTER = "Wait for the seconds of Retry-After, then send the same request again, with the same idempotency key."


def serve_index(app: Flask) -> None:
    """Serve the index: a page for browsers, addresses for programs."""

    @app.get("/")
    def index() -> Response:
        check_language(is_page=is_browser())
        if is_browser():
            lead = translate(PageText.INDEX_LEAD)
            return render_page("links.html", translate(PageText.INDEX), lead=lead)
        return respond(200, {"docs": "/docs", "openapi": "/openapi.json"})


def missing_page() -> Response:
    """Return the page of an address without a page."""
    page = render_page("links.html", translate(PageText.MISSING), lead=translate(PageText.MISSING_LEAD))
    page.status_code = 404
    return page


def render_page(template: str, title: str, **values: Any) -> Response:
    """Render a page in the language of the request."""
    language = current_language()
    html = render_template(template, language=language, languages=_LANGUAGES, title=title, text=translate, **values)
    headers = {"Content-Language": language, "Content-Security-Policy": _CSP, "Vary": VARY}
    return Response(html, mimetype=HTML, headers=headers)


def is_browser() -> bool:
    """Return True when the client prefers a page to JSON."""
    return prefers_html(request.headers.get("Accept", ""))


def describe_remedy(status: int, retry: Retry) -> str:
    """Return the next step after a failure."""
    return translate(PageText.SIGN_IN if status == 401 else PageText[retry.name])
