// The cashier's page on the real system: what is scanned goes through a pty,
// the agent and the wallet, and comes back as a screen and as paper.
import assert from "node:assert/strict";
import { test } from "node:test";
import { demo, paid, signIn, stage, till } from "./support/stage.js";

stage();

test("sign in: a wrong PIN has its sentence, the right one opens the register", async () => {
  till.expect("401");
  await till.page.goto(demo.page);
  await till.page.locator("#pin").waitFor();
  await till.look("01-signin-ja");
  const wrong = demo.facts.cashier_pin === "8642" ? "8643" : "8642";
  await till.page.keyboard.type(wrong, { delay: 30 });
  await till.page.keyboard.press("Enter");
  await till.page.locator("#pin-fault:not(:empty)").waitFor();
  assert.match(await till.text("#pin-fault"), /違/);
  assert.equal(await till.page.inputValue("#pin"), "", "a wrong PIN does not stay");
  await till.look("02-signin-wrong-ja");
  for (const digit of demo.facts.cashier_pin) await till.page.tap(`[data-key="${digit}"]`);
  await till.page.tap("button[type=submit]");
  await till.on("amount");
  assert.match(await till.text(".ribbon"), /実際のお金は動きません/);
  await till.look("03-amount-ja");
});

test("the secret of a session is in this tab only", async () => {
  await signIn();
  assert.equal(await till.page.evaluate(() => JSON.stringify(localStorage).includes("session")), false);
  const cookies = await till.context.cookies();
  assert.deepEqual(cookies.map((c) => [c.httpOnly, c.sameSite]), [[true, "Strict"]]);
  till.expect("401");
  const alone = await till.page.evaluate(() => fetch("/v1/register").then((r) => r.status));
  assert.equal(alone, 401, "the cookie alone opens nothing");
  await till.page.tap("#lock");
  await till.on("signin");
  await till.page.reload();
  await till.on("signin");
});

test("a scanned code is approved: ring, sound, receipt on screen and on paper", async () => {
  await signIn();
  await till.page.keyboard.type("1280", { delay: 40 });
  await till.look("04-amount-1280-ja");
  await till.page.tap("#pay");
  await till.on("scan");
  await till.look("05-scan-ja");
  demo.scan(await demo.code("sakura"));
  await till.on("approved");
  assert.equal(await till.cue(), "approved");
  assert.equal(await till.text("#title"), "支払い完了");
  assert.match(await till.text(".approved .yen"), /^¥1,280$/);
  await till.page.tap("#stay");
  const receipt = till.page.locator(".slip img");
  await receipt.waitFor();
  const size = await receipt.evaluate((img) => ({ w: img.naturalWidth, h: img.naturalHeight }));
  assert.ok(size.w >= 300 && size.h >= 200, `the receipt's picture is ${size.w} x ${size.h}`);
  await till.page.locator('#paper[data-paper="confirmed"], #paper[data-paper="sent"], #paper[data-paper="unknown"]').waitFor();
  await till.look("06-approved-ja");
  assert.match(demo.paper(), /1,280/);
  assert.match(demo.paper(), /みほん商店/);
  await till.page.keyboard.press("Enter");
  await till.on("amount");
  assert.match(await till.text(".last"), /¥1,280/);
  await till.look("07-amount-last-ja");
});

test("the approved screen goes back by itself, or at a touch", async () => {
  await signIn();
  await paid("300");
  await till.on("approved");
  await till.on("amount"); // after 4 s
  await paid("301");
  await till.on("approved");
  await till.page.tap("h1");
  await till.on("amount");
});

test("a picture of the code is as good as a scan", async () => {
  await signIn();
  await till.sell("860");
  await till.page.setInputFiles("#picture", await demo.picture("sakura"));
  await till.on("approved");
  assert.match(await till.text(".approved .yen"), /860/);
});

test("a picture without a code says so, and the sale goes on", async () => {
  till.expect("409");
  await signIn();
  await till.sell("861");
  const blank = await till.page.screenshot({ clip: { x: 0, y: 600, width: 40, height: 40 } });
  await till.page.setInputFiles("#picture", { name: "blank.png", mimeType: "image/png", buffer: blank });
  await till.page.locator("#refusal").waitFor();
  assert.equal(await till.screen(), "scan");
  await till.page.setInputFiles("#picture", await demo.picture("sakura"));
  await till.on("approved");
});

test("wrong codes have a sentence each, and the sale goes on", async () => {
  await signIn();
  await till.sell("540");
  const sentences = new Set();
  for (const [what, why] of [["https://example.com/menu", "web_address"], ["4901234567894", "product"]]) {
    demo.scan(what);
    await till.page.locator(`#refusal[data-why$="${why}"]`).waitFor();
    sentences.add(await till.text("#refusal p:not(.small)"));
    assert.equal(await till.screen(), "scan");
    assert.equal(await till.cue(), "refused");
    await till.look(`08-refused-${why}-ja`);
  }
  assert.equal(sentences.size, 2);
  demo.scan(await demo.code("sakura"));
  await till.on("approved");
});

test("a customer without money: declined, nothing taken, and another may pay", async () => {
  await signIn();
  await paid("990", "zero");
  await till.on("declined");
  assert.equal(await till.cue(), "declined");
  assert.match(await till.text(".goods"), /商品を渡さないで/);
  assert.match(await till.text(".money-state"), /引かれていません/);
  assert.equal(await till.page.getAttribute("#reason", "data-reason"), "insufficient_funds");
  const first = await till.text(".key-text");
  await till.look("09-declined-ja");
  await till.page.tap("#again");
  await till.on("scan");
  await till.look("10-scan-again-ja");
  demo.scan(await demo.code("sakura"));
  await till.on("approved");
  assert.notEqual(await till.text(".key-text"), first, "another try is another charge");
});

test("after [another way to pay] a later scan is not charged to that sale", async () => {
  await signIn();
  await paid("991", "zero");
  await till.on("declined");
  await till.page.tap("#next");
  await till.on("amount");
  demo.scan(await demo.code("sakura"));
  await till.page.locator('#refusal[data-why$="no_sale"]').waitFor();
  assert.equal(await till.screen(), "amount");
});

test("English: every word changes at once, and stays after a reload", async () => {
  await signIn();
  await till.page.tap("#language");
  assert.equal(await till.page.getAttribute("html", "lang"), "en");
  await till.look("20-amount-en");
  await till.sell("1280");
  await till.look("21-scan-en");
  demo.scan("https://example.com/menu");
  await till.page.locator("#refusal").waitFor();
  assert.match(await till.text("#refusal"), /[a-z]{4}/);
  await till.look("22-refused-en");
  await till.page.reload();
  await till.on("scan");
  assert.equal(await till.text("#title"), "Scan the customer's code");
  demo.scan(await demo.code("sakura"));
  await till.on("approved");
  await till.page.tap("#stay");
  await till.page.locator(".slip img").waitFor();
  await till.look("23-approved-en");
  const japanese = /[぀-ヿ㐀-鿿]/;
  assert.doesNotMatch(await till.text("main section.head"), japanese);
});

test("a reload at any moment comes back to the same state", async () => {
  await signIn();
  await till.sell("777");
  await till.page.reload();
  await till.on("scan");
  assert.match(await till.text("main .yen"), /777/);
  demo.scan(await demo.code("sakura"));
  await till.on("approved");
  await till.page.reload();
  await till.on("approved");
  await till.page.keyboard.press("Escape");
  await till.on("amount");
  await till.page.reload();
  await till.on("amount");
});

test("a double touch on [pay] opens one sale", async () => {
  await signIn();
  await till.page.keyboard.type("432", { delay: 40 });
  const keys = [];
  till.page.on("request", (r) => {
    if (r.method() === "POST" && r.url().endsWith("/v1/sales")) keys.push(r.headers()["idempotency-key"]);
  });
  await till.page.evaluate(() => {
    document.getElementById("pay").click();
    document.getElementById("pay").click();
  });
  await till.on("scan");
  assert.equal(keys.length, 1);
  assert.match(keys[0], /^[0-9a-f-]{36}$/);
  await till.page.keyboard.press("Escape");
  await till.on("amount");
  assert.match(await till.text("#stopped"), /支払いは送っていません/);
});

test("the list of charges shows each with its state, and prints again", async () => {
  await signIn();
  await paid("2100");
  await till.on("approved");
  await till.page.keyboard.press("Enter");
  await till.on("amount");
  await till.page.tap("#charges");
  await till.on("charges");
  await till.page.locator("[data-view]").first().tap();
  await till.page.locator(".slip img").waitFor();
  await till.look("27-charges-ja");
  assert.match(await till.page.locator("tbody tr").first().innerText(), /¥2,100/);
  const before = demo.printed();
  await till.page.locator("[data-reprint]").first().tap();
  await till.page.locator("[data-reprint]:enabled").first().waitFor();
  assert.ok(demo.printed() > before);
  await till.page.keyboard.press("Escape");
  await till.on("amount");
});
