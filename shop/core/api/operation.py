"""OpenAPI operation of a Controller's method, with its failures."""

from typing import Any

from flask import Flask

from shop.core.api.conditional import describe_etags, find_refused_condition
from shop.core.api.preferences import describe_preferences
from shop.core.auth.tenant_resolver import describe_tenant
from shop.core.errors import CoreExceptionCode as Code
from shop.core.http.body import DEPTH_MAX, PATCH_TYPES
from shop.core.idempotency.policy import WRITE_METHODS, describe_idempotency_key, effective_policy
from shop.core.openapi.annotations import PATH_FACTS
from shop.core.openapi.cache_control import describe_cache_control
from shop.core.openapi.failures import FAILURES, UNKNOWN_PARAMETER, Failing, describe_failures, failing
from shop.core.openapi.pages import select_page_fields
from shop.core.rate_limiting.route_limit import describe_rate_limits
from shop.core.validation.settings_schema import SettingsSchema

ALWAYS: tuple[Failing, ...] = (
    Code.NOT_ACCEPTABLE,
    UNKNOWN_PARAMETER,
    failing(Code.TOO_MANY_REQUESTS, seconds=17, **{"violated-policies": ["default"]}),
    500,
    Code.DATABASE_REFUSED,
    Code.DATABASE_UNAVAILABLE,
    Code.REDIS_UNAVAILABLE,
)
WITH_BODY: tuple[Failing, ...] = (
    Code.BODY_MALFORMED,
    failing(Code.BODY_TWICE, name="name"),
    failing(Code.BODY_DEEP, most=DEPTH_MAX),
    413,
    Code.MEDIA_TYPE,
    Code.BODY_CODED,
    Code.CROWDED,
)


def describe_operation(
    doc: dict[str, Any], doc_info: dict[str, Any], *, app: Flask, method: str, **_: Any
) -> dict[str, Any]:
    """Complete the OpenAPI operation of a method."""
    # flask-smorest calls it for each operation of each app. The result depends on the settings of the app.
    settings = app.config["SETTINGS"]
    doc["parameters"] = [*doc.get("parameters", []), "Language"]
    # A path parameter of another form names nothing.
    doc[FAILURES] = [*doc_info.get(FAILURES, ()), *([404] if doc_info[PATH_FACTS] else ())]
    select_page_fields(doc)
    describe_tenant(doc)
    if method.upper() in WRITE_METHODS and (
        policy := effective_policy(doc_info.get("idempotency_policy"), method.upper(), settings)
    ):
        describe_idempotency_key(doc, policy, settings)
    describe_etags(doc, doc_info, method.upper())
    doc[FAILURES].append(failing(Code.CONDITION_UNSUPPORTED, header=find_refused_condition(doc)))
    describe_preferences(doc, doc_info)
    if method.upper() == "PATCH" and "requestBody" in doc:
        body = doc["requestBody"]["content"]
        doc["requestBody"]["content"] = {kind: next(iter(body.values())) for kind in PATCH_TYPES}
    for content in doc.get("requestBody", {}).get("content", {}).values():
        if isinstance(content.get("schema"), SettingsSchema):
            content["schema"] = content["schema"].for_request(settings, None)
    describe_cache_control(doc, doc_info)
    describe_rate_limits(doc)
    describe_failures(doc, doc.pop(FAILURES), doc_info[PATH_FACTS])
    return doc
