"""Operations are described when the document is read, not when the app is created."""

from threading import Thread
from typing import Any

import orjson
import pytest
from flask import Flask

from shop.app import create_app
from shop.core.openapi.spec import DeferredSpec
from shop.core.settings.settings import Settings


@pytest.fixture
def app(tmp_path: Any) -> Flask:
    return create_app(Settings(var=str(tmp_path)))


def read_spec(app: Flask) -> DeferredSpec:
    spec: DeferredSpec = app.extensions["flask-smorest"]["apis"][""]["ext_obj"].spec
    return spec


def test_a_new_app_has_described_no_operation(app: Flask) -> None:
    spec = read_spec(app)
    assert spec.deferred
    assert super(DeferredSpec, spec).to_dict()["paths"] == {}


def test_simultaneous_readers_get_the_whole_specification(app: Flask) -> None:
    spec, documents = read_spec(app), list[bytes]()
    readers = [Thread(target=lambda: documents.append(orjson.dumps(spec.to_dict()))) for _ in "1234"]
    for reader in readers:
        reader.start()
    for reader in readers:
        reader.join()

    alone = read_spec(create_app(app.config["SETTINGS"])).to_dict()
    assert documents == [orjson.dumps(alone)] * 4


def test_the_command_of_flask_smorest_prints_the_whole_document(app: Flask) -> None:
    printed = app.test_cli_runner().invoke(args=["openapi", "print"])

    assert printed.exit_code == 0
    assert set(app.json.loads(printed.output)["paths"]) == set(
        app.test_client().get("/openapi.json").get_json()["paths"]
    )
