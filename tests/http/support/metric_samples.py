"""What /metrics says, as numbers."""

from collections.abc import Mapping

from prometheus_client.parser import text_string_to_metric_families

from tests.support.http import HttpClient

Samples = Mapping[tuple[str, frozenset[tuple[str, str]]], float]


def read_metrics(client: HttpClient) -> Samples:
    """Every reading by its name and labels."""
    answer = client.get("/metrics")
    assert answer.status == 200
    assert answer.headers["Content-Type"].startswith("text/plain; version=")
    families = text_string_to_metric_families(answer.body.decode())
    return {(row.name, frozenset(row.labels.items())): row.value for family in families for row in family.samples}


def sample_value(readings: Samples, name: str, **labels: str) -> float:
    """One reading; 0 where nothing was counted."""
    return readings.get((name, frozenset(labels.items())), 0.0)


def sum_samples(readings: Samples, name: str) -> float:
    """The sum over all labels."""
    return sum(count for (found, _), count in readings.items() if found == name)


def label_values(readings: Samples, name: str, label: str) -> set[str]:
    """Every value of a label."""
    return {dict(pairs)[label] for found, pairs in readings if found == name}
