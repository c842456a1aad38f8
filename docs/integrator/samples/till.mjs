// A till in JavaScript (Node 20 or newer, no packages): takes a payment, waits
// for its end, refunds.
//
//     POSAGENT_TOKEN=... node till.mjs URL REFERENCE AMOUNT CODE [REFUND]
//
// Run it again when it broke off: on the same business day the same reference is
// the same sale, and has the same refund. On a later day it is a new sale: look at
// the charges first. In a browser the same calls work from a page whose origin is in
// [api] origins.
const [base, reference, amount, code, refund] = process.argv.slice(2);
const underWay = ["prepared", "sent", "pending", "indoubt", "reversing"];
const pause = (ms) => new Promise((done) => setTimeout(done, ms));

/** One wish under one key: a call that got no answer is repeated as it was. */
async function call(method, path, body, key = crypto.randomUUID()) {
  const headers = { Authorization: `Bearer ${process.env.POSAGENT_TOKEN}`, "Content-Type": "application/json" };
  if (method === "POST") headers["Idempotency-Key"] = key;
  for (let tries = 0; tries < 5; tries++) {
    let answer, said;
    try {
      answer = await fetch(base + path, { method, headers, body: body && JSON.stringify(body), signal: AbortSignal.timeout(30_000) });
      said = await answer.json();
    } catch {
      await pause(1000);
      continue;
    }
    if (answer.ok) return said;
    if (answer.status >= 500) {
      await pause(1000);
      continue;
    }
    console.error(answer.status, said.why, said.text_en ?? said.detail);
    process.exit(1);
  }
  console.error("the agent does not answer: look at the charges before you try again");
  process.exit(1);
}

let sale = await call("POST", "/v1/sales", { reference, amount: Number(amount), currency: "JPY" });
// Else it has had its code before this program broke off.
if (sale.state === "prepared") sale = await call("POST", `/v1/sales/${sale.id}/code`, { text: code });
while (underWay.includes(sale.state)) sale = await call("GET", `/v1/sales/${sale.id}?wait=10s`); // a doubt is no error
console.log(sale.state, sale.goods, sale.charge_key);
if (sale.goods !== "hand_over") process.exit(3);
if (refund) {
  let back = await call("POST", "/v1/refunds", { charge_key: sale.charge_key, amount: Number(refund) }, `refund of ${sale.charge_key}`);
  while (["prepared", "forwarding"].includes(back.state)) {
    await pause(1000);
    back = await call("GET", `/v1/charges/${back.key}`);
  }
  console.log("refund", back.state, back.amount);
}
