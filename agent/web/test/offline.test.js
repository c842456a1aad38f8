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
  await till.page.tap("#storecopy");
  await till.page.locator("#storecopy:enabled").waitFor();
  assert.equal(await till.page.locator("#fault").count(), 0);
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
  await till.page.tap("#collect"); // in vain, and nothing is lost
  await till.page.locator("#collect:enabled").waitFor();
  assert.match(await till.text("#waits"), /2 waiting, ¥1,200/);
  await demo.posctl("demo", "wallet", "start");
  const collected = till.page.locator("#waits", { hasText: "0 waiting" }).waitFor({ timeout: 60_000 });
  // The register collects by itself as well, and may be quicker than the hand.
  await Promise.race([collected, till.page.tap("#collect", { timeout: 60_000 }).catch((err) => collected.then(() => err))]);
  await collected;
  assert.match(await till.text("main"), /No payment waits/);
  await till.page.tap("#way");
  await till.on("amount");
  assert.equal((await queue()).count, 0);
});

test("over a limit the cashier reads what is left, and a manager lets the one sale pass", async () => {
  till.expect("403");
  await signIn();
  await demo.posctl("demo", "wallet", "stop");
  await till.sell("3001");
  const code = (await demo.posctl("demo", "code", "--signed", "--carrier", "decimal")).trim();
  demo.scan(code);
  await till.page.getByText("一回で受け付けられる額を超えています").first().waitFor();
  assert.match(await till.page.locator("body").innerText(), /残り 3000 JPY/);
  await till.look("32-over-a-limit-ja");
  await till.page.tap("#override");
  await till.on("override");
  await till.look("38-override-ja");
  const wrong = demo.facts.manager_pin === "864275" ? "864276" : "864275";
  await till.page.keyboard.type(wrong, { delay: 30 });
  await till.page.keyboard.press("Enter");
  await till.page.locator("#pin-fault:not(:empty)").waitFor();
  assert.equal(await till.page.inputValue("#pin"), "", "a wrong PIN does not stay");
  assert.equal(await till.screen(), "override", "a wrong PIN signs nobody out");
  await till.page.tap("#language");
  await till.look("39-override-wrong-en");
  await till.page.setViewportSize({ width: 390, height: 844 });
  await till.look("40-override-phone-en");
  await till.page.setViewportSize({ width: 1024, height: 768 });
  await till.page.keyboard.press("Escape");
  await till.on("scan");
  await till.page.tap("#override");
  for (const digit of demo.facts.manager_pin) await till.page.tap(`[data-key="${digit}"]`);
  await till.page.tap("#let-pass");
  await till.on("scan");
  await till.page.locator("#lifted").waitFor();
  assert.equal(await till.page.locator("#refusal").count(), 0);
  await till.look("41-lifted-en");
  demo.scan(code); // it was refused, and so not used
  await till.on("queued");
  const [charge] = JSON.parse(await demo.posctl("charges", "--json")).charges;
  assert.match(await demo.posctl("charges", "--timeline", charge.key), /limit per_charge lifted by .+\/\w+/);
  await till.page.tap("#next");
  await signed("3001"); // the leave ended with its sale
  await till.page.locator("#refusal").waitFor();
  await till.page.tap("#back");
  await demo.posctl("demo", "wallet", "start");
});

test("a manager who sells needs no PIN; the shell can do the same", async () => {
  await till.signIn(demo.page, demo.facts.manager_pin);
  for (let n = 0; (await queue()).count > 0; n++) {
    assert.ok(n < 300, "it is not collected");
    await new Promise((go) => setTimeout(go, 200));
  }
  await demo.posctl("demo", "wallet", "stop");
  await signed("3002");
  await till.page.tap("#override");
  await till.on("override");
  assert.equal(await till.page.locator("#pin").count(), 0);
  await till.look("42-override-self-ja");
  await till.page.tap("#let-pass");
  await till.page.locator("#lifted").waitFor();
  await till.look("43-lifted-ja");
  demo.scan((await demo.posctl("demo", "code", "--signed")).trim()); // the scanner drops the same one within 2 s
  await till.on("queued");
  await till.page.tap("#next");
  await signed("3003");
  await till.page.locator('#refusal[data-why="offline.per_charge"]').waitFor();
  await demo.posctl("sale", "override", "--limit", "per_charge");
  await till.page.locator("#lifted").waitFor(); // the page hears of it
  const next = (await demo.posctl("demo", "code", "--signed")).trim();
  demo.scan(next);
  await till.page.locator('#refusal[data-why="offline.per_token"]').waitFor();
  assert.match(await demo.posctl("sale", "override", "--limit", "per_customer", "--code", next), /queued/);
  await till.on("queued");
  await demo.posctl("demo", "wallet", "start");
});
