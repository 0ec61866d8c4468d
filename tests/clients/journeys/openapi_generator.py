"""Purchase by the Python client of openapi-generator, from the registration to the sign-out."""

import os
from uuid import uuid4

import shop_client

configuration = shop_client.Configuration(host=os.environ["BASE"])
client = shop_client.ApiClient(configuration)
auth, items = shop_client.AuthApi(client), shop_client.ItemsApi(client)
orders, sessions = shop_client.OrdersApi(client), shop_client.SessionsApi(client)
account = shop_client.RegisterRequest(name="Ada", email=f"{uuid4()}@example.com", password="Correct-horse-battery-1")
registered = auth.register(account).data
configuration.access_token = registered.access_token
item = items.list_items().data.data[0]
key, body = str(uuid4()), shop_client.PurchaseItemRequest(quantity=1)
bought, replayed = (orders.purchase_item(item.id, body, idempotency_key=key).data for _ in range(2))
assert bought.id == replayed.id
assert orders.get_order(order_id=bought.id).data.id == bought.id
assert orders.cancel_order(order_id=bought.id, idempotency_key=str(uuid4())).data.status == "cancelled"
refresh = shop_client.RefreshTokensRequest(refresh_token=registered.refresh_token)
configuration.access_token = sessions.refresh_tokens(refresh).data.access_token
assert sessions.logout_with_http_info().status_code == 200
