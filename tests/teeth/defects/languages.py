"""Defects of languages, the envelope and headers of responses."""

from tests.teeth.defect import defect, replace

DEFECTS = (
    defect(
        "cookie_before_query",
        "The language of the query precedes that of the cookie.",
        "core/i18n/languages.py",
        replace("for tag in (query_tag, cookie_tag) if tag", "for tag in (cookie_tag, query_tag) if tag"),
        "core/i18n/test_languages.py::test_the_query_precedes_the_cookie_and_the_cookie_the_header",
    ),
    defect(
        "refused_language_is_chosen",
        "A language of quality zero is not chosen.",
        "core/i18n/languages.py",
        replace("if quality > 0", "if quality >= 0"),
        "core/i18n/test_languages.py::test_the_accepted_language_of_highest_quality_is_chosen",
    ),
    defect(
        "server_error_is_an_error_of_the_client",
        "The status of the envelope is `fail` from 500 on.",
        "core/http/envelope.py",
        replace('"error" if status < 500 else "fail"', '"error" if status <= 500 else "fail"'),
        "core/http/test_envelope.py::test_the_code_decides_both_statuses",
    ),
    defect(
        "vary_without_authorization",
        "A shared cache keeps the responses of users apart.",
        "core/http/envelope.py",
        replace("Accept-Language, Authorization, Cookie", "Accept-Language, Cookie"),
        "http/test_tenant_names.py::test_vary_names_the_headers_that_select_the_tenant",
        "http/test_constants.py::test_lists_are_cacheable_by_language",
    ),
    defect(
        "location_of_the_item",
        "The location of a purchase is its order.",
        "controllers/order.py",
        replace("""f"/api/v1/orders/{order['id']}\"""", """f"/api/v1/items/{order['id']}\""""),
        "http/test_purchases.py::test_a_purchase_is_pending_and_then_confirmed",
    ),
    defect(
        "pending_order_is_created",
        "A pending order is answered with 202, a confirmed one with 201.",
        "controllers/order.py",
        replace("in (OrderStatus.PENDING, OrderStatus.REJECTED)", "in (OrderStatus.REJECTED,)"),
        "http/test_purchases.py::test_a_purchase_is_pending_and_then_confirmed",
    ),
    defect(
        "cors_without_vary",
        "A cache does not reuse a response for another origin.",
        "core/middleware/cors.py",
        replace('response.vary.add("Origin")', "pass"),
        "http/test_cors.py::test_other_origins_get_no_permission_and_vary_contains_origin",
    ),
    defect(
        "problem_although_json_comes_first",
        "Of two equally accepted media types the first one is preferred.",
        "core/http/negotiation.py",
        replace("sorted((PROBLEM, JSON), key=", "sorted((JSON, PROBLEM), reverse=True, key="),
        "http/test_problems.py::test_problem_details_are_sent_to_clients_that_prefer_them",
    ),
)
