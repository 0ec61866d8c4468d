"""Defects of stock changes: cancellations, adjustments and credits."""

from tests.teeth.defect import defect, replace

CANCELLATION = "purchase/test_cancellation.py"
ADJUSTMENTS = "purchase/test_adjustments.py"

DEFECTS = (
    defect(
        "cancel_by_a_clerk_lowers_the_count_of_the_clerk",
        "A cancellation gives the pieces back to the limit of the buyer.",
        "services/stock_ledger.py",
        replace(
            "self._add_credit(item, order.quantity, order.user_id, **line)",
            "self._add_credit(item, order.quantity, caller.user_id, **line)",
        ),
        "purchase/test_owners.py::test_a_cancellation_by_a_clerk_gives_the_pieces_back_to_the_limit_of_the_buyer",
    ),
    defect(
        "cancel_by_a_clerk_in_the_name_of_the_buyer",
        "The ledger line of a cancellation names the user that cancelled.",
        "services/stock_ledger.py",
        replace('"actor": caller.user_id', '"actor": order.user_id', within="cancel"),
        "purchase/test_owners.py::test_the_ledger_names_the_clerk_and_the_order_its_buyer",
    ),
    defect(
        "stock_maximum_is_refused",
        "The stock can be raised to its maximum.",
        "services/stock_ledger.py",
        replace("if item.stock + adjustment.delta > STOCK_MAX:", "if item.stock + adjustment.delta >= STOCK_MAX:"),
        "purchase/test_adjustments.py::test_the_stock_can_be_raised_to_its_maximum",
    ),
    defect(
        "raised_stock_takes_pieces",
        "Setting the stock to a higher value takes no pieces out of the sale.",
        "services/stock_ledger.py",
        replace("max(0, -adjustment.delta)", "abs(adjustment.delta)"),
        f"{ADJUSTMENTS}::test_the_stock_is_set_when_it_equals_the_expected_stock",
    ),
    defect(
        "last_available_piece_cannot_be_taken",
        "An adjustment can take all available pieces.",
        "cache_managers/stock/lua/take.lua",
        replace("if avail < tonumber(ARGV[1]) then", "if avail <= tonumber(ARGV[1]) then"),
        "purchase/test_adjustments.py::test_an_adjustment_moves_both_stores[-10]",
    ),
    defect(
        "adjustment_shows_the_stock_of_before",
        "The response to an adjustment shows the stock after it.",
        "services/stock_ledger.py",
        replace("None if available is None else available + adjustment.delta", "available"),
        f"{ADJUSTMENTS}::test_an_adjustment_moves_both_stores",
    ),
    defect(
        "credit_out_of_order_is_applied",
        "Credits are applied in the order of their numbers.",
        "cache_managers/stock/lua/apply.lua",
        replace("if missing > 1 then return 'WAITS' end", ""),
        "purchase/test_credits.py::test_credits_that_arrive_out_of_order_are_applied_in_order",
    ),
    defect(
        "revised_item_without_its_time",
        "A change of an item sets the time of its last change.",
        "services/item.py",
        replace("item.updated_at = self.clock.now()", "pass", within="revise"),
        "http/test_catalogue.py::test_a_patch_changes_only_the_given_fields",
    ),
    defect(
        "created_item_without_actor",
        "The first ledger line of an item names the user that created it.",
        "services/item.py",
        replace('"actor": actor', '"actor": None', within="create"),
        "purchase/test_owners.py::test_the_first_ledger_line_names_the_administrator",
    ),
)
