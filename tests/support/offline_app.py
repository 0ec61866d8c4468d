"""Fixtures of an app without stores."""

from typing import Any

import pytest
from flask.testing import FlaskClient

from shop.app import create_app
from shop.core.settings.settings import Settings


@pytest.fixture(scope="session")
def client(tmp_path_factory: pytest.TempPathFactory) -> FlaskClient:
    """Create a client of an app without stores."""
    folder = tmp_path_factory.mktemp("units")
    settings = Settings(var=str(folder), redis_url="unix:///nowhere.sock", database_url=f"sqlite:///{folder}/none/x")
    return create_app(settings).test_client()


@pytest.fixture(scope="session")
def document(client: FlaskClient) -> dict[str, Any]:
    """Return the OpenAPI document."""
    return client.get("/openapi.json").json or {}
