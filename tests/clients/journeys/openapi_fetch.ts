/* openapi-typescript and openapi-fetch: one purchase from the registration to the sign-out. */
import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import createClient from "openapi-fetch";
import type { paths } from "../openapi-fetch/schema";

const client = createClient<paths>({ baseUrl: process.env.BASE });
const email = `${randomUUID()}@example.com`;
const registered = await client.POST("/api/v1/auth/register", {
  body: { name: "Ada", email, password: "Correct-horse-battery-1" },
});
assert.equal(registered.data?.code, 201101, JSON.stringify(registered.error));
const headers = { Authorization: `Bearer ${registered.data.data.access_token}` };
const items = await client.GET("/api/v1/items", { params: { query: { searchJoin: "or", pagination: "page", per_page: 15 } } });
const item = items.data?.data.data[0];
assert(item?.id, JSON.stringify(items.error));
const order = { params: { path: { item_id: item.id }, header: { "Idempotency-Key": randomUUID() } }, body: { quantity: 1 }, headers };
const bought = await client.POST("/api/v1/items/{item_id}/purchase", order);
const id = bought.data?.data.id;
assert(id, JSON.stringify(bought.error));
assert.equal((await client.POST("/api/v1/items/{item_id}/purchase", order)).data?.data.id, id);
const path = { order_id: id };
assert.equal((await client.GET("/api/v1/orders/{order_id}", { params: { path }, headers })).data?.data.id, id);
const cancelled = await client.POST("/api/v1/orders/{order_id}/cancel", {
  params: { path, header: { "Idempotency-Key": randomUUID() } },
  headers,
});
assert.equal(cancelled.data?.data.status, "cancelled", JSON.stringify(cancelled.error));
const refreshed = await client.POST("/api/v1/auth/refresh", { body: { refresh_token: registered.data.data.refresh_token } });
assert(refreshed.data, JSON.stringify(refreshed.error));
const signedOut = await client.POST("/api/v1/auth/logout", {
  headers: { Authorization: `Bearer ${refreshed.data.data.access_token}` },
});
assert.equal(signedOut.response.status, 200);
