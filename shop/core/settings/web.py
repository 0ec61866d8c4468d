"""Settings of the web server and of its response headers."""

from dataclasses import dataclass

from shop.core.settings.addresses import is_bind, is_contact, is_network, is_origin
from shop.core.settings.loader import at_least, empty_or, setting


@dataclass(frozen=True, kw_only=True)
class WebSettings:
    """Web server: addresses, processes, shutdown, proxies, CORS and security headers."""

    bind: str = setting("127.0.0.1:8000", "address and port of the web server", check=is_bind)
    metrics_bind: str = setting(
        "",
        "address and port of /metrics; empty: on the main port, in production nowhere",
        check=empty_or(is_bind),
    )
    worker_metrics_bind: str = setting(
        "",
        "address and port of a worker's own /metrics, where it has another SHOP_VAR than the web server; empty: none",
        check=empty_or(is_bind),
    )
    trusted_proxies: tuple[str, ...] = setting(
        (),
        "addresses or networks of proxies whose X-Forwarded-For is trusted; empty: none",
        check=lambda networks: all(map(is_network, networks)),
    )
    cors_origins: tuple[str, ...] = setting(
        (),
        "origins whose pages may call, as https://shop.example, or *; empty: none",
        check=lambda origins: all(map(is_origin, origins)),
    )
    api_contact: str = setting(
        "",
        "e-mail address or page for questions about the API, told by /openapi.json; empty: none",
        check=empty_or(is_contact),
    )
    security_headers: bool = setting(
        default=True, description="tell browsers not to guess types, frame or leak; false where a proxy does"
    )
    hsts_seconds: int = setting(
        0, "seconds for which browsers shall use HTTPS only; 0: header not sent", check=at_least(0)
    )
    web_workers: int = setting(2, "web processes", check=at_least(1))
    web_threads: int = setting(4, "threads of each web process", check=at_least(1))
    drain_seconds: float = setting(
        1.0, "seconds a web server goes on after SIGTERM while /readyz answers 503", check=at_least(0)
    )
    web_stop_seconds: int = setting(10, "seconds a request may go on when its process ends", check=at_least(1))
