/* openapi-generator, typescript-fetch: one purchase from the registration to the sign-out. */
import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { AuthApi, Configuration, ItemsApi, OrdersApi, SessionsApi } from "../typescript-fetch";

let token = "";
const configuration = new Configuration({ basePath: process.env.BASE, accessToken: () => token });
const [auth, items, orders, sessions] = [new AuthApi(configuration), new ItemsApi(configuration), new OrdersApi(configuration), new SessionsApi(configuration)];
const registerRequest = { name: "Ada", email: `${randomUUID()}@example.com`, password: "Correct-horse-battery-1" };
const registered = await auth.register({ registerRequest });
token = registered.data.accessToken;
const listed = await items.listItems({});
const itemId = listed.data.data[0].id as number;
const purchase = { itemId, purchaseItemRequest: { quantity: 1 }, idempotencyKey: randomUUID() };
const bought = await orders.purchaseItem(purchase);
assert.equal((await orders.purchaseItem(purchase)).data.id, bought.data.id);
assert.equal((await orders.getOrder({ orderId: bought.data.id })).data.id, bought.data.id);
const cancelled = await orders.cancelOrder({ orderId: bought.data.id, idempotencyKey: randomUUID() });
assert.equal(cancelled.data.status, "cancelled");
const refreshed = await sessions.refreshTokens({ refreshTokensRequest: { refreshToken: registered.data.refreshToken } });
token = refreshed.data.accessToken;
assert.equal((await sessions.logoutRaw({})).raw.status, 200);
