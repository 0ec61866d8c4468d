"""Ways to make the books of a shop wrong by hand, and which invariants each of them breaks."""

from collections.abc import Callable
from uuid import UUID, uuid4

from tests.purchase.support.running_sale import Scene


def delete_a_sale(scene: Scene) -> None:
    scene.shop.change("DELETE FROM stock_ledger WHERE ref = %s", scene.second)


def delete_the_first_line(scene: Scene) -> None:
    scene.shop.change("DELETE FROM stock_ledger WHERE ref = %s", f"item:{scene.item}")


def sell_it_to_somebody_else(scene: Scene) -> None:
    scene.shop.change("UPDATE stock_ledger SET ref = %s WHERE ref = %s", str(uuid4()), scene.second)


def delete_an_order(scene: Scene) -> None:
    scene.shop.change("DELETE FROM orders WHERE id = %s", UUID(scene.second).bytes)


def make_an_order_larger(scene: Scene) -> None:
    scene.shop.change("UPDATE orders SET quantity = 2 WHERE id = %s", UUID(scene.second).bytes)


def renumber_an_order(scene: Scene) -> None:
    scene.shop.change("UPDATE orders SET seq = 9 WHERE id = %s", UUID(scene.second).bytes)
    scene.redis.hset(scene.gate, "seq", 9)


def insert_an_order(scene: Scene) -> None:
    columns = "tenant_id, item_id, user_id, quantity, unit_price_minor, total_minor, currency, status, epoch"
    columns += ", created_at, updated_at"
    sql = f"INSERT INTO orders (id, seq, {columns}) SELECT %s, 9, {columns} FROM orders WHERE id = %s"
    scene.shop.change(sql, uuid4().bytes, UUID(scene.second).bytes)


def change_the_stock(scene: Scene) -> None:
    scene.shop.change("UPDATE items SET stock = stock + 1 WHERE id = %s", scene.item)


def give_away_one_more(scene: Scene) -> None:
    scene.redis.hincrby(scene.gate, "avail", 1)


def forget_what_is_pending(scene: Scene) -> None:
    scene.redis.hset(scene.gate, "pend", 0)


def oversell(scene: Scene) -> None:
    scene.redis.hset(scene.gate, "avail", 100)
    scene.shop.buy(scene.item, scene.token, 8)
    scene.redis.hincrby(scene.gate, "avail", -93)


def set_the_numbers_back(scene: Scene) -> None:
    scene.redis.hset(scene.gate, "seq", 1)


def set_the_epoch_back(scene: Scene) -> None:
    scene.redis.hset(scene.gate, "epoch", 0)


def delete_the_receipt_of_a_written_order(scene: Scene) -> None:
    assert scene.redis.delete(scene.receipt(scene.second))


def delete_the_receipt_of_a_waiting_order(scene: Scene) -> None:
    assert scene.redis.delete(scene.receipt(scene.waiting))


def empty_the_outbox(scene: Scene) -> None:
    assert scene.redis.delete(scene.key("outbox"))


def pretend_it_is_sold_out(scene: Scene) -> None:
    scene.shop.drain(scene.item)
    scene.redis.hset(scene.gate, "avail", 0)


def cancel_without_a_return(scene: Scene) -> None:
    scene.shop.change("UPDATE orders SET status = 'cancelled' WHERE id = %s", UUID(scene.second).bytes)


def return_what_was_not_cancelled(scene: Scene) -> None:
    columns = "tenant_id, item_id, delta, ref, adj_seq, created_at"
    sql = f"INSERT INTO stock_ledger (reason, {columns}) SELECT 'return', tenant_id, item_id, 1, ref, 1, created_at"
    scene.shop.change(f"{sql} FROM stock_ledger WHERE ref = %s", scene.second)
    change_the_stock(scene)


def charge_more_than_was_said(scene: Scene) -> None:
    scene.shop.change("UPDATE orders SET unit_price_minor = 2 WHERE id = %s", UUID(scene.second).bytes)


def move_an_order_to_another_item(scene: Scene) -> None:
    other = scene.shop.offer(stock=10)
    scene.shop.change("UPDATE orders SET item_id = %s WHERE id = %s", other, UUID(scene.second).bytes)


def move_an_order_to_another_tenant(scene: Scene) -> None:
    scene.shop.change("UPDATE orders SET tenant_id = 2 WHERE id = %s", UUID(scene.second).bytes)


def move_a_sale_to_another_tenant(scene: Scene) -> None:
    scene.shop.change("UPDATE stock_ledger SET tenant_id = 2 WHERE ref = %s", scene.second)


def move_the_buyer_to_another_tenant(scene: Scene) -> None:
    scene.shop.change("UPDATE users SET tenant_id = 2 ORDER BY id DESC LIMIT 1")


def reject_what_was_promised(scene: Scene) -> None:
    lost = str(uuid4())
    scene.redis.set(scene.receipt(lost), f"R|{scene.in_the_name_of(scene.item, lost)}")


def lower_the_limit_in_the_same_epoch(scene: Scene) -> None:
    scene.shop.change("UPDATE items SET max_per_user = 1 WHERE id = %s", scene.item)


def let_an_order_wait_for_years(scene: Scene) -> None:
    body = scene.body
    scene.redis.delete(scene.key("outbox"))
    scene.redis.xadd(scene.key("outbox"), {"r": body}, id="1-1")


def reserve_what_does_not_exist(scene: Scene) -> None:
    lost = str(uuid4())
    body = scene.in_the_name_of(scene.item + 1, lost)
    scene.redis.xadd(scene.key("outbox"), {"r": body})
    scene.redis.set(scene.receipt(lost), f"P|{body}")


def confirm_what_does_not_exist(scene: Scene) -> None:
    lost = str(uuid4())
    scene.redis.set(scene.receipt(lost), f"C|{scene.in_the_name_of(scene.item + 1, lost)}")


def set_aside_without_a_receipt(scene: Scene) -> None:
    scene.redis.xadd(scene.key("dead"), {"r": scene.in_the_name_of(scene.item, str(uuid4())), "why": "a test"})


PLANTS: dict[Callable[[Scene], None], set[int]] = {
    delete_a_sale: {1, 2, 9},
    delete_the_first_line: {1},
    sell_it_to_somebody_else: {9},
    delete_an_order: {2, 6, 9, 10},
    make_an_order_larger: {2, 8, 9},
    renumber_an_order: {10},
    insert_an_order: {2, 7, 9, 10, 11},
    change_the_stock: {1, 3},
    give_away_one_more: {3},
    forget_what_is_pending: {4},
    oversell: {5},
    set_the_numbers_back: {11},
    set_the_epoch_back: {3, 4},
    delete_the_receipt_of_a_written_order: {7},
    delete_the_receipt_of_a_waiting_order: {4},
    empty_the_outbox: {3, 4},
    pretend_it_is_sold_out: {3, 15},  # 15 is the worst case of 3
    cancel_without_a_return: {2},
    return_what_was_not_cancelled: {2},
    charge_more_than_was_said: {8},
    move_an_order_to_another_item: {2, 6, 7, 8, 9, 10, 11},
    move_an_order_to_another_tenant: {8, 16},
    move_a_sale_to_another_tenant: {16},
    move_the_buyer_to_another_tenant: {16},
    reject_what_was_promised: {12},
    lower_the_limit_in_the_same_epoch: {13},
    let_an_order_wait_for_years: {14},
    reserve_what_does_not_exist: {14},
    confirm_what_does_not_exist: {6},
    set_aside_without_a_receipt: {3, 4},
}
