"""Lexer of list parameters: splitting, escaping, and round trips."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shop.core.query.errors import QueryError
from shop.core.query.lexer import Term, escape, parse_operators, parse_parts, parse_search, split_unescaped, unescape

TEXTS = st.text(min_size=1, max_size=30)
MARKED = st.text(alphabet="ab;:,\\", max_size=20)


@pytest.mark.parametrize(
    ("text", "terms"),
    [
        ("tea", [Term(None, "tea")]),
        ("name:tea", [Term("name", "tea")]),
        ("name:a:b", [Term("name", "a:b")]),
        ("name:tea;5;id:7", [Term("name", "tea"), Term(None, "5"), Term("id", "7")]),
        ("a\\;b;c", [Term(None, "a\\;b"), Term(None, "c")]),
        ("12\\:30", [Term(None, "12\\:30")]),
        ("a\\\\;b", [Term(None, "a\\\\"), Term(None, "b")]),
        ("name:0", [Term("name", "0")]),
        ("name: ", [Term("name", " ")]),
    ],
)
def test_a_search_is_split_into_terms(text: str, terms: list[Term]) -> None:
    assert list(parse_search(text)) == terms


@pytest.mark.parametrize("text", ["", ";", "a;", ";a", "a;;b", ":a", "name:", "a;name:", ";;;"])
def test_a_search_with_an_empty_part_is_refused(text: str) -> None:
    with pytest.raises(QueryError):
        parse_search(text)


def test_the_operator_of_a_name_is_optional() -> None:
    assert parse_operators("name:like;id") == (("name", "like"), ("id", None))


@given(MARKED)
def test_joining_the_parts_restores_the_text(text: str) -> None:
    assert ";".join(split_unescaped(text, ";")) == text
    assert ":".join(split_unescaped(text, ":", 1)) == text


@given(st.lists(TEXTS, min_size=1, max_size=5), st.lists(TEXTS, min_size=1, max_size=5))
def test_any_text_can_be_searched_for_under_any_name(names: list[str], values: list[str]) -> None:
    pairs = list(zip(names, values, strict=False))
    text = ";".join(f"{escape(name)}:{escape(value)}" for name, value in pairs)
    assert [(unescape(term.name or ""), unescape(term.value)) for term in parse_search(text)] == pairs


@given(st.lists(TEXTS, min_size=1, max_size=5))
def test_a_list_of_values_may_contain_any_text(values: list[str]) -> None:
    text = ",".join(map(escape, values))
    assert [unescape(part) for part in split_unescaped(text, ",")] == values


@given(TEXTS)
def test_any_text_can_be_searched_for_without_a_name(text: str) -> None:
    assert parse_search(escape(text)) == (Term(None, escape(text)),)


@given(MARKED)
def test_a_text_is_split_or_refused(text: str) -> None:
    try:
        parts = parse_parts(text)
        unescaped_parts = [unescape(part) for part in parts]
    except QueryError:
        return
    assert all(unescaped_parts)


@pytest.mark.parametrize("text", ["\\", "a\\", "\\a", "a\\b;c", "\\\n"])
def test_a_backslash_before_an_ordinary_character_is_refused(text: str) -> None:
    with pytest.raises(QueryError):
        unescape(text)
