"""Texts that operators give to commands: names, addresses and passwords."""

from datetime import UTC, datetime
from uuid import uuid4

import pytest
from sqlalchemy import insert

from shop.models.user import User
from tests.http.support.envelope import data_of
from tests.http.support.shop import API, Shop
from tests.support.http import HttpClient
from tests.support.processes.managed_process import ProcessFailed

SIGNED_IN = 200102
DECOMPOSED, COMPOSED = "zoe\u0308", "zo\u00eb"
NAMES = [" ", "\u200b", "a\u202eb", "a\u2028b", "a\nb", "x" * 101]


def unique(prefix: str = "t") -> str:
    return f"{prefix}-{uuid4().hex[:12]}"


@pytest.mark.parametrize("name", NAMES, ids=ascii)
def test_a_tenant_without_a_visible_name_in_one_line_is_refused(shop: Shop, name: str) -> None:
    slug = unique()

    with pytest.raises(ProcessFailed, match=r"--name|display name"):
        shop.service.run_cli("tenants", "add", slug, "--name", name)

    assert slug not in shop.service.run_cli("tenants").stdout


def test_the_name_of_a_tenant_is_stored_in_its_only_spelling(shop: Shop) -> None:
    rest = unique("")
    shop.service.run_cli("tenants", "add", unique(), "--name", f"  {DECOMPOSED}{rest} ")

    assert f"  {COMPOSED}{rest}\n" in shop.service.run_cli("tenants").stdout


@pytest.mark.parametrize("email", ["boss", "boss@localhost", "bo\u200bss@texts.example"])
def test_an_administrator_without_a_valid_address_is_refused(shop: Shop, email: str) -> None:
    with pytest.raises(ProcessFailed, match=r"(?i)valid e-?mail address|e-mail address is not valid"):
        shop.service.run_cli("tenants", "add-admin", "default", email, "--admin-password", "Correct-horse-1")


def test_no_tenant_is_added_for_an_administrator_without_a_valid_address(shop: Shop) -> None:
    slug, secret = unique(), ("--admin-password", "Correct-horse-1")

    with pytest.raises(ProcessFailed, match=r"(?i)valid e-?mail address|e-mail address is not valid"):
        shop.service.run_cli("tenants", "add", slug, "--admin-email", "boss@localhost", *secret)

    assert slug not in shop.service.run_cli("tenants").stdout


def test_an_administrator_of_a_command_signs_in_in_each_spelling(shop: Shop, client: HttpClient) -> None:
    rest = unique("")
    address, password = f"{DECOMPOSED}{rest}@m\u00fcller.example", f"Correct-{DECOMPOSED}-1"
    shop.service.run_cli("tenants", "add-admin", "default", address, "--admin-password", password)

    typed = {"email": f"{COMPOSED}{rest}@XN--mller-kva.example", "password": f"Correct-{COMPOSED}-1"}
    data_of(client.post(f"{API}/auth/login", typed), SIGNED_IN)


def test_doctor_lists_rows_that_have_become_equal(shop: Shop) -> None:
    now, rest = datetime.now(UTC), unique("")
    spellings = [f"{DECOMPOSED}{rest}@texts.example", f"{COMPOSED}{rest}@texts.example"]
    common = {"tenant_id": 1, "name": "Old", "password_hash": "none", "created_at": now, "updated_at": now}
    with shop.engine.begin() as connection:
        keys = [connection.execute(insert(User), {**common, "email": one}).inserted_primary_key for one in spellings]

    output = shop.service.run_cli("doctor", check=False).stdout

    (line,) = [line for line in output.splitlines() if rest in line]
    assert line.startswith("note Tenant 1 ")
    assert all(f"user {key[0]} as {one!a}" in line for key, one in zip(keys, spellings, strict=True) if key)
