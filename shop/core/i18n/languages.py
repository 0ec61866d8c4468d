"""Language negotiation and translated messages.

The English message is the message id.
"""

import re
from collections.abc import Iterator, Mapping
from functools import cache, lru_cache
from itertools import islice
from pathlib import Path
from typing import Any

import orjson
from flask import request
from langcodes import closest_supported_match
from langcodes.tag_parser import LanguageTagError
from werkzeug.datastructures import LanguageAccept
from werkzeug.http import parse_accept_header

DEFAULT_LANGUAGE = "en"
TRANSLATED_LANGUAGES = ("zh-Hant", "zh-Hans")
LANGUAGES = (DEFAULT_LANGUAGE, *TRANSLATED_LANGUAGES)
# Name of the query parameter and of the cookie that choose a language.
LANGUAGE_PARAMETER = "lang"
LANGUAGE_MAX = 35
# Prefix of the request fields that a catalogue has labels for.
LABEL_PREFIX = "field:"
# A longer header is ignored, since the header is a key of the cache below.
_ACCEPTED_MAX = 1000
# Ranges of one header that are matched: each of a thousand bytes would take milliseconds.
_RANGES_MAX = 30
# Distance of CLDR up to which a language counts as understood. Variants, scripts and regions of a language, and
# Cantonese for Chinese, are within it; another language that many of its speakers read, as English for Welsh, is not.
_DISTANCE_MAX = 20
_FOLDER = Path(__file__).parents[2] / "translations"
_PLACEHOLDER = re.compile(r"\\\{(\w+)\\\}")


def current_language() -> str:
    """Return the language of the current request, or English outside a request."""
    try:
        environ = request.environ
    except RuntimeError:
        return DEFAULT_LANGUAGE
    # Most requests have neither the parameter nor a cookie; avoid parsing their query string and cookies.
    query_tag = request.args.get(LANGUAGE_PARAMETER) if LANGUAGE_PARAMETER in environ.get("QUERY_STRING", "") else None
    cookie_tag = request.cookies.get(LANGUAGE_PARAMETER) if "HTTP_COOKIE" in environ else None
    accepted = environ.get("HTTP_ACCEPT_LANGUAGE")
    return choose_language(
        _drop_long_tag(query_tag),
        _drop_long_tag(cookie_tag),
        accepted if accepted and len(accepted) <= _ACCEPTED_MAX else None,
    )


def _drop_long_tag(tag: str | None) -> str | None:
    return tag if tag and len(tag) <= LANGUAGE_MAX else None


@lru_cache(maxsize=1024)
def choose_language(query_tag: str | None, cookie_tag: str | None, accepted: str | None) -> str:
    """Choose the language of the query, else the cookie, else Accept-Language.

    Returns English when none of them names a known language.
    """
    return next(
        (language for tag in _language_ranges(query_tag, cookie_tag, accepted) if (language := match_language(tag))),
        DEFAULT_LANGUAGE,
    )


@lru_cache(maxsize=4096)
def match_language(tag: str) -> str | None:
    """Return the supported language that a tag is closest to, or None.

    The distances are those of CLDR: `zh-HK` and `yue-Hant-HK` are traditional Chinese.
    """
    try:
        return closest_supported_match(tag.strip(), [*LANGUAGES], _DISTANCE_MAX)
    except LanguageTagError:
        return None


def translate(sentence: str, facts: Mapping[str, Any] | None = None, name: str | None = None) -> str:
    """Translate a message to a language, by default the request's.

    Inserts the facts; a fact that is itself a message is translated too.
    """
    catalogue = load_catalogue(name or current_language())
    text = catalogue.get(sentence, sentence)
    if not facts:
        return text
    return text.format(
        **{name: catalogue.get(fact, fact) if isinstance(fact, str) else fact for name, fact in facts.items()}
    )


def translate_rendered(sentence: str, name: str) -> str:
    """Translate a message about a request field whose facts are already inserted.

    The translation contains the label of the field, or its name when there is no label. An unknown message is returned
    unchanged.
    """
    if not (translation := _find_translation(sentence)):
        return sentence
    text, facts = translation
    return text.format(**facts, field=load_catalogue(current_language()).get(LABEL_PREFIX + name, name))


@cache
def load_catalogue(name: str) -> Mapping[str, str]:
    """Load the catalogue of a language.

    It maps an English message to its translation, and `field:` with the name of a request field to its label. The
    English catalogue has only labels, and messages that contain a label.
    """
    catalogue: dict[str, str] = orjson.loads((_FOLDER / f"{name}.json").read_bytes())
    return catalogue


@cache
def _compile_patterns(name: str) -> list[tuple[re.Pattern[str], str]]:
    templates = ((message, text) for message, text in load_catalogue(name).items() if "{" in message)
    return [
        (re.compile(_PLACEHOLDER.sub(r"(?P<\1>.+)", re.escape(message)), re.DOTALL), text)
        for message, text in templates
    ]


def _find_translation(sentence: str) -> tuple[str, Mapping[str, str]] | None:
    """Find the translation of a rendered message, and its facts."""
    catalogue = load_catalogue(current_language())
    if sentence in catalogue:
        return catalogue[sentence], {}
    hits = ((text, pattern.fullmatch(sentence)) for pattern, text in _compile_patterns(current_language()))
    return next(((text, hit.groupdict()) for text, hit in hits if hit), None)


def _language_ranges(query_tag: str | None, cookie_tag: str | None, accepted: str | None) -> Iterator[str]:
    yield from (tag for tag in (query_tag, cookie_tag) if tag)
    if accepted:
        ranges = (tag for tag, quality in parse_accept_header(accepted, LanguageAccept) if quality > 0)
        yield from islice(ranges, _RANGES_MAX)
