"""Completeness of the message catalogues: keys, labels, facts and scripts."""

import re
from pathlib import Path

import pytest
from click.testing import CliRunner
from marshmallow import Schema, fields
from marshmallow.validate import Range

from shop.cli import shop
from shop.container import find_modules
from shop.core.i18n import languages
from shop.core.i18n.languages import LANGUAGES, TRANSLATED_LANGUAGES, load_catalogue
from shop.core.operations.translation_check import ExpectedMessages, collect_expected_messages

HAN = re.compile("[\u4e00-\u9fff]")
# Characters of our messages that belong to only one of the two scripts.
ONLY_HANT, ONLY_HANS = set("請錯訂單庫鍵權數據頁務無內庫擇"), set("请错订单库键权数据页务无内库择")
FIELD_MESSAGE, LABEL = "Not a valid integer.", "field:price_minor"


@pytest.fixture(scope="module")
def expected_messages() -> ExpectedMessages:
    find_modules("exception_codes")
    return collect_expected_messages(*(find_modules(folder) for folder in ("constants", "validators", "checkers")))


@pytest.mark.parametrize("name", LANGUAGES)
def test_every_catalogue_is_complete(expected_messages: ExpectedMessages, name: str) -> None:
    assert list(expected_messages.problems(name, load_catalogue(name))) == []


def test_every_kind_of_message_is_expected(expected_messages: ExpectedMessages) -> None:
    code, success, permission = "You may not do this.", "You are signed in.", "Offer new items."
    literal, phrase, fact, part = "Say either email or name.", "Not Found", "cancelled", "media type"

    assert {code, success, permission, literal, phrase, fact, part} <= expected_messages.messages
    assert {
        FIELD_MESSAGE,
        "Said more than once.",
        "Unknown field.",
        "Three upper case letters.",
    } <= expected_messages.field_messages
    assert {LABEL, "field:Prefer", "field:body", "field:lang"} <= expected_messages.labels


def test_the_messages_of_a_new_checker_are_expected(expected_messages: ExpectedMessages) -> None:
    class NewChecker(Schema):
        weight = fields.Float(validate=Range(1, 9, error="Too heavy."))

    NewChecker.__module__ = "shop.checkers.new"
    (module,) = find_modules("checkers")[:1]
    module.NewChecker = NewChecker  # type: ignore[attr-defined]  # removed below
    try:
        extended = collect_expected_messages([], [], [module])
    finally:
        del module.NewChecker

    assert extended.labels - expected_messages.labels == {"field:weight"}
    assert extended.field_messages - expected_messages.field_messages >= {"Too heavy.", "Not a valid number."}


@pytest.mark.parametrize(
    ("change", "problem"),
    [
        ({FIELD_MESSAGE: None}, ("missing", FIELD_MESSAGE)),
        ({LABEL: None}, ("missing", LABEL)),
        ({"Old.": "Alt."}, ("orphan", "Old.")),
        ({"field:gone": "Weg"}, ("orphan", "field:gone")),
        ({FIELD_MESSAGE: "Keine Zahl."}, ("names no field", FIELD_MESSAGE)),
        ({"Longer than maximum length {max}.": "{field} {min}"}, ("other facts", "Longer than maximum length {max}.")),
    ],
)
def test_each_problem_of_a_catalogue_is_found(
    expected_messages: ExpectedMessages, change: dict[str, str | None], problem: tuple[str, str]
) -> None:
    catalogue = {key: text for key, text in {**load_catalogue("en"), **change}.items() if text is not None}

    assert list(expected_messages.problems("en", catalogue)) == [problem]


def test_the_command_lists_the_problems(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    assert CliRunner().invoke(shop, ["translations"]).exit_code == 0
    for name in LANGUAGES:
        text = Path(languages._FOLDER, f"{name}.json").read_text()
        (tmp_path / f"{name}.json").write_text(text.replace('"Forbidden":', '"Forbade":'))
    monkeypatch.setattr(languages, "_FOLDER", tmp_path)
    load_catalogue.cache_clear()

    result = CliRunner().invoke(shop, ["translations"])

    load_catalogue.cache_clear()
    assert result.exit_code == 1
    assert [line.split() for line in result.output.splitlines()] == [
        [name, problem, key]
        for name in TRANSLATED_LANGUAGES
        for problem, key in (("missing", "Forbidden"), ("orphan", "Forbade"))
    ]


@pytest.mark.parametrize(("name", "foreign"), [("zh-Hant", ONLY_HANS - ONLY_HANT), ("zh-Hans", ONLY_HANT - ONLY_HANS)])
def test_every_translation_uses_its_own_script(name: str, foreign: set[str]) -> None:
    texts = load_catalogue(name).values()
    assert [text for text in texts if not HAN.search(text)] == []
    assert [text for text in texts if foreign & set(text)] == []
