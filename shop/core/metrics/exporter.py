"""Export of the metrics to Prometheus."""

import socket
from socketserver import ThreadingMixIn
from threading import Thread
from typing import Any
from wsgiref.simple_server import WSGIRequestHandler, WSGIServer, make_server

from flask import Flask, Response
from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, generate_latest, make_wsgi_app

from shop.core.metrics.metrics import GaugeSource, Metrics
from shop.core.settings.addresses import split_bind
from shop.core.settings.settings import Settings


def serve_metrics(app: Flask, settings: Settings, metrics: Metrics, source: GaugeSource) -> None:
    """Export the metrics as the settings say."""
    if settings.metrics_bind:
        start_metrics_server(settings.metrics_bind, metrics.create_registry(source))
    elif not settings.production:
        _serve_metrics_route(app, metrics.create_registry(source))


def _serve_metrics_route(app: Flask, registry: CollectorRegistry) -> None:
    @app.get("/metrics")
    def metrics() -> Response:
        return Response(generate_latest(registry), content_type=CONTENT_TYPE_LATEST)


class _MetricsServer(ThreadingMixIn, WSGIServer):
    # All processes of a kind listen on the port, and each exports the values of all of them.
    allow_reuse_port = True
    daemon_threads = True


class _Ipv6MetricsServer(_MetricsServer):
    address_family = socket.AF_INET6


class _QuietRequestHandler(WSGIRequestHandler):
    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - name of the base class
        """Write no access log."""


def start_metrics_server(bind: str, registry: CollectorRegistry) -> None:
    """Serve the metrics on their own port, in a background thread."""
    address, port = split_bind(bind)
    kind = _Ipv6MetricsServer if ":" in address else _MetricsServer
    server = make_server(address, port, make_wsgi_app(registry), server_class=kind, handler_class=_QuietRequestHandler)
    Thread(target=server.serve_forever, name="metrics", daemon=True).start()
