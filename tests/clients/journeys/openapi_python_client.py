"""Purchase by the client of openapi-python-client, from the registration to the sign-out."""

import os
from uuid import uuid4

from shop_client import AuthenticatedClient, Client
from shop_client.api.auth import register
from shop_client.api.items import list_items
from shop_client.api.orders import cancel_order, get_order, purchase_item
from shop_client.api.sessions import logout, refresh_tokens
from shop_client.models import PurchaseItemRequest, RefreshTokensRequest, RegisterRequest

BASE = os.environ["BASE"]
client = Client(base_url=BASE)
account = RegisterRequest(name="Ada", email=f"{uuid4()}@example.com", password="Correct-horse-battery-1")
registered = register.sync(client=client, body=account).data
item = list_items.sync(client=client).data.data[0]
caller = AuthenticatedClient(base_url=BASE, token=registered.access_token)
key, body = str(uuid4()), PurchaseItemRequest(quantity=1)
bought, replayed = (purchase_item.sync(item.id, client=caller, body=body, idempotency_key=key).data for _ in range(2))
assert bought.id == replayed.id
assert get_order.sync(bought.id, client=caller).data.id == bought.id
assert cancel_order.sync(bought.id, client=caller, idempotency_key=str(uuid4())).data.status == "cancelled"
tokens = refresh_tokens.sync(client=client, body=RefreshTokensRequest(refresh_token=registered.refresh_token)).data
last = AuthenticatedClient(base_url=BASE, token=tokens.access_token)
assert logout.sync_detailed(client=last).status_code == 200
