/* @hey-api/openapi-ts: one purchase from the registration to the sign-out. */
import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { client } from "../hey-api/client.gen";
import * as shop from "../hey-api/sdk.gen";

client.setConfig({ baseUrl: process.env.BASE as string });
let token = "";
const auth = () => token;
const body = { name: "Ada", email: `${randomUUID()}@example.com`, password: "Correct-horse-battery-1" };
const { data: registered } = await shop.register({ body, throwOnError: true });
token = registered.data.access_token;
const { data: items } = await shop.listItems({ query: { searchJoin: "or", pagination: "page", per_page: 15 }, throwOnError: true });
const item_id = items.data.data[0].id as number;
const purchase = { path: { item_id }, body: { quantity: 1 }, headers: { "Idempotency-Key": randomUUID() }, auth, throwOnError: true as const };
const { data: bought } = await shop.purchaseItem(purchase);
const { data: replayed } = await shop.purchaseItem(purchase);
assert.equal(replayed.data.id, bought.data.id);
const path = { order_id: bought.data.id };
const { data: read } = await shop.getOrder({ path, auth, throwOnError: true });
assert.equal(read.data.id, bought.data.id);
const { data: cancelled } = await shop.cancelOrder({ path, headers: { "Idempotency-Key": randomUUID() }, auth, throwOnError: true });
assert.equal(cancelled.data.status, "cancelled");
const { data: refreshed } = await shop.refreshTokens({ body: { refresh_token: registered.data.refresh_token }, throwOnError: true });
token = refreshed.data.access_token;
assert.equal((await shop.logout({ auth, throwOnError: true })).response.status, 200);
