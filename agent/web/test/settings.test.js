// Settings and webhooks on the manager's page: what is typed is judged, shown,
// applied for a minute, and stands only when somebody says so.
import assert from "node:assert/strict";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { after, before, test } from "node:test";
import { launch, Till } from "./support/browser.js";
import { Demo } from "./support/demo.js";

/** @type {Demo} */ let demo;
/** @type {import("playwright-core").Browser} */ let browser;
/** @type {Till} */ let till;

before(async () => {
  demo = await Demo.start((dir) => {
    const secret = path.join(dir, "hook.secret");
    writeFileSync(secret, `whsec_${Buffer.alloc(32, 7).toString("base64")}\n`, { mode: 0o600 });
    mkdirSync(path.join(dir, "conf.d"));
    writeFileSync(path.join(dir, "conf.d", "20-hook.toml"), `[[webhook]]\nname = "books"\nurl = "https://127.0.0.1:9/posagent"\nsecret_file = ${JSON.stringify(secret)}\nallow_private = ["127.0.0.1"]\n`);
  });
  browser = await launch();
  till = await Till.open(browser);
});

after(async () => {
  await till?.close();
  await browser?.close();
  await demo?.stop();
});

/** The same screen for a till and for a phone. @param {string} name */
async function shoot(name) {
  await till.look(`${name}-ja`);
  await till.page.tap("#language");
  await till.shot(`${name}-en`);
  await till.page.setViewportSize({ width: 390, height: 844 });
  await till.page.tap("#language");
  await till.shot(`${name}-phone-ja`);
  assert.ok(await till.page.evaluate(() => document.documentElement.scrollWidth <= innerWidth), `${name} is wider than a phone`);
  await till.page.setViewportSize({ width: 1024, height: 768 });
}

const own = () => readFileSync(path.join(demo.dir, "conf.d", "90-posagent.toml"), "utf8");

test("a change is judged, shown, applied, and stands once it is confirmed", async () => {
  till.expect("422");
  till.expect("403");
  await till.page.goto(`${demo.page.replace("/pos", "/manager")}#settings`);
  await till.page.locator("#pin").waitFor();
  await till.page.keyboard.type(demo.facts.manager_pin, { delay: 20 });
  await till.page.keyboard.press("Enter");
  await till.page.locator("#values tbody tr").first().waitFor();
  await shoot("70-settings");
  await till.page.fill("#settings-filter", "drawer.alarm");
  assert.equal(await till.page.locator("#values tbody tr").count(), 1);
  assert.match(await till.text("#values tbody"), /10s.*posagent\.toml:\d+/s);

  await till.page.fill("#settings-text", '[drawer]\nalarm = "soon"\n');
  await till.page.tap("#settings-judge");
  await till.page.locator("#settings-errors", { hasText: "90-posagent.toml:2" }).waitFor();
  assert.ok(await till.page.isDisabled("#settings-apply"));
  await till.look("71-settings-wrong-ja");
  await till.page.fill("#settings-text", '[people]\nidle_cashier = "1h"\n');
  await till.page.tap("#settings-judge");
  await till.page.locator("#fault", { hasText: "端末でだけ" }).waitFor();

  await till.page.fill("#settings-text", '[drawer]\nalarm = "15s"\n');
  await till.page.tap("#settings-judge");
  await till.page.locator("#diff .after", { hasText: "15s" }).waitFor();
  await till.page.tap("#settings-apply");
  await till.page.locator("#pending").waitFor();
  const before = Number(/\d+/.exec(await till.text("#rest"))[0]);
  assert.ok(before > 40 && before <= 60, `${before} s to confirm`);
  await shoot("72-settings-pending");
  await till.page.waitForFunction((was) => Number(/\d+/.exec(document.querySelector("#rest").innerText)[0]) < was, before); // the seconds run
  await till.page.tap("#settings-confirm");
  await till.page.locator("#settings-done", { hasText: "確定" }).waitFor();
  assert.match(own(), /alarm = "15s"/);
  await till.page.waitForFunction(() => /\[drawer\]\nalarm = "15s"/.test(document.querySelector("#settings-text").value));
});

test("a change is taken back, and an earlier one comes back", async () => {
  await till.page.fill("#settings-text", '[drawer]\nalarm = "20s"\n');
  await till.page.tap("#settings-judge");
  await till.page.locator("#settings-apply:enabled").tap();
  await till.page.locator("#settings-back").tap();
  await till.page.locator("#settings-done", { hasText: "戻しました" }).waitFor();
  assert.match(own(), /alarm = "15s"/);
  await till.page.locator("#generations li").first().filter({ hasText: "元に戻した" }).waitFor();
  await till.page.locator('[data-generation="1"] summary').tap();
  await till.page.tap('[data-go-back="1"]');
  assert.match(await till.text('[data-go-back="1"]'), /もう一度/);
  await till.look("73-settings-history-ja");
  await till.page.tap('[data-go-back="1"]');
  await till.page.locator("#settings-confirm").tap();
  await till.page.locator("#settings-done", { hasText: "確定" }).waitFor();
  assert.doesNotMatch(own(), /alarm/);
});

test("webhooks: one that does not arrive says so, and why", async () => {
  await till.page.tap("#to-webhooks");
  await till.page.locator('[data-hook="books"]').waitFor();
  await till.page.tap('[data-test="books"]');
  await till.page.locator('[data-tried="books"]', { hasText: "届きませんでした" }).waitFor();
  await shoot("74-webhooks");
});
