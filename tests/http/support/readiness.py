"""Waiting for all web processes of a shop, by their metrics."""

from shop.core.settings.settings import Settings
from tests.http.support.metric_samples import read_metrics, sample_value, sum_samples
from tests.http.support.shop import Shop
from tests.support.polling import eventually


def wait_until_all_ready(shop: Shop) -> None:
    """Wait until every process of `web` is ready; /readyz answers as soon as one of them is."""
    settings = shop.container.get(Settings)
    connections = settings.web_workers * settings.database_pool
    with shop.client() as client:
        eventually(lambda: sample_value(read_metrics(client), "shop_database_pool_size") == connections)


def wait_until_stores_are_back(shop: Shop) -> None:
    """Wait until every web process has reached both stores again."""
    with shop.client() as client:
        eventually(lambda: sum_samples(read_metrics(client), "shop_store_away") == 0)
