"""The accounts and items of a demonstration; production has none of them."""

from shop.constants.item import ItemStatus

DEMO_ADMIN_EMAIL = "admin@example.com"
DEMO_ADMIN_PASSWORD = "Admin-demo-1"  # noqa: S105 - printed at every start, on purpose
BUYER_EMAIL = "buyer@example.com"
BUYER_PASSWORD = "Buyer-demo-1"  # noqa: S105 - printed at every start, on purpose
DEMO_ITEMS = (
    {"name": "Concert ticket", "price_minor": 248_000, "currency": "TWD", "stock": 100, "status": ItemStatus.ON_SALE},
    {"name": "Limited print", "price_minor": 8_900, "currency": "EUR", "stock": 25, "status": ItemStatus.ON_SALE}
    | {"max_per_user": 2},
    {"name": "Coming soon", "price_minor": 1_500, "currency": "EUR", "stock": 10, "status": ItemStatus.DRAFT},
)
