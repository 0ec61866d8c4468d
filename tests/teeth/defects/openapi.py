"""Defects of the OpenAPI document."""

from tests.teeth.defect import defect, replace

DOCUMENT = "openapi/test_document.py"
LIMITS = "openapi/test_rate_limits.py"

DEFECTS = (
    defect(
        "too_many_requests_without_retry_after",
        "The document names the header Retry-After of a 429 response.",
        "core/openapi/envelopes.py",
        replace('429: {"Retry-After": _describe_header("Seconds to wait.", **_RETRY)},', ""),
        f"{LIMITS}::test_retryable_failures_document_retry_after",
    ),
    defect(
        "key_of_a_purchase_is_required",
        "The document says which writes need an idempotency key.",
        "core/idempotency/policy.py",
        replace('"required": is_required(policy, settings)', '"required": settings.idempotency_required'),
        f"{DOCUMENT}::test_an_idempotency_key_is_required_except_for_a_purchase",
    ),
    defect(
        "written_order_is_not_documented",
        "A purchase documents both statuses of an accepted order.",
        "controllers/order.py",
        replace("errors=_PURCHASE_ERRORS, other_statuses=_WRITTEN)", "errors=_PURCHASE_ERRORS)"),
        f"{DOCUMENT}::test_a_purchase_documents_the_accepted_and_the_written_order",
    ),
    defect(
        "conditional_read_is_not_documented",
        "A read with an entity tag documents 304.",
        "core/api/conditional.py",
        replace('if verb == "GET":', 'if verb == "HEAD":'),
        "openapi/test_entity_tags.py::test_operations_with_entity_tags_document_conditional_reads",
    ),
    defect(
        "limits_of_failures_are_not_documented",
        "Every response documents the rate limit headers.",
        "core/openapi/envelopes.py",
        replace("(_FAILURE_HEADERS if status >= 400 else {})", "(RATE_LIMIT_HEADERS if status > 500 else {})"),
        f"{LIMITS}::test_every_response_documents_the_rate_limit_headers",
    ),
    defect(
        "order_with_a_field_of_another_name",
        "Every response conforms to the document.",
        "schemas/order.py",
        replace("updated_at = Moment(", "changed_at = Moment("),
        "http/test_all_routes.py::test_every_route_conforms_on_success",
    ),
)
