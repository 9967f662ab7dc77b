// Whether a shop that was just deployed works: one walk through it, everything right or the run fails.
//
//   k6 run tests/load/smoke.js
//   k6 run -e BASE_URL=https://… -e BUY=false tests/load/smoke.js     leaves no order behind; for production

import * as shop from "./shop.js";

const BUY = (__ENV.BUY || "true") === "true";

export const options = {
  vus: 1,
  iterations: 1,
  thresholds: {
    checks: ["rate==1"],
    http_req_failed: ["rate==0"],
    ...(BUY && { orders_paid: ["count==1"] }),
  },
};

export default function () {
  shop.health();
  shop.page();
  shop.browse();
  for (const path of ["/internal/orders/smoke/payment", "/events/send-email", "/events/settle-order"]) {
    shop.askForInternal(path);
  }
  if (BUY) {
    shop.buy();
  }
}
