"""Configuration file of the proxy; the build job tests a running proxy."""

import json
import re

import pytest

from shop.core.trace import REQUEST_ID_PATTERN
from tests.delivery.delivery_files import ROOT, final_instructions, services

TEXT = (ROOT / "deploy" / "nginx.conf").read_text()


def _statuses() -> list[str]:
    (codes,) = re.findall(r"error_page ([\d ]+) /\.envelope;", TEXT)
    return str(codes).split()


def _read_map(variable: str) -> list[tuple[str, str]]:
    (body,) = re.findall(rf"map \$status \${variable} {{(.*?)\n    }}", TEXT, re.DOTALL)
    return re.findall(r'^\s*(\S+) "?(.*?)"?;$', body, re.MULTILINE)


def _look_up(variable: str, status: str) -> str:
    values = dict(_read_map(variable))
    expressions = [value for key, value in values.items() if key.startswith("~") and re.search(key[1:], status)]
    return values.get(status) or next(iter(expressions), values["default"])


@pytest.mark.parametrize("status", [code for code in _statuses() if code != "494"])
def test_an_error_of_the_proxy_has_the_envelope(status: str) -> None:
    (template,) = re.findall(r"return 200 '(\{.*\})';", TEXT)
    for variable in ("envelope_status", "envelope_message"):
        template = template.replace(f"${variable}", _look_up(variable, status))
    body = json.loads(template.replace("$status", status))
    assert list(body) == ["status", "code", "message", "data"]
    assert (body["status"], body["code"], body["data"]) == (
        "error" if status < "500" else "fail",
        int(status),
        {},
    )
    assert body["message"] != "Error"


def test_every_error_of_the_proxy_is_covered() -> None:
    assert {"400", "408", "413", "414", "494", "500", "502", "503", "504"} <= set(_statuses())


@pytest.mark.parametrize(
    "line",
    [
        "client_max_body_size 1m;", "proxy_next_upstream off;", "proxy_set_header X-Request-ID $trace_id;",
        "proxy_set_header X-Forwarded-For $remote_addr;", "proxy_set_header X-Forwarded-Proto $scheme;",
        "proxy_set_header Host $http_host;", "client_header_timeout 10s;", "client_body_timeout 10s;",
        "proxy_connect_timeout 1s;", "proxy_request_buffering on;",
    ],
)  # fmt: skip
def test_the_configuration_contains_the_directive(line: str) -> None:
    assert TEXT.count(line) == 1


def test_headers_with_underscores_are_dropped() -> None:
    # WSGI does not distinguish X_Forwarded_For from X-Forwarded-For; nginx drops the first by default.
    assert "underscores_in_headers" not in TEXT
    assert "ignore_invalid_headers" not in TEXT


def test_the_proxy_uses_the_address_of_the_web_service() -> None:
    (name, port) = re.findall(r"set \$web (\w+):(\d+);", TEXT)[0]
    assert name in services()
    assert [port] == final_instructions("EXPOSE")
    assert f"SHOP_BIND=0.0.0.0:{port}" in " ".join(final_instructions("ENV"))


def test_the_proxy_listens_on_the_published_port() -> None:
    assert [f"listen {port.rpartition(':')[2]};" in TEXT for port in services()["proxy"]["ports"]] == [True]


def test_the_proxy_and_the_service_accept_the_same_request_ids() -> None:
    (ids,) = re.findall(r"map \$http_x_request_id \$trace_id {(.*?)\n    }", TEXT, re.DOTALL)
    lines = [line.strip() for line in ids.strip().splitlines()]
    assert lines == [f'"~{REQUEST_ID_PATTERN}" $http_x_request_id;', "default $request_id;"]
