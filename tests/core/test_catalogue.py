"""The catalogue: every sentence in every language, none left over, and the same facts in it."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from marshmallow import Schema
from marshmallow.validate import Length, Range, Validator
from werkzeug.http import HTTP_STATUS_CODES

import shop
from shop.constants.order import OrderStatus
from shop.container import find_modules
from shop.core.choices import Choices
from shop.core.errors import ExceptionCode
from shop.core.fingerprint import _SAME
from shop.core.languages import TRANSLATED, catalogue
from shop.core.lists.sentences import Sentence
from shop.core.pagination import PageFields
from shop.core.query import SAID_TWICE
from shop.core.translated import UNKNOWN_LANGUAGE
from shop.core.wire import WholeNumber

ROOT = Path(shop.__file__).parent
HAN = re.compile("[\u4e00-\u9fff]")
# Characters that only one of the two scripts writes, of those that our sentences use.
ONLY_HANT, ONLY_HANS = set("請錯訂單庫鍵權數據頁務無內庫擇"), set("请错订单库键权数据页务无内库择")


def codes() -> set[str]:
    return {code.sentence for code in _codes()}


def _codes() -> Iterator[ExceptionCode]:
    find_modules("exception_codes")
    for kind in ExceptionCode.__subclasses__():
        if kind.__module__.startswith("shop."):
            yield from kind


def of_fields() -> Iterator[str]:
    schemas = [kind for module in find_modules("checkers") for kind in vars(module).values() if _is_schema(kind)]
    for schema in (kind() for kind in schemas):
        yield from (schema.error_messages["unknown"], schema.error_messages["type"])
        for field in schema.fields.values():
            yield from (text for key, text in field.error_messages.items() if not _is_unused(field, key))
            for validator in field.validators:
                if isinstance(validator, Validator):
                    yield sentence_of(validator)
    # Of texts that are too long for a page.
    yield from (str(sentence_of(v)) for v in PageFields.cursor.validators if isinstance(v, Length))


def _is_schema(kind: object) -> bool:
    return isinstance(kind, type) and issubclass(kind, Schema) and kind is not Schema


def _is_unused(field: object, key: str) -> bool:
    return isinstance(field, WholeNumber) and key == "validator_failed"


def sentence_of(validator: Validator) -> str:
    if error := getattr(validator, "error", None):
        return str(error)
    if isinstance(validator, Length | Range):
        low, high = validator.min is not None, validator.max is not None
        return str(validator.message_all if low and high else validator.message_min if low else validator.message_max)
    return str(validator.default_message)  # type: ignore[attr-defined]  # all others of marshmallow have one


def written() -> Iterator[str]:
    """The sentences that Validators and Checkers write out themselves, with the names of what they put in."""
    for path in (*ROOT.glob("validators/*.py"), *ROOT.glob("checkers/*.py")):
        for node in ast.walk(_without_docstrings(ast.parse(path.read_text()))):
            if isinstance(node, ast.JoinedStr):
                yield "".join(_part(value) for value in node.values)
            elif (
                isinstance(node, ast.Constant)
                and isinstance(node.value, str)
                and re.fullmatch(r"[A-Z].+ .+\.", node.value)
            ):
                yield node.value


def _part(value: ast.expr) -> str:
    return f"{{{ast.unparse(value.value)}}}" if isinstance(value, ast.FormattedValue) else str(ast.literal_eval(value))


def _without_docstrings(tree: ast.Module) -> ast.Module:
    for node in ast.walk(tree):
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef) and ast.get_docstring(node):
            node.body = node.body[1:]
    return tree


@pytest.fixture(scope="module")
def wanted() -> set[str]:
    labels = {label for it in Choices().gather(find_modules("constants")).lists.values() for label in it.values()}
    told = {*map(str, Sentence), SAID_TWICE, UNKNOWN_LANGUAGE, *labels}
    words = {*_SAME, *map(str, OrderStatus), *told}
    return codes() | set(of_fields()) | set(written()) | set(HTTP_STATUS_CODES.values()) | words


@pytest.mark.parametrize("name", TRANSLATED)
def test_no_sentence_is_missing(wanted: set[str], name: str) -> None:
    assert sorted(wanted - catalogue(name).keys()) == []


@pytest.mark.parametrize("name", TRANSLATED)
def test_no_sentence_is_left_over(wanted: set[str], name: str) -> None:
    assert sorted(catalogue(name).keys() - wanted) == []


@pytest.mark.parametrize("name", TRANSLATED)
def test_every_translation_has_the_facts_of_its_sentence(name: str) -> None:
    facts = {sentence: (facts_of(sentence), facts_of(text)) for sentence, text in catalogue(name).items()}
    assert {sentence: pair for sentence, pair in facts.items() if pair[0] != pair[1]} == {}


def facts_of(sentence: str) -> list[str]:
    return sorted(re.findall(r"\{(\w*)\}", sentence))


@pytest.mark.parametrize(("name", "foreign"), [("zh-Hant", ONLY_HANS - ONLY_HANT), ("zh-Hans", ONLY_HANT - ONLY_HANS)])
def test_every_translation_is_chinese_and_of_its_own_script(name: str, foreign: set[str]) -> None:
    texts = catalogue(name).values()
    assert [text for text in texts if not HAN.search(text)] == []
    assert [text for text in texts if foreign & set(text)] == []
