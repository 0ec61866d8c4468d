"""Success codes: a number whose first three digits are a 2xx, and a sentence."""

from enum import Enum
from types import ModuleType
from typing import Any

import pytest
from flask import Flask

from shop.core.api.setup import configure_app
from shop.core.http.envelope import fail, no_content, respond, success
from shop.core.i18n.messages import register_success_codes, translate_code
from shop.core.settings.settings import Settings


class Told(Enum):
    """What classes of success codes have in common."""

    def __init__(self, number: int, sentence: str) -> None:
        self.number = number
        self.sentence = sentence


def module_of(*kinds: type) -> ModuleType:
    module = ModuleType("made")
    for kind in kinds:
        setattr(module, kind.__name__, kind)
    return module


def make_enum(name: str, **members: tuple[int, str]) -> type:
    functional_form: Any = Told
    kind: type = functional_form(name, list(members.items()))
    return kind


@pytest.fixture
def app() -> Flask:
    app = Flask(__name__)
    configure_app(app, Settings())
    return app


@pytest.mark.parametrize("number", [200, 20010, 2001011, 200_101_111, 199_101, 300_101, 404_101, 0, -200_101])
def test_a_malformed_code_stops_the_start(number: int) -> None:
    with pytest.raises(ValueError, match=f"^{number} of MadeSuccessCode.DONE is no success code: "):
        register_success_codes([module_of(make_enum("MadeSuccessCode", DONE=(number, "Done.")))])


def test_a_code_of_another_class_stops_the_start() -> None:
    one, two = (
        make_enum("OneSuccessCode", DONE=(200_901, "Done.")),
        make_enum("TwoSuccessCode", MADE=(200_901, "Made.")),
    )
    with pytest.raises(ValueError, match=r"^200901 of TwoSuccessCode.MADE belongs to OneSuccessCode.DONE already\.$"):
        register_success_codes([module_of(one), module_of(two)])


def test_a_code_twice_in_one_class_stops_the_start() -> None:
    with pytest.raises(ValueError, match=r"^200902 of MadeSuccessCode.MADE belongs to MadeSuccessCode.DONE already"):
        register_success_codes(
            [module_of(make_enum("MadeSuccessCode", DONE=(200_902, "Done."), MADE=(200_902, "Made.")))]
        )


def test_a_code_without_a_sentence_stops_the_start() -> None:
    with pytest.raises(ValueError, match=r"^200903 of MadeSuccessCode.DONE has no sentence\.$"):
        register_success_codes([module_of(make_enum("MadeSuccessCode", DONE=(200_903, "")))])


def test_a_code_says_its_sentence_in_six_digits_or_eight() -> None:
    register_success_codes(
        [module_of(make_enum("MadeSuccessCode", DONE=(200_904, "Done."), BORN=(201_90_101, "Born.")))]
    )
    assert (translate_code(200_904), translate_code(201_90_101)) == ("Done.", "Born.")


@pytest.mark.parametrize(
    ("code", "said"),
    [(200, "OK"), (404, "Not Found"), (403_001, "You may not do this."), (404_999, "Not Found"),
     (429_001, "Too many requests; try again in … seconds."), (201_999, "Created")],
)  # fmt: skip
def test_what_has_no_sentence_says_the_phrase_of_http(code: int, said: str) -> None:
    assert translate_code(code) == said


@pytest.mark.parametrize(("language", "said"), [("zh-Hant", "您沒有權限執行此操作。"), ("en", "You may not do this.")])
def test_a_code_speaks_the_language_of_the_caller(app: Flask, language: str, said: str) -> None:
    with app.test_request_context(headers={"Accept-Language": language}):
        assert translate_code(403_001) == said
        assert respond(403_001).json["message"] == said  # type: ignore[index]  # there is a body


def test_a_given_message_goes_before_the_catalogue_and_leaves_the_code(app: Flask) -> None:
    with app.test_request_context():
        answer = success({"id": 1}, "Welcome back.", 200_904)
        body: Any = respond(answer.code or 0, answer.data, answer.message).json
    assert (body["code"], body["message"], body["data"]) == (200_904, "Welcome back.", {"id": 1})


@pytest.mark.parametrize("status", [400, 401, 403, 404, 405, 500])
def test_what_fails_by_hand_is_answered_as_given_and_goes_no_further(app: Flask, status: int) -> None:
    done: list[str] = []

    @app.get("/")
    def view() -> str:
        fail("No.", status * 1000 + 999, {"why": "because"})
        done.append("more")

    answer = app.test_client().get("/")

    word = "fail" if status == 500 else "error"
    assert answer.json == {"status": word, "code": status * 1000 + 999, "message": "No.", "data": {"why": "because"}}
    assert (answer.status_code, done) == (status, [])


def test_what_fails_by_hand_without_words_says_the_phrase(app: Flask) -> None:
    app.add_url_rule("/", view_func=lambda: fail(code=403))
    assert (app.test_client().get("/?lang=zh-TW").json or {})["message"] == "禁止存取"


def test_a_success_is_no_failure(app: Flask) -> None:
    with app.test_request_context(), pytest.raises(ValueError, match="200 is no failure"):
        fail("Well done.", 200)


def test_nothing_to_say_has_neither_a_body_nor_a_kind(app: Flask) -> None:
    app.add_url_rule("/", view_func=no_content)
    answer = app.test_client().get("/")
    assert (answer.status_code, answer.data) == (204, b"")
    assert not {"Content-Type", "Content-Language", "Content-Length"} & set(answer.headers.keys())
