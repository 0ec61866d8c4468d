"""Requests outside the operations: pages, lists, conditional requests, and paths that do not exist."""

from collections.abc import Iterator

from tests.answers.recorded_shop import API, ORIGIN, RecordedShop, Rows, read_data
from tests.answers.recorder import Recorder
from tests.answers.route_requests import FORMS, LANGUAGES, prefer
from tests.answers.wsgi_calls import Call

PAGES = ("/", "/docs", "/docs/swagger-ui.css", "/docs/nothing", "/openapi.json", "/metrics")
PROBES = ("/livez", "/readyz", "/errors", "/errors/409301", "/errors/1")
UNKNOWN = (API, f"{API}/", f"{API}/nowhere", f"{API}/items/", f"{API}/items/05", f"{API}//items", "/nowhere", "/%FF")
ACCEPTS = ("text/html", "application/json", "application/problem+json;q=0.9, text/html;q=0.8", "*/*", "image/png", "")
QUERIES = (
    "", "?per_page=2", "?per_page=2&page=2", "?pagination=cursor&per_page=2", "?pagination=simple&per_page=1",
    "?search=tea", "?search=name:tea;price_minor:900&searchJoin=and", "?filter=id;name", "?orderBy=price_minor;name",
    "?orderBy=nothing", "?search=nothing:1", "?per_page=0", "?per_page=1000", "?page=0",
    "?cursor=nonsense", "?lang=zh-Hans", "?lang=xx", "?sortedBy=down", "?include=item", "?%FF=1",
    "?search=price_minor:1,2&searchFields=price_minor:between",
)  # fmt: skip
PREFERRED_LANGUAGES = (
    "zh-TW", "zh-HK, en;q=0.5", "zh-CN", "zh", "de, fr;q=0.5", "*", "en;q=0, *;q=0.1", "x" * 1001, "zh-Hant;q=2", "",
)  # fmt: skip
LISTS = ("/items", "/orders", "/users", "/items/{item_id}/stock-ledger", "/reconcile-runs", "/auth/sessions", "/logs")


def record_pages(shop: RecordedShop, recorder: Recorder) -> None:
    """Record pages, probes, unknown paths, lists and conditional requests."""
    recorder.section = "pages"
    for target in (*PAGES, *PROBES, *UNKNOWN):
        for number, accept in enumerate(ACCEPTS):
            language = LANGUAGES[number % len(LANGUAGES)]
            headers = {"Accept": accept, "Accept-Language": language, "Origin": ORIGIN}
            recorder.record(shop.app, Call("GET", target, headers, note=f"{language}, {accept}"))
        for method in ("HEAD", "OPTIONS", "POST", "BREW"):
            recorder.record(shop.app, Call(method, target, {"Accept-Language": "zh-Hant"}))
    rows = shop.create_rows()
    recorder.section = "languages"
    for number, language in enumerate(PREFERRED_LANGUAGES):
        for target in (f"{API}/items/{rows.ids['item_id']}", f"{API}/nowhere", f"{API}/items?lang=zh-Hant"):
            headers = {"Accept-Language": language, "Accept": "application/problem+json"}
            recorder.record(shop.app, Call("GET", target, headers, note=f"language {number}"))
    recorder.section = "lists"
    recorder.record_all(shop.app, _list_queries(shop, rows))
    _record_walk(shop, recorder)
    recorder.section = "conditional"
    for target in (f"/items/{rows.ids['item_id']}", "/items"):
        _record_conditions(shop, recorder, API + target)


def _list_queries(shop: RecordedShop, rows: Rows) -> Iterator[Call]:
    for path in LISTS:
        token = rows.token if path == "/orders" else shop.admin
        for number, query in enumerate(QUERIES):
            language, form = LANGUAGES[number % len(LANGUAGES)], list(FORMS)[number % len(FORMS)]
            target = API + path.format(**rows.ids) + query
            yield prefer(Call("GET", target, {"Authorization": f"Bearer {token}"}, note=language), language, form)


def _record_walk(shop: RecordedShop, recorder: Recorder) -> None:
    """Record a walk by cursor through the first pages of a list."""
    target = f"{API}/items?pagination=cursor&per_page=4&orderBy=price_minor"
    for number in range(2):
        answer = recorder.record(shop.app, Call("GET", target, note=f"page {number + 1} of a walk"))
        cursor = read_data(answer)["meta"]["pagination"]["next_cursor"]
        target = f"{API}/items?pagination=cursor&per_page=4&orderBy=price_minor&cursor={cursor}"


def _record_conditions(shop: RecordedShop, recorder: Recorder, target: str) -> None:
    for language in LANGUAGES:
        headers = {"Accept-Language": language}
        tag = recorder.record(shop.app, Call("GET", target, headers, note=language)).header("ETag")
        for name, condition in {
            "same": tag,
            "weak": f"W/{tag}",
            "any": "*",
            "other": '"a", "b"',
            "malformed": "a",
        }.items():
            call = Call("GET", target, {**headers, "If-None-Match": condition}, note=f"{language}, {name} tag")
            recorder.record(shop.app, call)
            recorder.record(shop.app, Call("HEAD", target, call.headers, note=call.note))
        writer = {**headers, "Authorization": f"Bearer {shop.admin}", "Content-Type": "application/json"}
        for name, condition in {"same": tag, "other": '"a"'}.items():
            key = {"If-Match": condition, "Idempotency-Key": f"{language}-{name}-{target[-8:].replace('/', '-')}"}
            note = f"{language}, {name} tag"
            recorder.record(shop.app, Call("PATCH", target, {**writer, **key}, b'{"name": "Other tea"}', note))
