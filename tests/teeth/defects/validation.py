"""Defects of the validation of requests."""

from tests.teeth.defect import defect, replace

FIELDS = "core/validation/test_fields.py"
COMPILED = "core/validation/test_compiled_schemas.py"
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
        "number_beyond_the_column",
        "A number fits into 64 bits.",
        "core/validation/fields.py",
        replace("if abs(value) > ID_MAX:", "if abs(value) > 2 * ID_MAX:"),
        f"{FIELDS}::test_a_value_that_is_no_whole_number_is_refused",
    ),
    defect(
        "longest_local_part_is_refused",
        "The part of an address before the @ may have 64 characters.",
        "core/validation/email_addresses.py",
        replace("> _LOCAL_MAX:", ">= _LOCAL_MAX:"),
        f"{TEXTS}::test_an_email_address_is_stripped_and_lower_cased",
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
        "unknown_field_on_the_fast_path",
        "A body with an unknown field is refused.",
        "core/validation/compiled_schemas.py",
        replace("return values if known == len(data) else None", "return values"),
        COMPILED,
    ),
    defect(
        "every_value_is_dumped_as_it_is",
        "The fast path of a schema dumps what marshmallow dumps.",
        "core/validation/compiled_schemas.py",
        replace("if type(value) not in unchanged:", "if value is missing:"),
        COMPILED,
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
        "catalogue/test_changes.py::test_an_item_may_be_free_of_charge",
    ),
)
