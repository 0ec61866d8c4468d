"""Visibility of drafts and tenants' items with a warm cache."""

from shop.core.crypto.tokens import Tokens
from tests.catalogue.catalogue_client import list_names, read_item
from tests.http.support.user_rows import new_users
from tests.purchase.support.in_process_shop import InProcessShop

NOT_FOUND = 404301


def test_a_draft_read_by_an_administrator_stays_hidden_from_others(first_app: InProcessShop) -> None:
    draft = first_app.send("POST", "/items", first_app.admin_token, DRAFT).get_json()["data"]["id"]
    first_app.offer(stock=1)
    for token in (first_app.admin_token, first_app.buyer(), None, first_app.admin_token):
        sees = token == first_app.admin_token
        assert read_item(first_app, draft, token) == NOT_FOUND or sees
        assert ("Draft" in list_names(first_app, token)) is sees


def test_an_administrator_sees_drafts_after_a_read_by_another_client(first_app: InProcessShop) -> None:
    draft = first_app.send("POST", "/items", first_app.admin_token, DRAFT).get_json()["data"]["id"]
    assert (read_item(first_app, draft), list_names(first_app)) == (NOT_FOUND, [])
    assert read_item(first_app, draft, first_app.admin_token)["name"] == "Draft"
    assert list_names(first_app, first_app.admin_token) == ["Draft"]
    assert (read_item(first_app, draft), list_names(first_app)) == (NOT_FOUND, [])


def test_tenants_share_neither_items_nor_pages(first_app: InProcessShop) -> None:
    first_app.add_tenant(2)
    item = first_app.offer(stock=1)
    foreign_token = new_users(first_app.database.engine, first_app.container.get(Tokens), 1, tenant_id=2)[0]
    for _ in range(2):
        assert (read_item(first_app, item)["name"], list_names(first_app)) == ("Thing", ["Thing"])
        assert (read_item(first_app, item, foreign_token), list_names(first_app, foreign_token)) == (NOT_FOUND, [])


DRAFT = {"name": "Draft", "price_minor": 1, "currency": "EUR", "stock": 1, "status": "draft"}
