"""Default rate limits, over HTTP."""

from tests.http.support.shop import API, Shop
from tests.rate_limiting.limit_headers import ReportedLimit, parse_limits
from tests.support.limits import UNLIMITED_ENV
from tests.support.processes.processes import MakeService


def test_default_settings_limit_requests(make_service: MakeService) -> None:
    service = make_service()
    for name in UNLIMITED_ENV:
        del service.env[name]
    shop = Shop(service).prepare()
    service.start("web")
    account = {"email": "ada@example.com", "password": "Correct-horse-1"}

    with shop.client() as client:
        listing = client.get(f"{API}/items")
        register = client.post(f"{API}/auth/register", {**account, "name": "Ada"})
        sign_in = client.post(f"{API}/auth/login", account)
        token = sign_in.json["data"]["access_token"]
        purchase = client.post(f"{API}/items/999/purchase", {"quantity": 1}, token=token)

    responses = [listing, register, sign_in, purchase]
    assert [response.status for response in responses] == [200, 201, 200, 404]
    assert [parse_limits(response.headers) for response in responses] == [
        [ReportedLimit("default", 1000, 60, 999, 60)],
        [ReportedLimit("register", 20, 60, 19, 60)],
        [
            ReportedLimit("login", 20, 60, 19, 60),
            ReportedLimit("login-address", 100, 60, 99, 60),
            ReportedLimit("login-account", 200, 60, 199, 60),
        ],
        [ReportedLimit("purchase", 60, 60, 59, 60)],
    ]
