// What a shopper's browser asks of the shop, for the k6 scripts beside this file.
//
//   BASE_URL   where the shop is; http://127.0.0.1:3000, which is `make up`, by default

import { check } from "k6";
import http from "k6/http";
import { Counter, Trend } from "k6/metrics";

const BASE_URL = (__ENV.BASE_URL || "http://127.0.0.1:3000").replace(/\/+$/, "");

// The test provider's card that is good.
const CARD = {
  number: "4242424242424242",
  expiryMonth: 12,
  expiryYear: 2039,
  securityCode: "123",
  holder: "Ada Lovelace",
};

export const ordersPaid = new Counter("orders_paid");
export const ordersSoldOut = new Counter("orders_sold_out");
export const orderToPaid = new Trend("order_to_paid", true);

// Requests are told apart by route, not by address, so that there are as many series as routes. A status that is not
// among the expected ones counts as failed.
function request(route, method, path, body, headers, statuses = [200]) {
  const params = {
    headers: { ...headers, ...(body && { "content-type": "application/json" }) },
    tags: { name: route },
    responseCallback: http.expectedStatuses(...statuses),
  };
  const response = http.request(method, BASE_URL + path, body ? JSON.stringify(body) : null, params);
  check(response, { [`${route} answers ${statuses.join(" or ")}`]: (r) => statuses.includes(r.status) });
  return response;
}

function json(response) {
  try {
    return response.json();
  } catch {
    return {};
  }
}

export function pick(list) {
  return list[Math.floor(Math.random() * list.length)];
}

export function health() {
  return request("GET /health", "GET", "/health");
}

export function page() {
  return request("GET /", "GET", "/");
}

export function listProducts(query = "limit=24&inStock=true") {
  return json(request("GET /api/products", "GET", `/api/products?${query}`)).items || [];
}

export function viewProduct(id) {
  return json(request("GET /api/products/id/:id", "GET", `/api/products/id/${id}`));
}

// What the mesh must keep to itself; neither answer tells whether there is something.
export function askForInternal(path) {
  return request("hidden paths", "POST", path, {}, {}, [403, 404]);
}

// An order for a guest, one piece of one variant. Undefined if somebody else had the last one, which is no failure of
// the shop: it may sell out, it must not sell what it hasn't.
export function placeOrder(variantId) {
  const body = {
    items: [{ variantId, quantity: 1 }],
    email: "load@example.com",
    name: "Ada Lovelace",
    locale: "en",
    shippingAddress: { line1: "12 rue des Lilas", postalCode: "75011", city: "Paris", country: "FR" },
  };
  const headers = { "idempotency-key": crypto.randomUUID() };
  const response = request("POST /api/orders", "POST", "/api/orders", body, headers, [201, 409]);
  const order = json(response);
  if (response.status === 409) {
    check(order, { "a conflict of an order is out_of_stock": (o) => o.code === "out_of_stock" });
    ordersSoldOut.add(1);
  }
  return response.status === 201 ? order : undefined;
}

export function pay(order) {
  const headers = { "idempotency-key": crypto.randomUUID(), "x-order-token": order.accessToken };
  const body = { orderId: order.id, card: CARD };
  const payment = json(request("POST /api/payments", "POST", "/api/payments", body, headers, [201]));
  check(payment, { "the payment succeeded": (p) => p.status === "succeeded" });
  return payment.status === "succeeded";
}

export function viewOrder(order) {
  const headers = { "x-order-token": order.accessToken };
  return json(request("GET /api/orders/:id", "GET", `/api/orders/${order.id}`, null, headers));
}

// The way of a shopper who only looks.
export function browse() {
  const items = listProducts();
  if (items.length > 0) {
    viewProduct(pick(items).id);
    viewProduct(pick(items).id);
  }
}

// The way of a shopper who buys.
export function buy() {
  const items = listProducts();
  if (items.length === 0) return;
  const product = viewProduct(pick(items).id);
  const variants = (product.variants || []).filter((variant) => variant.stock > 0);
  if (variants.length === 0) return;

  const started = Date.now();
  const order = placeOrder(pick(variants).id);
  if (order === undefined || !pay(order)) return;
  // `pay` tells the orders' service before it answers, so the order is confirmed by now.
  const confirmed = check(viewOrder(order), { "the paid order is confirmed": (o) => o.status === "confirmed" });
  if (confirmed) {
    ordersPaid.add(1);
    orderToPaid.add(Date.now() - started);
  }
}
