// The shop under its usual mix: many who look, some who buy. Arrivals are open (they don't wait for answers), so a slow
// shop is not spared.
//
//   k6 run tests/load/mix.js                                  against `make up`
//   k6 run -e BASE_URL=https://… -e VIEWS=50 -e ORDERS=60 -e DURATION=5m tests/load/mix.js
//
//   VIEWS      shoppers a second who look (three requests each)
//   ORDERS     shoppers a minute who buy; each takes one piece of stock for good
//   DURATION   how long the full load is held
//
// It fails on a crossed threshold: k6 leaves with 99.

import * as shop from "./shop.js";

const VIEWS = Number(__ENV.VIEWS || 20);
const ORDERS = Number(__ENV.ORDERS || 30);
const DURATION = __ENV.DURATION || "2m";

export const options = {
  scenarios: {
    browse: {
      executor: "ramping-arrival-rate",
      exec: "browse",
      startRate: 1,
      timeUnit: "1s",
      stages: [
        { duration: "30s", target: VIEWS },
        { duration: DURATION, target: VIEWS },
      ],
      preAllocatedVUs: 2 * VIEWS,
      maxVUs: 10 * VIEWS,
    },
    buy: {
      executor: "constant-arrival-rate",
      exec: "buy",
      startTime: "30s",
      rate: ORDERS,
      timeUnit: "1m",
      duration: DURATION,
      preAllocatedVUs: 10,
      maxVUs: 100,
    },
  },
  thresholds: {
    checks: ["rate>0.999"],
    // A shop that is down is left alone instead of being hammered to the end.
    http_req_failed: ["rate<0.001", { threshold: "rate<0.2", abortOnFail: true, delayAbortEval: "15s" }],
    dropped_iterations: ["count<10"],
    "http_req_duration{name:GET /api/products}": ["p(95)<150", "p(99)<400"],
    "http_req_duration{name:GET /api/products/id/:id}": ["p(95)<100", "p(99)<300"],
    "http_req_duration{name:POST /api/orders}": ["p(95)<300", "p(99)<800"],
    "http_req_duration{name:POST /api/payments}": ["p(95)<500", "p(99)<1200"],
    order_to_paid: ["p(95)<1000"],
    orders_paid: ["count>0"],
  },
};

export function setup() {
  shop.health();
}

export function browse() {
  shop.browse();
}

export function buy() {
  shop.buy();
}
