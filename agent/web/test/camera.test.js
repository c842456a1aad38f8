// The page's own camera reads the customer's phone, filmed as a hand holds it
// at a counter. Chromium plays the film as its camera.
import assert from "node:assert/strict";
import { rmSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { after, afterEach, before, test } from "node:test";
import { launch, Till } from "./support/browser.js";
import { Demo } from "./support/demo.js";

/** @type {Demo} */ let demo;
/** @type {import("playwright-core").Browser|undefined} */ let browser;
/** @type {Till|undefined} */ let till;
const film = path.join(os.tmpdir(), `posagent-film-${process.pid}.y4m`);

before(async () => { demo = await Demo.start(); });
after(async () => {
  await demo?.stop();
  rmSync(film, { force: true });
});
afterEach(async () => {
  await demo.clear();
  await till?.close();
  await browser?.close();
  till = browser = undefined;
});

/** A till whose camera shows the film. @param {string[]} [args] @param {string[]} [permissions] */
async function filmed(args = [`--use-file-for-fake-video-capture=${film}`], permissions = ["camera"]) {
  browser = await launch(["--use-fake-device-for-media-stream", ...args]);
  till = await Till.open(browser, { permissions });
  await till.signIn(demo.page, demo.facts.cashier_pin);
  return till;
}

const code = (...args) => demo.posctl("demo", "code", "--film", film, ...args);

test("a phone before the page's camera pays", async () => {
  await code();
  const t = await filmed();
  await t.sell("1280");
  await t.page.tap("#use-camera");
  await t.on("approved");
  assert.equal(await t.page.locator("#camera").count(), 0, "the camera is off again");
  const [charge] = JSON.parse(await demo.posctl("charges", "--json")).charges;
  assert.equal(charge.state, "approved");
  assert.equal(charge.amount, 1280);
  const metrics = await t.page.evaluate(() => performance.getEntriesByType("resource").filter((e) => e.name.endsWith("/frame")).length);
  assert.ok(metrics >= 1 && metrics <= 20, `${metrics} pictures were sent`);
});

test("a phone in bad light pays as well", async () => {
  await code("--hard", "--seed", "3", "--customer", "sakura");
  const t = await filmed();
  await t.sell("300");
  await t.page.tap("#use-camera");
  await t.on("approved");
});

test("the camera shows what it sees, in two languages, and stops when it is told to", async () => {
  const t = await filmed([]); // Chromium's own moving test picture: no code in it
  await t.sell("500");
  await t.page.tap("#use-camera");
  await t.page.locator("#camera").waitFor();
  await t.page.waitForFunction(() => document.querySelector("#camera").videoWidth > 0);
  await t.look("50-camera-ja");
  await t.page.tap("#language");
  await t.look("51-camera-en");
  await t.page.setViewportSize({ width: 390, height: 844 });
  await t.look("52-camera-phone-en");
  await t.page.setViewportSize({ width: 1024, height: 768 });
  const live = () => t.page.evaluate(() => document.querySelector("#camera")?.srcObject?.active ?? false);
  assert.equal(await live(), true);
  await t.page.tap("#use-camera");
  await t.page.locator("#camera").waitFor({ state: "detached" });
  assert.equal(await t.screen(), "scan");
  assert.equal(await t.page.locator("#fault").count(), 0);
  // It stops as well when the sale is stopped.
  await t.page.tap("#use-camera");
  await t.page.locator("#camera").waitFor();
  await t.page.tap("#back");
  await t.on("amount");
  assert.equal(await t.page.evaluate(() => document.querySelector("#camera") === null), true);
});

test("a code that was used is refused in words, and the camera stops", async () => {
  const t = await filmed(); // the film of the second test
  await t.sell("700");
  t.expect("409");
  await t.page.tap("#use-camera");
  await t.page.locator("#refusal, .on-declined #title").first().waitFor();
  assert.equal(await t.page.locator("#camera").count(), 0);
});

test("a camera that may not be used is told", async () => {
  const t = await filmed([], []);
  await t.sell("500");
  await t.page.tap("#use-camera");
  await t.page.locator("#fault").waitFor();
  assert.match(await t.text("#fault"), /カメラの使用が許可されていません/);
  await t.look("53-camera-denied-ja");
});
