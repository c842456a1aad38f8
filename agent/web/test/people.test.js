// People with names of their own: who signs in, locking the page, and what a
// manager does about money that was taken and about people.
import assert from "node:assert/strict";
import { mkdirSync, writeFileSync } from "node:fs";
import path from "node:path";
import { after, before, test } from "node:test";
import { launch, Till } from "./support/browser.js";
import { Demo } from "./support/demo.js";

const pins = { hanako: "7204", taro: "604713" };
/** @type {Demo} */ let demo;
/** @type {import("playwright-core").Browser} */ let browser;
/** @type {Till} */ let till;

before(async () => {
  demo = await Demo.start((dir) => {
    mkdirSync(path.join(dir, "conf.d"));
    writeFileSync(path.join(dir, "conf.d", "10-people.toml"), '[people]\nidle_cashier = "6s"\nidle_manager = "1m"\n');
  });
  for (const [id, name, role] of [["hanako", "佐藤 花子", "cashier"], ["taro", "山田 太郎", "manager"]]) {
    await demo.answer(pins[id], "users", "add", id, "--name", name, "--role", role);
  }
  browser = await launch();
  till = await Till.open(browser);
});

after(async () => {
  await till?.close();
  await browser?.close();
  await demo?.stop();
});

/** The same screen for a till and for a phone, in both languages. @param {string} name */
async function shoot(name) {
  await till.look(`${name}-ja`);
  await till.page.tap("#language");
  await till.look(`${name}-en`);
  await till.page.setViewportSize({ width: 390, height: 844 });
  await till.shot(`${name}-phone-en`);
  await till.page.tap("#language");
  await till.look(`${name}-phone-ja`);
  assert.ok(await till.page.evaluate(() => document.documentElement.scrollWidth <= innerWidth), `${name} is wider than a phone`);
  await till.page.setViewportSize({ width: 1024, height: 768 });
}

/** @param {"hanako"|"taro"} id */
async function come(id) {
  await till.page.tap(`[data-person="${id}"]`);
  await till.page.keyboard.type(pins[id], { delay: 20 });
  await till.page.keyboard.press("Enter");
}

test("a name is touched, then the PIN; a wrong one says so, and Escape is for somebody else", async () => {
  till.expect("401");
  await till.page.goto(demo.page);
  await till.page.locator('[data-person="hanako"]').waitFor();
  await shoot("60-names");
  await till.page.tap('[data-person="hanako"]');
  assert.equal(await till.text("#chosen"), "佐藤 花子");
  await shoot("61-name-pin");
  for (const digit of pins.taro) await till.page.tap(`[data-key="${digit}"]`);
  await till.page.tap("button[type=submit]");
  await till.page.locator("#pin-fault", { hasText: "違" }).waitFor();
  await till.page.keyboard.press("Escape");
  await come("hanako");
  await till.on("amount");
});

test("nobody there: the page locks and keeps the sale, and somebody else goes on with it", async () => {
  await till.sell("1280");
  await till.on("signin");
  assert.match(await till.text("#kept"), /¥1,280/);
  assert.equal(await till.text("#chosen"), "佐藤 花子");
  await shoot("62-locked");
  await till.page.tap("#other");
  await come("taro");
  await till.on("scan");
  assert.match(await till.text("main .yen"), /1,280/);
  demo.scan(await demo.code("sakura"));
  await till.on("approved");
  await till.page.tap("#next");
  await till.page.tap("#lock");
});

test("a running charge is not locked away", async () => {
  await come("hanako");
  await demo.wallet("silent");
  await till.sell("1500");
  demo.scan(await demo.code("sakura"));
  await till.on("asking");
  await till.on("approved"); // an inquiry finds it; that takes longer than the page waits for a hand
  await demo.wallet("none");
});
