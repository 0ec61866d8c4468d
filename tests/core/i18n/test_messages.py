"""Success codes, and the messages of all codes."""

from enum import Enum
from types import ModuleType
from typing import Any

import pytest
from flask import Flask

from shop.core.api.setup import configure_app
from shop.core.http.envelope import fail, no_content, respond, success
from shop.core.i18n.messages import register_success_codes, translate_code
from shop.core.settings.settings import Settings


class SuccessCode(Enum):
    """Base class of success codes."""

    def __init__(self, number: int, sentence: str) -> None:
        self.number = number
        self.sentence = sentence


def make_module(*kinds: type) -> ModuleType:
    module = ModuleType("made")
    for kind in kinds:
        setattr(module, kind.__name__, kind)
    return module


def make_enum(name: str, **members: tuple[int, str]) -> type:
    functional_form: Any = SuccessCode
    kind: type = functional_form(name, list(members.items()))
    return kind


@pytest.fixture
def app() -> Flask:
    app = Flask(__name__)
    configure_app(app, Settings())
    return app


@pytest.mark.parametrize("number", [200, 20010, 2001011, 200_101_111, 199_101, 300_101, 404_101, 0, -200_101])
def test_a_malformed_code_stops_the_start(number: int) -> None:
    with pytest.raises(ValueError, match=f"^{number} of TestedSuccessCode.DONE is no success code: "):
        register_success_codes([make_module(make_enum("TestedSuccessCode", DONE=(number, "Done.")))])


def test_a_duplicate_code_in_another_class_stops_the_start() -> None:
    first, second = (
        make_enum("OneSuccessCode", DONE=(200_901, "Done.")),
        make_enum("TwoSuccessCode", MADE=(200_901, "Made.")),
    )
    with pytest.raises(ValueError, match=r"^200901 of TwoSuccessCode.MADE belongs to OneSuccessCode.DONE already\.$"):
        register_success_codes([make_module(first), make_module(second)])


def test_a_duplicate_code_in_one_class_stops_the_start() -> None:
    with pytest.raises(
        ValueError, match=r"^200902 of TestedSuccessCode.MADE belongs to TestedSuccessCode.DONE already"
    ):
        register_success_codes(
            [make_module(make_enum("TestedSuccessCode", DONE=(200_902, "Done."), MADE=(200_902, "Made.")))]
        )


def test_a_code_without_a_message_stops_the_start() -> None:
    with pytest.raises(ValueError, match=r"^200903 of TestedSuccessCode.DONE has no sentence\.$"):
        register_success_codes([make_module(make_enum("TestedSuccessCode", DONE=(200_903, "")))])


def test_codes_of_six_and_eight_digits_have_messages() -> None:
    register_success_codes(
        [make_module(make_enum("TestedSuccessCode", DONE=(200_904, "Done."), BORN=(201_90_101, "Born.")))]
    )
    assert (translate_code(200_904), translate_code(201_90_101)) == ("Done.", "Born.")


@pytest.mark.parametrize(
    ("code", "message"),
    [(200, "OK"), (404, "Not Found"), (403_001, "You may not do this."), (404_999, "Not Found"),
     (429_001, "Too many requests; try again in … seconds."), (201_999, "Created")],
)  # fmt: skip
def test_an_unknown_code_has_the_phrase_of_http(code: int, message: str) -> None:
    assert translate_code(code) == message


@pytest.mark.parametrize(
    ("language", "message"), [("zh-Hant", "您沒有權限執行此操作。"), ("en", "You may not do this.")]
)
def test_a_code_is_translated_to_the_language_of_the_request(app: Flask, language: str, message: str) -> None:
    with app.test_request_context(headers={"Accept-Language": language}):
        assert translate_code(403_001) == message
        assert respond(403_001).json["message"] == message  # type: ignore[index]  # there is a body


def test_a_custom_message_replaces_the_message_of_the_code(app: Flask) -> None:
    with app.test_request_context():
        response = success({"id": 1}, "Welcome back.", 200_904)
        body: Any = respond(response.code or 0, response.data, response.message).json
    assert (body["code"], body["message"], body["data"]) == (200_904, "Welcome back.", {"id": 1})


@pytest.mark.parametrize("status", [400, 401, 403, 404, 405, 500])
def test_fail_ends_the_view_with_the_given_response(app: Flask, status: int) -> None:
    done: list[str] = []

    @app.get("/")
    def view() -> str:
        fail("No.", status * 1000 + 999, {"why": "because"})
        done.append("more")

    response = app.test_client().get("/")

    outcome = "fail" if status == 500 else "error"
    assert response.json == {
        "status": outcome,
        "code": status * 1000 + 999,
        "message": "No.",
        "data": {"why": "because"},
    }
    assert (response.status_code, done) == (status, [])


def test_fail_without_a_message_uses_the_phrase_of_http(app: Flask) -> None:
    app.add_url_rule("/", view_func=lambda: fail(code=403))
    assert (app.test_client().get("/?lang=zh-TW").json or {})["message"] == "禁止存取"


def test_fail_refuses_a_success_code(app: Flask) -> None:
    with app.test_request_context(), pytest.raises(ValueError, match="200 is no failure"):
        fail("Well done.", 200)


def test_no_content_has_neither_a_body_nor_a_media_type(app: Flask) -> None:
    app.add_url_rule("/", view_func=no_content)
    response = app.test_client().get("/")
    assert (response.status_code, response.data) == (204, b"")
    assert not {"Content-Type", "Content-Language", "Content-Length"} & set(response.headers.keys())
