"""Defects of the validation of requests."""

from tests.teeth.defect import defect, replace

FIELDS = "core/validation/test_fields.py"
TEXTS = "core/validation/test_text_fields.py"

DEFECTS = (
    defect(
        "purchase_of_nothing",
        "A purchase is of at least one piece.",
        "constants/order.py",
        replace("QUANTITY_MIN = 1", "QUANTITY_MIN = 0"),
        "http/test_quantities.py::test_an_invalid_quantity_is_refused",
    ),
    defect(
        "truth_is_a_number",
        "`true` is no number.",
        "core/validation/fields.py",
        replace(
            "if isinstance(value, bool) or not isinstance(value, int | float)", "if not isinstance(value, int | float)"
        ),
        f"{FIELDS}::test_other_values_are_refused",
    ),
    defect(
        "number_beyond_the_column",
        "A number fits into 64 bits.",
        "core/validation/fields.py",
        replace("if abs(value) > ID_MAX:", "if abs(value) > 2 * ID_MAX:"),
        f"{FIELDS}::test_other_values_are_refused",
    ),
    defect(
        "password_without_capital",
        "A password has an upper case letter.",
        "validators/user.py",
        replace('re.search("[A-Z]", password)', 're.search("[A-Za-z]", password)'),
        "http/test_accounts.py::test_each_violated_password_rule_has_a_message",
    ),
    defect(
        "common_password_in_another_case",
        "A common password is refused in any case.",
        "core/crypto/passwords.py",
        replace("password.lower() in", "password in"),
        "core/crypto/test_passwords.py::test_every_password_of_the_list_is_common_in_any_case",
    ),
    defect(
        "longest_local_part_is_refused",
        "The part of an address before the @ may have 64 characters.",
        "core/validation/fields.py",
        replace("> _LOCAL_MAX:", ">= _LOCAL_MAX:"),
        TEXTS,
    ),
    defect(
        "control_characters_of_the_second_block",
        "A text has no control characters.",
        "core/validation/fields.py",
        replace(r'_CONTROL = r"\x00-\x1f\x7f-\x9f"', r'_CONTROL = r"\x00-\x1f"'),
        f"{TEXTS}::test_a_text_with_a_control_character_is_refused",
    ),
    defect(
        "adjustment_in_both_forms",
        "An adjustment is either a delta or a new value.",
        "checkers/stock_ledger.py",
        replace(
            'if set(body) - {"reason"} not in ({"delta"}, {"expected_stock", "stock"}):',
            'if not set(body) & {"delta", "expected_stock"}:',
        ),
        "purchase/test_adjustments.py::test_an_invalid_field_is_refused_with_its_code",
    ),
    defect(
        "name_and_address_at_once",
        "A sign-in has either a name or an address.",
        "checkers/user.py",
        replace('if ("email" in body) == ("name" in body):', 'if not ("email" in body or "name" in body):'),
        "http/test_sessions.py::test_signing_in_needs_either_a_name_or_an_email",
    ),
    defect(
        "pointer_escaped_in_the_wrong_order",
        "The JSON pointer of a field escapes tilde and slash.",
        "core/validation/errors.py",
        replace('step.replace("~", "~0").replace("/", "~1")', 'step.replace("/", "~1").replace("~", "~0")'),
        FIELDS,
    ),
    defect(
        "code_of_the_last_invalid_field",
        "The code of a failure is that of the first invalid field.",
        "core/validation/errors.py",
        replace(
            "for name, field in schema.fields.items()) return next",
            "for name, field in reversed(schema.fields.items()))\n    return next",
        ),
        f"{FIELDS}::test_the_code_is_that_of_the_first_invalid_field",
    ),
    defect(
        "page_of_any_size",
        "A page has at most a hundred rows.",
        "core/query/checker.py",
        replace("validate=Range(1, PER_PAGE_MAX)", "validate=Range(1, PER_PAGE_MAX + 1)"),
        "http/test_lists.py::test_an_invalid_query_is_refused",
    ),
    defect(
        "price_of_nothing_is_refused",
        "An item may be free of charge.",
        "validators/item.py",
        replace("validate=Range(0, PRICE_MAX_MINOR)", "validate=Range(1, PRICE_MAX_MINOR)"),
        "http/test_catalogue.py",
    ),
)
