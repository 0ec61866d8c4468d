"""Defects of purchases: reservation, limits, direct sales and replays."""

from tests.teeth.defect import defect, replace

DEFECTS = (
    defect(
        "limit_one_too_low",
        "A buyer may buy exactly as many pieces as the limit.",
        "cache_managers/stock/lua/reserve.lua",
        replace("if bought + quantity > tonumber(item[6])", "if bought + quantity >= tonumber(item[6])"),
        "purchase/test_strategies.py::test_no_buyer_exceeds_the_limit[script]",
    ),
    defect(
        "optimistic_lock_limit_one_too_low",
        "Every strategy allows as many pieces as the limit.",
        "cache_managers/optimistic_lock.py",
        replace("+ arguments.quantity > int(gate.limit)", "+ arguments.quantity >= int(gate.limit)"),
        "purchase/test_strategies.py::test_no_buyer_exceeds_the_limit[watch]",
    ),
    defect(
        "optimistic_lock_counts_one_piece",
        "A purchase of several pieces counts all of them as pending.",
        "cache_managers/optimistic_lock.py",
        replace('"pend", arguments.quantity', '"pend", 1'),
        "purchase/test_strategy_equivalence.py",
    ),
    defect(
        "direct_sale_counts_cancelled_orders",
        "A cancelled order does not count towards the limit of a direct sale.",
        "repositories/order.py",
        replace(
            "confirmed = (Order.user_id == user_id, Order.item_id == item_id, Order.status == OrderStatus.CONFIRMED)",
            "confirmed = (Order.user_id == user_id, Order.item_id == item_id)",
            within="count_units",
        ),
        "purchase/test_owners.py::test_only_uncancelled_pieces_of_the_own_buyer_and_item_count_into_the_limit[db]",
    ),
    defect(
        "direct_sale_limit_of_all_buyers",
        "The limit of a direct sale counts the pieces of its buyer only.",
        "repositories/order.py",
        replace(
            "(Order.user_id == user_id, Order.item_id == item_id,", "(Order.item_id == item_id,", within="count_units"
        ),
        "purchase/test_owners.py::test_only_uncancelled_pieces_of_the_own_buyer_and_item_count_into_the_limit[db]",
    ),
    defect(
        "repeated_direct_sale_keeps_the_pieces",
        "A repeated direct purchase returns the pieces that its repetition took.",
        "services/direct_sale.py",
        replace("if taken: self.items.put_back(purchase.item_id, purchase.quantity)", "pass"),
        "purchase/test_strategies.py::test_the_same_key_again_is_the_same_order[db]",
    ),
    defect(
        "direct_sale_without_total",
        "The total of a direct sale is the price of all its pieces.",
        "services/direct_sale.py",
        replace("total_minor=item.price_minor * purchase.quantity", "total_minor=item.price_minor"),
        "purchase/test_strategies.py::test_an_accepted_purchase_is_an_order[db]",
    ),
    defect(
        "pending_order_with_price_of_one_piece",
        "The total of a pending order is the price of all its pieces.",
        "combinations/order.py",
        replace("reservation.unit_price_minor * reservation.quantity", "reservation.unit_price_minor"),
        "purchase/test_strategies.py::test_an_accepted_purchase_is_an_order[script]",
    ),
    defect(
        "key_of_a_larger_purchase_is_accepted",
        "A key that was used for another quantity is refused.",
        "services/purchase/__init__.py",
        replace("if reservation.quantity != purchase.quantity:", "if reservation.quantity < purchase.quantity:"),
        "purchase/test_purchase_keys.py::test_a_smaller_purchase_with_the_key_of_a_written_order_is_refused[script]",
    ),
    defect(
        "sold_out_refuses_what_fits",
        "A purchase of exactly the remaining pieces is not refused from memory.",
        "services/purchase/__init__.py",
        replace(
            "if left is not None and left < purchase.quantity:", "if left is not None and left <= purchase.quantity:"
        ),
        "purchase/test_sold_out.py::test_a_smaller_purchase_that_fits_is_accepted",
    ),
    defect(
        "lost_receipt_by_seconds",
        "A repeated key finds its order in the database for as long as receipts live.",
        "services/purchase/__init__.py",
        replace("self.stock.receipt_life * 10**6", "self.stock.receipt_life"),
        "purchase/test_strategy_change.py::test_a_repeated_key_returns_its_order_after_a_change_from_db",
        "purchase/test_direct_sale.py::test_a_repeated_key_returns_its_order_after_a_change_of_strategy",
    ),
)
