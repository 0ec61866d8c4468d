"""Whose answer it is: what one may see, another is not shown because it was remembered."""

from shop.core.crypto.tokens import Tokens
from tests.catalogue.catalogue_client import names, read
from tests.http.support.user_rows import new_users
from tests.purchase.support.in_process_shop import Indoors

NOT_FOUND = 404301


def test_a_draft_that_an_administrator_has_read_is_shown_to_nobody_else(here: Indoors) -> None:
    draft = here.send("POST", "/items", here.admin_token, DRAFT).get_json()["data"]["id"]
    here.offer(stock=1)
    for token in (here.admin_token, here.buyer(), None, here.admin_token):
        sees = token == here.admin_token
        assert read(here, draft, token) == NOT_FOUND or sees
        assert ("Draft" in names(here, token)) is sees


def test_an_administrator_sees_drafts_although_somebody_else_has_asked_before(here: Indoors) -> None:
    draft = here.send("POST", "/items", here.admin_token, DRAFT).get_json()["data"]["id"]
    assert (read(here, draft), names(here)) == (NOT_FOUND, [])
    assert read(here, draft, here.admin_token)["name"] == "Draft"
    assert names(here, here.admin_token) == ["Draft"]
    assert (read(here, draft), names(here)) == (NOT_FOUND, [])


def test_tenants_share_neither_items_nor_pages(here: Indoors) -> None:
    here.add_tenant(2)
    item = here.offer(stock=1)
    stranger = new_users(here.database.engine, here.container.get(Tokens), 1, tenant_id=2)[0]
    for _ in range(2):
        assert (read(here, item)["name"], names(here)) == ("Thing", ["Thing"])
        assert (read(here, item, stranger), names(here, stranger)) == (NOT_FOUND, [])


DRAFT = {"name": "Draft", "price_minor": 1, "currency": "EUR", "stock": 1, "status": "draft"}
