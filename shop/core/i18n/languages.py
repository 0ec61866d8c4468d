"""Languages: the one that a request asks for, and sentences in it. The English sentence is the message id."""

import re
from collections.abc import Iterator, Mapping
from functools import cache, lru_cache
from pathlib import Path
from typing import Any

import orjson
from flask import request
from werkzeug.datastructures import LanguageAccept
from werkzeug.http import parse_accept_header

DEFAULT_LANGUAGE = "en"
TRANSLATED_LANGUAGES = ("zh-Hant", "zh-Hans")
LANGUAGES = (DEFAULT_LANGUAGE, *TRANSLATED_LANGUAGES)
# The word of a query, and the cookie, that choose a language.
LANGUAGE_PARAMETER = "lang"
LANGUAGE_MAX = 35
# Before the words of requests that a catalogue has labels for.
LABEL_PREFIX = "field:"
# A longer header is as none: what is remembered of it has to stay small.
_ACCEPTED_MAX = 1000
# What a tag ends at when it is cut from behind, as RFC 4647 (3.4) says.
_TAGS = {
    "en": "en",
    "zh": "zh-Hans", "zh-hans": "zh-Hans", "zh-cn": "zh-Hans", "zh-sg": "zh-Hans", "zh-my": "zh-Hans",
    "zh-hant": "zh-Hant", "zh-tw": "zh-Hant", "zh-hk": "zh-Hant", "zh-mo": "zh-Hant",
}  # fmt: skip
_FOLDER = Path(__file__).parents[2] / "translations"
_PLACEHOLDER = re.compile(r"\\\{(\w+)\\\}")


def current_language() -> str:
    """The language of the request that is being served; English outside of one."""
    try:
        environ = request.environ
    except RuntimeError:
        return DEFAULT_LANGUAGE
    # Nearly every request names none of the two, and need not be taken apart to find that out.
    asked = request.args.get(LANGUAGE_PARAMETER) if LANGUAGE_PARAMETER in environ.get("QUERY_STRING", "") else None
    kept = request.cookies.get(LANGUAGE_PARAMETER) if "HTTP_COOKIE" in environ else None
    accepted = environ.get("HTTP_ACCEPT_LANGUAGE")
    return choose_language(
        _drop_long_tag(asked), _drop_long_tag(kept), accepted if accepted and len(accepted) <= _ACCEPTED_MAX else None
    )


def _drop_long_tag(tag: str | None) -> str | None:
    return tag if tag and len(tag) <= LANGUAGE_MAX else None


@lru_cache(maxsize=1024)
def choose_language(query_tag: str | None, cookie_tag: str | None, accepted: str | None) -> str:
    """The language that the query, else the cookie, else Accept-Language names; English where none is known."""
    return next(
        (found for tag in _language_ranges(query_tag, cookie_tag, accepted) if (found := match_language(tag))),
        DEFAULT_LANGUAGE,
    )


def match_language(tag: str) -> str | None:
    """The language of a tag, which is cut from behind until one fits: zh-Hant-HK, zh-Hant, zh."""
    parts = tag.strip().lower().replace("_", "-").split("-")
    tags = ("-".join(parts[:length]) for length in range(len(parts), 0, -1))
    return next((_TAGS[shorter] for shorter in tags if shorter in _TAGS), None)


def translate(sentence: str, facts: Mapping[str, Any] | None = None, name: str | None = None) -> str:
    """A sentence of ours in the caller's language, with its facts; a fact that is a word of ours is translated too."""
    words = load_catalogue(name or current_language())
    text = words.get(sentence, sentence)
    if not facts:
        return text
    return text.format(
        **{name: words.get(fact, fact) if isinstance(fact, str) else fact for name, fact in facts.items()}
    )


def translate_rendered(sentence: str, name: str) -> str:
    """A finished sentence about a word of the request, facts and all, in the caller's language and with its label.

    One that the catalogue does not know stays; a word that has no label is called by its name.
    """
    if not (found := _find_translation(sentence)):
        return sentence
    text, facts = found
    return text.format(**facts, field=load_catalogue(current_language()).get(LABEL_PREFIX + name, name))


@cache
def load_catalogue(name: str) -> Mapping[str, str]:
    """English sentence -> the sentence in a language, `field:` and a word of a request -> its label.

    English has only labels, and what is said about them.
    """
    read: dict[str, str] = orjson.loads((_FOLDER / f"{name}.json").read_bytes())
    return read


@cache
def _compile_patterns(name: str) -> list[tuple[re.Pattern[str], str]]:
    asked = ((sentence, text) for sentence, text in load_catalogue(name).items() if "{" in sentence)
    return [(re.compile(_PLACEHOLDER.sub(r"(?P<\1>.+)", re.escape(it)), re.DOTALL), text) for it, text in asked]


def _find_translation(sentence: str) -> tuple[str, Mapping[str, str]] | None:
    """The text of the catalogue for a finished sentence, and the facts that stand in the sentence."""
    words = load_catalogue(current_language())
    if sentence in words:
        return words[sentence], {}
    hits = ((text, pattern.fullmatch(sentence)) for pattern, text in _compile_patterns(current_language()))
    return next(((text, hit.groupdict()) for text, hit in hits if hit), None)


def _language_ranges(query_tag: str | None, cookie_tag: str | None, accepted: str | None) -> Iterator[str]:
    yield from (tag for tag in (query_tag, cookie_tag) if tag)
    if accepted:
        yield from (tag for tag, quality in parse_accept_header(accepted, LanguageAccept) if quality > 0)
