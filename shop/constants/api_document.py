"""Introduction and order of groups in the OpenAPI document."""

# Groups of operations from the first that a client needs to the last. Others follow.
TAG_ORDER = (
    "auth", "items", "orders", "sessions", "constants", "errors", "users", "permissions", "stock", "repairs", "logs",
)  # fmt: skip
CONTACT_NAME = "Operator of this service"
LICENCE = "No licence was chosen yet"
INTRODUCTION = """\
Accounts, a catalogue and purchases that never sell a piece twice. Every answer is JSON in one envelope: decide by
`code`, show `message`, read `data`.

### A purchase in three steps

1. **Open an account**: [register](#/auth/register) with a name, an e-mail address and a password. Copy `access_token`
   from the answer, press *Authorize* and paste it there.
2. **Choose an item**: [listItems](#/items/listItems) needs no parameter. Take the `id` of an item.
3. **Buy it**: [purchaseItem](#/orders/purchaseItem) with that `item_id` and `{{"quantity": 1}}`. `202` means that the
   pieces are yours; [getOrder](#/orders/getOrder) shows the order, which is `confirmed` a moment later.

### Worth knowing

* `{header}` makes a write safe to repeat: the same key and the same request give the same answer, and buy once. The
  page `/docs` sends a fresh key each time that its example is left as it is.
* Every code has a page that says what to do: [/errors](/errors).
* Messages come in English and in traditional and simplified Chinese: `Accept-Language` or `lang`.
* Amounts are whole numbers in the smallest unit of the currency (`price_minor`), times are UTC with a `Z`.
"""
