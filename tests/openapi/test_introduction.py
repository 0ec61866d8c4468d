"""The document as a whole: introduction, address, compression and entity tag."""

import gzip
from pathlib import Path

import pytest
from flask.testing import FlaskClient

from shop.app import create_app
from shop.core.settings.loader import SettingsError
from shop.core.settings.settings import Settings
from tests.openapi.test_document import operations
from tests.support.openapi_document import Document


def test_the_introduction_leads_to_a_purchase_in_three_steps(document: Document) -> None:
    text = document["info"]["description"]
    ids = {operation["operationId"] for _, operation in operations(document)}
    steps = [line for line in text.splitlines() if line[:2] in ("1.", "2.", "3.")]
    assert [name for name in ("register", "listItems", "purchaseItem") if name in ids] == [
        step.split("[")[1].partition("]")[0] for step in steps
    ]
    assert document["info"]["contact"]["name"]


@pytest.mark.parametrize(("contact", "key"), [("api@shop.example", "email"), ("https://shop.example/help", "url")])
def test_the_contact_is_the_one_of_the_settings(tmp_path: Path, contact: str, key: str) -> None:
    document = create_app(Settings(var=str(tmp_path), api_contact=contact)).test_client().get("/openapi.json").json
    assert document is not None
    assert document["info"]["contact"][key] == contact


@pytest.mark.parametrize("contact", ["somewhere", "a@b", "ftp://shop.example/", "two words@shop.example"])
def test_a_contact_that_cannot_be_reached_stops_the_start(contact: str) -> None:
    with pytest.raises(SettingsError, match="SHOP_API_CONTACT"):
        Settings.load({"SHOP_API_CONTACT": contact})


@pytest.mark.parametrize(
    ("host", "scheme", "url"),
    [
        ("shop.example", "", "http://shop.example"),
        ("shop.example:8443", "https", "https://shop.example:8443"),
        ("[2001:db8::1]:8000", "ftp", "http://[2001:db8::1]:8000"),
        ("localhost:8000", "", "http://127.0.0.1:8000"),
    ],
)
def test_the_server_is_the_address_of_the_request(client: FlaskClient, host: str, scheme: str, url: str) -> None:
    answer = client.get("/openapi.json", headers={"Host": host, **({"X-Forwarded-Proto": scheme} if scheme else {})})
    assert [server["url"] for server in answer.get_json()["servers"]] == [url]
    assert {"Host", "X-Forwarded-Proto", "Accept-Encoding"} <= set(answer.headers["Vary"].split(", "))


def test_the_document_is_compressed_on_request(client: FlaskClient) -> None:
    plain = client.get("/openapi.json", headers={"Accept-Encoding": "gzip;q=0"})
    packed = client.get("/openapi.json", headers={"Accept-Encoding": "br, gzip"})
    assert "Content-Encoding" not in plain.headers
    assert packed.headers["Content-Encoding"] == "gzip"
    assert gzip.decompress(packed.data) == plain.data
    assert len(packed.data) * 5 < len(plain.data)


@pytest.mark.parametrize("encoding", ["gzip", "identity"])
def test_a_known_document_is_answered_with_304(client: FlaskClient, encoding: str) -> None:
    first = client.get("/openapi.json", headers={"Accept-Encoding": encoding})
    tag = first.headers["ETag"]
    assert tag.startswith('"')
    again = client.get("/openapi.json", headers={"Accept-Encoding": encoding, "If-None-Match": tag})
    assert (again.status_code, again.data, again.headers["ETag"]) == (304, b"", tag)
    other = client.get("/openapi.json", headers={"Accept-Encoding": encoding, "If-None-Match": '"other"'})
    assert (other.status_code, other.data) == (200, first.data)


def test_each_encoding_and_address_has_a_tag_of_its_own(client: FlaskClient) -> None:
    requests = [{"Accept-Encoding": "gzip"}, {"Accept-Encoding": "identity"}, {"Host": "shop.example"}]
    assert len({client.get("/openapi.json", headers=headers).headers["ETag"] for headers in requests}) == 3
