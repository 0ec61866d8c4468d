"""What can be read off the proxy's configuration; the build job asks a running one."""

import json
import re

import pytest

from shop.core.trace import REQUEST_ID_PATTERN
from tests.delivery.delivery_files import ROOT, final, services

TEXT = (ROOT / "deploy" / "nginx.conf").read_text()


def _statuses() -> list[str]:
    (codes,) = re.findall(r"error_page ([\d ]+) /\.envelope;", TEXT)
    return str(codes).split()


def _map(variable: str) -> list[tuple[str, str]]:
    (body,) = re.findall(rf"map \$status \${variable} {{(.*?)\n    }}", TEXT, re.DOTALL)
    return re.findall(r'^\s*(\S+) "?(.*?)"?;$', body, re.MULTILINE)


def _look_up(variable: str, status: str) -> str:
    found = dict(_map(variable))
    expressions = [value for key, value in found.items() if key.startswith("~") and re.search(key[1:], status)]
    return found.get(status) or next(iter(expressions), found["default"])


@pytest.mark.parametrize("status", [code for code in _statuses() if code != "494"])
def test_the_proxy_s_own_error_is_the_envelope(status: str) -> None:
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


def test_every_error_the_proxy_can_meet_is_covered() -> None:
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
def test_the_proxy_is_told(line: str) -> None:
    assert TEXT.count(line) == 1


def test_a_header_with_an_underscore_does_not_pass_for_the_proxy_s_own() -> None:
    # WSGI knows no difference between X_Forwarded_For and X-Forwarded-For; nginx drops the first, unless told.
    assert "underscores_in_headers" not in TEXT
    assert "ignore_invalid_headers" not in TEXT


def test_the_proxy_asks_the_web_service_where_it_listens() -> None:
    (name, port) = re.findall(r"set \$web (\w+):(\d+);", TEXT)[0]
    assert name in services()
    assert [port] == final("EXPOSE")
    assert f"SHOP_BIND=0.0.0.0:{port}" in " ".join(final("ENV"))


def test_the_proxy_listens_where_the_stack_sends_callers() -> None:
    assert [f"listen {port.rpartition(':')[2]};" in TEXT for port in services()["proxy"]["ports"]] == [True]


def test_the_proxy_takes_the_same_for_an_id_as_the_service() -> None:
    (ids,) = re.findall(r"map \$http_x_request_id \$trace_id {(.*?)\n    }", TEXT, re.DOTALL)
    lines = [line.strip() for line in ids.strip().splitlines()]
    assert lines == [f'"~{REQUEST_ID_PATTERN}" $http_x_request_id;', "default $request_id;"]
