"""Parsed samples of /metrics."""

from collections.abc import Mapping

from prometheus_client.parser import text_string_to_metric_families

from tests.support.http import HttpClient

Samples = Mapping[tuple[str, frozenset[tuple[str, str]]], float]


def read_metrics(client: HttpClient) -> Samples:
    """Read all samples by name and labels."""
    response = client.get("/metrics")
    assert response.status == 200
    assert response.headers["Content-Type"].startswith("text/plain; version=")
    families = text_string_to_metric_families(response.body.decode())
    return {
        (sample.name, frozenset(sample.labels.items())): sample.value
        for family in families
        for sample in family.samples
    }


def sample_value(samples: Samples, name: str, **labels: str) -> float:
    """Return the value of a sample, or 0 without one."""
    return samples.get((name, frozenset(labels.items())), 0.0)


def sum_samples(samples: Samples, name: str) -> float:
    """Return the sum of a metric over all labels."""
    return sum(value for (sample_name, _), value in samples.items() if sample_name == name)


def label_values(samples: Samples, name: str, label: str) -> set[str]:
    """Return all values of a label."""
    return {dict(labels)[label] for sample_name, labels in samples if sample_name == name}
