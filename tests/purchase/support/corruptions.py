"""Corruptions of a shop's data, and the invariants that each one breaks."""

from collections.abc import Callable
from uuid import UUID, uuid4

from tests.purchase.support.changed_orders import change_a_waiting_entry, change_an_order
from tests.purchase.support.running_sale import RunningSale


def delete_a_sale(scene: RunningSale) -> None:
    scene.shop.change_row("DELETE FROM stock_ledger WHERE ref = %s", scene.second)


def delete_the_first_line(scene: RunningSale) -> None:
    scene.shop.change_row("DELETE FROM stock_ledger WHERE ref = %s", f"item:{scene.item}")


def assign_the_sale_to_another_order(scene: RunningSale) -> None:
    scene.shop.change_row("UPDATE stock_ledger SET ref = %s WHERE ref = %s", str(uuid4()), scene.second)


def delete_an_order(scene: RunningSale) -> None:
    scene.shop.change_row("DELETE FROM orders WHERE id = %s", UUID(scene.second).bytes)


def make_an_order_larger(scene: RunningSale) -> None:
    scene.shop.change_row("UPDATE orders SET quantity = 5 WHERE id = %s", UUID(scene.second).bytes)


def renumber_an_order(scene: RunningSale) -> None:
    scene.shop.change_row("UPDATE orders SET seq = 9 WHERE id = %s", UUID(scene.second).bytes)
    scene.redis.hset(scene.gate_key, "seq", 9)


def insert_an_order(scene: RunningSale) -> None:
    columns = "tenant_id, item_id, user_id, quantity, unit_price_minor, total_minor, currency, status, epoch"
    columns += ", created_at, updated_at"
    sql = f"INSERT INTO orders (id, seq, {columns}) SELECT %s, 9, {columns} FROM orders WHERE id = %s"
    scene.shop.change_row(sql, uuid4().bytes, UUID(scene.second).bytes)


def change_the_stock(scene: RunningSale) -> None:
    scene.shop.change_row("UPDATE items SET stock = stock + 1 WHERE id = %s", scene.item)


def add_an_available_piece(scene: RunningSale) -> None:
    scene.redis.hincrby(scene.gate_key, "avail", 1)


def reset_the_pending_count(scene: RunningSale) -> None:
    scene.redis.hset(scene.gate_key, "pend", 0)


def oversell(scene: RunningSale) -> None:
    left = int(scene.shop.gate(scene.item)["avail"])
    scene.redis.hset(scene.gate_key, "avail", 100)
    scene.shop.buy(scene.item, scene.token, 8)
    scene.redis.hset(scene.gate_key, "avail", left - 8)


def set_the_numbers_back(scene: RunningSale) -> None:
    scene.redis.hset(scene.gate_key, "seq", 1)


def set_the_epoch_back(scene: RunningSale) -> None:
    scene.redis.hset(scene.gate_key, "epoch", 0)


def delete_the_receipt_of_a_written_order(scene: RunningSale) -> None:
    assert scene.redis.delete(scene.receipt_key(scene.second))


def delete_the_receipt_of_a_waiting_order(scene: RunningSale) -> None:
    assert scene.redis.delete(scene.receipt_key(scene.waiting))


def empty_the_outbox(scene: RunningSale) -> None:
    assert scene.redis.delete(scene.partition_key("outbox"))


def set_the_stock_to_sold_out(scene: RunningSale) -> None:
    scene.shop.drain(scene.item)
    scene.redis.hset(scene.gate_key, "avail", 0)


def cancel_without_a_return(scene: RunningSale) -> None:
    scene.shop.change_row("UPDATE orders SET status = 'cancelled' WHERE id = %s", UUID(scene.second).bytes)


def return_an_uncancelled_order(scene: RunningSale) -> None:
    columns = "tenant_id, item_id, delta, ref, adj_seq, created_at"
    sql = (
        f"INSERT INTO stock_ledger (reason, {columns}) SELECT 'return', tenant_id, item_id, -delta, ref, 1, created_at"
    )
    scene.shop.change_row(f"{sql} FROM stock_ledger WHERE ref = %s", scene.second)
    scene.shop.change_row("UPDATE items SET stock = stock + 2 WHERE id = %s", scene.item)


def move_an_order_to_another_item(scene: RunningSale) -> None:
    other = scene.shop.offer(stock=10)
    scene.shop.change_row("UPDATE orders SET item_id = %s WHERE id = %s", other, UUID(scene.second).bytes)


def move_an_order_to_another_tenant(scene: RunningSale) -> None:
    scene.shop.change_row("UPDATE orders SET tenant_id = 2 WHERE id = %s", UUID(scene.second).bytes)


def move_a_sale_to_another_tenant(scene: RunningSale) -> None:
    scene.shop.change_row("UPDATE stock_ledger SET tenant_id = 2 WHERE ref = %s", scene.second)


def move_the_buyer_to_another_tenant(scene: RunningSale) -> None:
    scene.shop.change_row("UPDATE users SET tenant_id = 2 ORDER BY id DESC LIMIT 1")


def reject_a_reserved_order(scene: RunningSale) -> None:
    lost = str(uuid4())
    scene.redis.set(scene.receipt_key(lost), f"R|{scene.with_item_and_order(scene.item, lost)}")


def lower_the_limit_in_the_same_epoch(scene: RunningSale) -> None:
    scene.shop.change_row("UPDATE items SET max_per_user = 1 WHERE id = %s", scene.item)


def let_an_order_wait_for_years(scene: RunningSale) -> None:
    body = scene.waiting_entry
    scene.redis.delete(scene.partition_key("outbox"))
    scene.redis.xadd(scene.partition_key("outbox"), {"r": body}, id="1-1")


def reserve_an_unknown_item(scene: RunningSale) -> None:
    lost = str(uuid4())
    body = scene.with_item_and_order(scene.item + 1, lost)
    scene.redis.xadd(scene.partition_key("outbox"), {"r": body})
    scene.redis.set(scene.receipt_key(lost), f"P|{body}")


def confirm_an_order_of_an_unknown_item(scene: RunningSale) -> None:
    lost = str(uuid4())
    scene.redis.set(scene.receipt_key(lost), f"C|{scene.with_item_and_order(scene.item + 1, lost)}")


def add_a_dead_letter_without_a_receipt(scene: RunningSale) -> None:
    scene.redis.xadd(
        scene.partition_key("dead"), {"r": scene.with_item_and_order(scene.item, str(uuid4())), "why": "a test"}
    )


CORRUPTIONS: dict[Callable[[RunningSale], None], set[int]] = {
    delete_a_sale: {1, 2, 9},
    delete_the_first_line: {1},
    assign_the_sale_to_another_order: {9},
    delete_an_order: {2, 6, 9, 10},
    make_an_order_larger: {2, 8, 9, 17},
    renumber_an_order: {10},
    insert_an_order: {2, 7, 9, 10, 11},
    change_the_stock: {1, 3},
    add_an_available_piece: {3},
    reset_the_pending_count: {4},
    oversell: {5},
    set_the_numbers_back: {11},
    set_the_epoch_back: {3, 4},
    delete_the_receipt_of_a_written_order: {7},
    delete_the_receipt_of_a_waiting_order: {4},
    empty_the_outbox: {3, 4},
    set_the_stock_to_sold_out: {3, 15},  # 15 is the worst case of 3
    cancel_without_a_return: {2},
    return_an_uncancelled_order: {2},
    change_an_order("unit_price_minor = 7"): {8, 17},
    change_an_order("total_minor = total_minor + 1"): {17},
    change_an_order("total_minor = unit_price_minor"): {17},
    change_an_order("total_minor = quantity"): {17},
    # A price that is the same in all columns differs from the acknowledged one.
    change_an_order("unit_price_minor = 7, total_minor = 14"): {8},
    change_an_order("currency = 'XTS'"): {8},
    change_a_waiting_entry(5, "7"): {8},
    change_a_waiting_entry(6, "XTS"): {8},
    move_an_order_to_another_item: {2, 6, 7, 8, 9, 10, 11},
    move_an_order_to_another_tenant: {8, 16},
    move_a_sale_to_another_tenant: {16},
    move_the_buyer_to_another_tenant: {16},
    reject_a_reserved_order: {12},
    lower_the_limit_in_the_same_epoch: {13},
    let_an_order_wait_for_years: {14},
    reserve_an_unknown_item: {14},
    confirm_an_order_of_an_unknown_item: {6},
    add_a_dead_letter_without_a_receipt: {3, 4},
}
