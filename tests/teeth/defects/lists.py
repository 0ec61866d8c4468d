"""Defects of lists: pages, cursors, search and order."""

from tests.teeth.defect import defect, replace

PAGES = "lists/test_pages.py"

DEFECTS = (
    defect(
        "no_link_after_the_last_page",
        "The page after the last one links to the last one.",
        "core/pagination/pages.py",
        replace("1 < self.request.page <= pages + 1", "1 < self.request.page <= pages"),
        "core/pagination/test_pages.py::test_the_page_behind_the_last_one_links_to_it",
    ),
    defect(
        "cursor_skips_a_row",
        "Following cursors shows every row once.",
        "core/database/select.py",
        replace("selected[per_page - 1] if", "selected[per_page] if"),
        "lists/test_cursors.py::test_following_cursors_returns_the_same_rows_as_one_page",
    ),
    defect(
        "cursor_of_another_junction",
        "A cursor is valid for its search only, joined by the same word.",
        "core/query/query.py",
        replace("(list_id, self.terms, self.match_all, self.order)", "(list_id, self.terms, False, self.order)"),
        "lists/test_cursors.py::test_a_cursor_is_valid_for_its_search_and_order_only",
    ),
    defect(
        "link_loses_parameters",
        "The link to the next page keeps every other parameter.",
        "core/pagination/links.py",
        replace("urlencode({**changes, **kept})", "urlencode(changes or kept)"),
        f"{PAGES}::test_links_keep_every_other_parameter",
    ),
    defect(
        "pair_of_equal_values_is_refused",
        "A range of one value is a range.",
        "core/query/search.py",
        replace("values[0] <= values[1]", "values[0] < values[1]"),
        "lists/test_search.py::test_every_operator_finds_the_matching_rows",
    ),
    defect(
        "most_values_are_refused",
        "A comparison may have exactly as many values as the limit.",
        "core/query/search.py",
        replace("if len(parts) > VALUES_MAX:", "if len(parts) >= VALUES_MAX:"),
        "lists/test_search.py::test_a_comparison_may_have_as_many_values_as_the_limit",
    ),
    defect(
        "count_of_orders_as_count_of_pieces",
        "A user is listed with the number of its orders.",
        "repositories/order.py",
        replace("func.count(Order.id)", "func.sum(Order.quantity)"),
        "lists/test_fields_and_includes.py::test_related_rows_are_counted",
    ),
    defect(
        "one_included_order_too_few",
        "A user is included with as many orders as documented.",
        "repositories/order.py",
        replace("ranked.c.place <= limit", "ranked.c.place < limit"),
        "lists/test_fields_and_includes.py::test_a_related_row_of_a_related_row_is_included",
    ),
    defect(
        "list_of_the_orders_of_all_users",
        "A user lists only own orders.",
        "repositories/order.py",
        replace("Criteria().push(Order.user_id == user_id)", "Criteria().push(Order.user_id > 0)"),
        "http/test_users.py::test_the_orders_permission_shows_all_orders_of_the_own_tenant",
        "http/test_purchases.py::test_own_orders_are_paged_newest_first",
    ),
    defect(
        "ledger_of_all_items",
        "The ledger of an item has only lines of that item.",
        "repositories/stock_ledger.py",
        replace("Criteria().push(StockLedger.item_id == item_id)", "Criteria().push(StockLedger.item_id >= item_id)"),
        "purchase/test_written_rows.py::test_the_ledger_of_an_item_has_its_own_lines_only",
    ),
    defect(
        "columns_of_the_order_exchanged",
        "A list is searched in the column of the named field.",
        "repositories/order.py",
        replace('"total_minor": Order.total_minor', '"total_minor": Order.unit_price_minor'),
        "lists/test_search.py::test_each_whole_number_is_searched_and_sorted_by_its_own_column",
    ),
)
