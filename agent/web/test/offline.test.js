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
  assert.match(await till.text('[data-chip="offline"]'), /受付中 · 待ち 1件 ¥1,280\s+残り ¥98,720・199件・23時間5\d分/);
  const before = await queue();
  assert.equal(before.count, 1);
  assert.equal(before.amount, 1280);
  await till.page.tap("#next");
  await till.on("amount");
  await till.page.locator('[data-chip="offline"].look').focus();
  assert.match(await till.text("#offline-tip"), /署名されたコードだけ.*1件、合計 ¥1,280.*あと 199件、合計 ¥98,720/s);
  await till.look("33-waiting-ja");
  await till.page.tap("#language");
  await till.page.locator('[data-chip="offline"]').focus();
  assert.match(await till.text('[data-chip="offline"]'), /on · 1 waiting, ¥1,280\s+left: ¥98,720 · 199 more · 23 h 5\d min/);
  await till.look("34-waiting-en");
  await till.page.setViewportSize({ width: 390, height: 844 });
  await till.look("35-waiting-phone-en");
  await demo.posctl("demo", "wallet", "start");
  for (let n = 0; (await queue()).count > 0; n++) {
    assert.ok(n < 300, "it is not collected");
    await new Promise((go) => setTimeout(go, 200));
  }
  const [charge] = JSON.parse(await demo.posctl("charges", "--json")).charges;
  assert.equal(charge.state, "approved");
  assert.equal(charge.key, before.charges[0].key);
  await till.page.locator('[data-chip="offline"]').waitFor({ state: "detached" }); // by the stream, not by a reload
  const report = JSON.parse(await demo.posctl("reconcile", "--json"));
  assert.equal(report.equal, true, JSON.stringify(report));
});

test("the manager sees the list, and collects at once", async () => {
  await demo.posctl("demo", "wallet", "stop");
  await signIn();
  for (const amount of ["500", "700"]) {
    await signed(amount);
    await till.on("queued");
    await till.page.tap("#next");
  }
  await till.page.goto(demo.page.replace("/pos", "/manager"));
  await till.on("queue"); // a cashier looks, and collects nothing
  await till.page.locator("tbody tr").nth(1).waitFor();
  assert.equal(await till.page.locator("#collect").count(), 0);
  await till.page.tap("#lock");
  await till.page.locator("#pin").waitFor();
  await till.page.keyboard.type(demo.facts.manager_pin, { delay: 30 });
  await till.page.keyboard.press("Enter");
  await till.on("queue");
  await till.page.locator("tbody tr").nth(1).waitFor();
  assert.match(await till.text("#waits"), /待ち 2件 ¥1,200/);
  const row = await till.page.locator("tbody tr").first().innerText();
  assert.match(row, /S\d+-.*¥500.*ペイ.*\d\d:\d\d.*(オフライン受付|後から決済中)/s);
  for (const lang of ["ja", "en"]) {
    if (lang === "en") await till.page.tap("#language");
    await till.look(`36-manager-${lang}`);
    await till.page.setViewportSize({ width: 390, height: 844 });
    await till.look(`37-manager-phone-${lang}`);
    await till.page.setViewportSize({ width: 1024, height: 768 });
  }
  await demo.posctl("demo", "wallet", "start");
  await till.page.tap("#collect");
  await till.page.locator("#waits", { hasText: "0 waiting" }).waitFor({ timeout: 60_000 });
  assert.match(await till.text("main"), /No payment waits/);
  await till.page.tap("#way");
  await till.on("amount");
  assert.equal((await queue()).count, 0);
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
