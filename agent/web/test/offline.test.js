// The wallet is away: a code that the phone has signed pays all the same, the
// page says that this is no approval, and the money is collected when the
// wallet is back. What is over a limit is told with what is left of it.
import assert from "node:assert/strict";
import { test } from "node:test";
import { demo, signIn, stage, till } from "./support/stage.js";

stage();

/** A sale that is scanned for with a code that the phone has signed. @param {string} amount */
async function signed(amount) {
  await till.sell(amount);
  demo.scan((await demo.posctl("demo", "code", "--signed", "--carrier", "decimal")).trim());
}

const queue = async () => JSON.parse(await demo.posctl("queue", "list", "--json"));

test("a signed code pays while the wallet is away, and is collected afterwards", async () => {
  await signIn();
  await demo.posctl("demo", "wallet", "stop");
  await signed("1280");
  await till.on("queued");
  await till.shot("31-queued-ja");
  const text = await till.page.locator("main").innerText();
  assert.match(text, /オフラインで受け付けました/);
  assert.match(text, /承認ではありません/);
  await till.page.tap("#storecopy");
  await till.page.locator("#storecopy:enabled").waitFor();
  assert.equal(await till.page.locator("#fault").count(), 0);
  const before = await queue();
  assert.equal(before.count, 1);
  assert.equal(before.amount, 1280);
  await demo.posctl("demo", "wallet", "start");
  for (let n = 0; (await queue()).count > 0; n++) {
    assert.ok(n < 300, "it is not collected");
    await new Promise((go) => setTimeout(go, 200));
  }
  const [charge] = JSON.parse(await demo.posctl("charges", "--json")).charges;
  assert.equal(charge.state, "approved");
  assert.equal(charge.key, before.charges[0].key);
  const report = JSON.parse(await demo.posctl("reconcile", "--json"));
  assert.equal(report.equal, true, JSON.stringify(report));
});

test("over a limit the cashier reads what is left, and the sale goes on", async () => {
  await signIn();
  await demo.posctl("demo", "wallet", "stop");
  await signed("3001");
  await till.page.getByText("一回で受け付けられる額を超えています").first().waitFor();
  await till.shot("32-over-a-limit-ja");
  assert.match(await till.page.locator("body").innerText(), /残り 3000 JPY/);
  await demo.posctl("demo", "wallet", "start");
});
