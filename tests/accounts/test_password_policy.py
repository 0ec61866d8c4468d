"""Rules for new passwords: by classes of characters, or by length."""

from typing import Any

import pytest

from shop.constants.user import PasswordPolicy
from shop.core.settings.loader import SettingsError
from shop.core.settings.settings import Settings
from tests.purchase.conftest import MakeInProcessShop, make_in_process_shop
from tests.purchase.support.in_process_shop import InProcessShop, data_of

__all__ = ["make_in_process_shop"]

WEAK = 422104
PASSPHRASE = "correct horse battery staple lake"
COMMON = "The password is one of those that are tried first."
CONTEXT = "The password has a word that is easy to guess, such as a name."
LENGTH = "Password must have a length of 15 to 128."
# Of Ada Lovelace, grace.hopper@example.com.
GUESSABLE = [
    "ada.lovelace.1815",
    "LOVELACE-lovelace-LOVELACE",
    "I sign in as grace today",
    "hopper hopper hopper",
    "the shop is my castle",
    "ShopShopShopShop",
    "\uff33\uff28\uff2f\uff30 in wide letters",
    "ada ada ada ada ada",
]
ACCEPTED = [
    PASSPHRASE,
    "aaaaaaaaaaaaaab",
    "x" * 127 + "y",
    "长" * 7 + "城" * 8,
    "e\u0301" * 14 + "!",
    "123 456 789 0 abc!",
]


@pytest.fixture
def shop(make_in_process_shop: MakeInProcessShop) -> InProcessShop:
    return make_in_process_shop(password_policy="length")


def register(shop: InProcessShop, password: str, **fields: Any) -> Any:
    body = {"name": "Ada Lovelace", "email": "grace.hopper@example.com", "password": password, **fields}
    return shop.http.post("/api/v1/auth/register", json=body)


@pytest.mark.parametrize("password", ACCEPTED, ids=ascii)
def test_a_long_password_needs_no_classes(shop: InProcessShop, password: str) -> None:
    data_of(register(shop, password), 201101)


@pytest.mark.parametrize("password", ["Correct-horse-", "e\u0301" * 14, "x" * 129, "\ufdfa" * 8], ids=ascii)
def test_the_length_is_counted_in_code_points_of_the_normal_form(shop: InProcessShop, password: str) -> None:
    assert data_of(register(shop, password), WEAK) == {"password": [LENGTH]}


@pytest.mark.parametrize("password", GUESSABLE, ids=ascii)
def test_a_password_with_a_word_of_its_context_is_refused(shop: InProcessShop, password: str) -> None:
    assert data_of(register(shop, password), WEAK) == {"password": [CONTEXT]}


@pytest.mark.parametrize("password", ["1qaz2wsx3edc4rfv", "1QAZ2WSX3EDC4RFV"])
def test_a_common_password_is_refused_under_both_policies(
    make_in_process_shop: MakeInProcessShop,
    shop: InProcessShop,
    password: str,
) -> None:
    assert data_of(register(shop, password), WEAK) == {"password": [COMMON]}
    assert COMMON in data_of(register(make_in_process_shop(), password), WEAK)["password"]


def test_all_rules_are_told_together(shop: InProcessShop) -> None:
    answer = register(shop, "lovelace", name="", email="x")

    assert data_of(answer, 422101).keys() == {"name", "email", "password"}


def test_a_new_password_is_compared_with_the_words_of_its_owner(shop: InProcessShop) -> None:
    token = data_of(register(shop, PASSPHRASE), 201101)["access_token"]

    for password in GUESSABLE:
        body = {"current_password": PASSPHRASE, "new_password": password}
        assert data_of(shop.send("PUT", "/auth/password", token, body), WEAK) == {"new_password": [CONTEXT]}
    body = {"current_password": PASSPHRASE, "new_password": "another long password"}
    data_of(shop.send("PUT", "/auth/password", token, body), 200)


def test_the_classes_are_required_by_default(make_in_process_shop: MakeInProcessShop) -> None:
    shop = make_in_process_shop()

    assert len(data_of(register(shop, PASSPHRASE), WEAK)["password"]) == 2
    # Neither length nor words of the context are asked for.
    data_of(register(shop, "Lovelac3"), 201101)


@pytest.mark.parametrize(("policy", "least"), [("composition", 8), ("length", 15)])
def test_the_document_describes_the_policy(
    make_in_process_shop: MakeInProcessShop,
    policy: str,
    least: int,
) -> None:
    document = make_in_process_shop(password_policy=policy).http.get("/openapi.json").get_json()

    properties = [
        schema["properties"][name]
        for schema in document["components"]["schemas"].values()
        for name in ("password", "new_password")
        if name in schema.get("properties", {}) and schema["properties"][name]["minLength"] > 1
    ]
    assert [(field["minLength"], field["maxLength"]) for field in properties] == [(least, 128)] * 2
    assert all("description" in field for field in properties)


def test_the_setting_has_the_names_of_the_policies() -> None:
    for policy in PasswordPolicy:
        assert Settings.load({"SHOP_PASSWORD_POLICY": policy}).password_policy == policy
    with pytest.raises(SettingsError, match="SHOP_PASSWORD_POLICY"):
        Settings.load({"SHOP_PASSWORD_POLICY": "none"})
