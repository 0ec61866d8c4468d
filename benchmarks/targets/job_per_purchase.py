"""Shop web server that enqueues a drain job for each purchase."""

from collections.abc import Sequence
from dataclasses import dataclass

from flask import Flask

from shop.app import create_app
from shop.cache_managers.stock import StockCacheManager
from shop.constants.stock import ReserveOutcome
from shop.container import Container
from shop.core.metrics.metrics import Metrics
from shop.core.operations.web_server import serve
from shop.core.rate_limiting.windows import WindowArgs
from shop.core.settings.settings import Settings
from shop.supports.reservation import Purchase, ReserveResult


@dataclass(frozen=True)
class WakingStockCacheManager(StockCacheManager):
    """StockCacheManager whose every reservation wakes the drain."""

    def reserve(
        self,
        purchase: Purchase,
        backlog_max: int,
        note_names: Sequence[str] = (),
        windows: Sequence[WindowArgs] = (),
        *,
        accepted: str = "",
    ) -> ReserveResult:
        """Reserve the pieces, and set `wake` when that succeeds."""
        reserved = super().reserve(purchase, backlog_max, note_names, windows, accepted=accepted)
        return reserved._replace(woke_drain=True) if reserved.outcome is ReserveOutcome.RESERVED else reserved


def create_target() -> Flask:
    """Create the shop's app with the waking StockCacheManager."""
    app = create_app()
    container: Container = app.extensions["shop"]
    waking = WakingStockCacheManager(container.get(StockCacheManager).stores, container.get(Metrics))
    # Entered and never left: the app lives as long as the process.
    container.override(StockCacheManager, waking).__enter__()
    return app


if __name__ == "__main__":
    serve(Settings.load(), "benchmarks.targets.job_per_purchase:create_target")
