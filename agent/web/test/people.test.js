// People with names of their own: who signs in, locking the page, and what a
// manager does about money that was taken and about people.
import assert from "node:assert/strict";
import { createHmac } from "node:crypto";
import { mkdirSync, writeFileSync } from "node:fs";
import path from "node:path";
import { after, before, test } from "node:test";
import { launch, Till } from "./support/browser.js";
import { Demo } from "./support/demo.js";

const pins = { hanako: "7204", taro: "604713" };
/** @type {Demo} */ let demo;
/** @type {import("playwright-core").Browser} */ let browser;
/** @type {Till} */ let till;
let recovery = ""; // a code for taro's lost phone

before(async () => {
  demo = await Demo.start((dir) => {
    mkdirSync(path.join(dir, "conf.d"));
    writeFileSync(path.join(dir, "conf.d", "10-people.toml"), '[people]\nidle_cashier = "6s"\nidle_manager = "1m"\nrefund_two_people_above = 2000\n');
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
  const other = () => till.page.evaluate(() => document.getElementById("language").click()); // a dialog may lie over it
  await till.look(`${name}-ja`);
  await other();
  await till.shot(`${name}-en`);
  await till.page.setViewportSize({ width: 390, height: 844 });
  await till.shot(`${name}-phone-en`);
  await other();
  await till.shot(`${name}-phone-ja`);
  assert.ok(await till.page.evaluate(() => document.documentElement.scrollWidth <= innerWidth), `${name} is wider than a phone`);
  await till.page.setViewportSize({ width: 1024, height: 768 });
}

/** The code of an authenticator app (RFC 6238), so many steps from now. @param {string} secret base32 @param {number} ahead */
function totp(secret, ahead) {
  const bits = [...secret].map((c) => "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567".indexOf(c).toString(2).padStart(5, "0")).join("");
  const key = Buffer.from(bits.match(/.{8}/g).map((b) => parseInt(b, 2)));
  const step = Buffer.alloc(8);
  step.writeBigUInt64BE(BigInt(Math.floor(Date.now() / 30_000) + ahead));
  const mac = createHmac("sha1", key).update(step).digest();
  return String((mac.readUInt32BE(mac[19] & 15) & 0x7fffffff) % 1_000_000).padStart(6, "0");
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
  await till.look("61-name-pin-ja");
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
  await till.look("62-locked-ja");
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

test("money goes back by one button: a void of all, a refund of a part, a second manager for much", async () => {
  till.expect("403");
  await till.on("amount");
  await till.page.tap("#charges");
  await till.on("charges");
  assert.match(await till.text(".charges .hint"), /店長がサインイン/);
  assert.equal(await till.page.locator("[data-giveback]").count(), 0, "a cashier gives nothing back");
  await till.page.tap("#lock");
  await come("taro");
  await till.sell("3000");
  demo.scan(await demo.code("sakura"));
  await till.on("approved");
  await till.page.tap("#next");
  await till.page.goto(`${demo.page.replace("/pos", "/manager")}#charges`);
  await till.on("charges");
  const row = (/** @type {RegExp} */ yen) => till.page.locator("tr", { hasText: yen }).locator("[data-giveback]");
  await row(/¥1,280/).tap();
  await till.page.locator("#giveback").waitFor();
  await shoot("63-giveback");
  await till.page.tap("#giveback-go");
  await till.page.locator('#giveback-result[data-became="void"]').waitFor();
  assert.match(await till.text("#giveback-result"), /現金で返さない/);
  await till.look("64-voided-ja");
  await till.page.keyboard.press("Escape");
  await row(/¥1,500/).tap();
  await till.page.fill("#giveback-amount", "1,501");
  assert.ok(await till.page.isDisabled("#giveback-go"));
  await till.page.fill("#giveback-amount", "５００");
  await demo.wallet("reset");
  await till.page.tap("#giveback-go");
  await till.page.locator('#giveback-result[data-became="waiting"]').waitFor();
  assert.match(await till.text("#giveback-result"), /現金で返さない/);
  await till.look("65-giveback-waiting-ja");
  await demo.wallet("none");
  await till.page.locator('#giveback-result[data-became="refund"]').waitFor();
  assert.match(await till.text("#giveback-result .yen"), /¥500/);
  await till.shot("65-refunded-ja");
  await till.page.tap("#giveback-close");
  await row(/¥3,000/).tap();
  await till.page.tap("#giveback-go");
  await till.page.locator("#leave").waitFor();
  assert.match(await till.text("#leave"), /二人の店長/);
  await till.page.selectOption("#leave-operator", "manager");
  await till.page.fill("#leave-pin", "102938");
  await till.page.tap("#leave-go");
  await till.page.locator("#leave-fault:not(:empty)").waitFor();
  await till.look("66-leave-ja");
  await till.page.fill("#leave-pin", demo.facts.manager_pin);
  await till.page.keyboard.press("Enter");
  await till.page.locator('#giveback-result[data-became="void"]').waitFor();
  await till.page.tap("#giveback-close");
});

test("people: one is added, stopped and forgiven, and a second factor is enrolled", async () => {
  await fetch(`${demo.facts.agent_url}/v1/session`, { method: "POST", headers: { "Content-Type": "application/json" }, body: '{"operator":"hanako","pin":"9999"}' });
  await till.page.tap("#to-people");
  await till.on("people");
  await till.page.locator('[data-operator="hanako"]').waitFor();
  assert.match(await till.text('[data-operator="hanako"]'), /間違い 1回/);
  await shoot("67-people");
  await till.page.tap('[data-unlock="hanako"]');
  await till.page.locator('[data-unlock="hanako"]').waitFor({ state: "detached" });
  await till.page.fill("#people-name", "鈴木 次郎");
  await till.page.fill("#people-id", "jiro");
  await till.page.fill("#people-pin", "1234");
  await till.page.fill("#people-again", "1234");
  assert.match(await till.text("#people-lacks"), /推測/);
  await till.page.fill("#people-pin", "9150");
  await till.page.fill("#people-again", "9150");
  await till.page.tap("#people-go");
  await till.page.locator("#added", { hasText: "鈴木 次郎" }).waitFor();
  await till.page.tap('[data-disable="jiro"]');
  await till.page.tap('[data-sure="jiro"]');
  await till.page.locator('[data-enable="jiro"]').waitFor();
  await till.page.tap("#enrol");
  await till.page.locator("#enrolment .qr").waitFor();
  await till.look("68-enrol-ja");
  const secret = (await till.text("#enrol-secret")).replace(/ /g, "");
  await till.page.fill("#enrol-code", totp(secret, 0));
  await till.page.tap("#enrol-go");
  await till.page.locator("#recovery li").first().waitFor();
  await till.shot("69-recovery-ja");
  recovery = await till.page.locator("#recovery li").first().innerText();
  await till.page.tap("#enrol-no");
  await till.page.tap('[data-enable="jiro"]');
  await till.page.locator("#leave").waitFor();
  assert.equal(await till.page.inputValue("#leave-operator"), "taro");
  await till.page.fill("#leave-pin", pins.taro);
  await till.page.fill("#leave-code", totp(secret, 1));
  await till.page.tap("#leave-go");
  await till.page.locator('[data-disable="jiro"]').waitFor();
});

test("a manager with a second factor lets a sale pass beside the cashier", async () => {
  await till.page.tap("#lock");
  await till.page.goto(demo.page);
  await till.page.locator('[data-person="hanako"]').waitFor();
  await come("hanako");
  await demo.posctl("demo", "wallet", "stop");
  await till.sell("5001");
  demo.scan((await demo.posctl("demo", "code", "--signed", "--carrier", "decimal")).trim());
  await till.page.locator("#override").tap();
  await till.page.locator("#pin").fill(pins.taro);
  await till.page.keyboard.press("Enter");
  await till.page.locator("#leave").waitFor();
  await till.look("69-leave-override-ja");
  await till.page.selectOption("#leave-operator", "taro");
  await till.page.fill("#leave-pin", pins.taro);
  await till.page.fill("#leave-code", recovery);
  await till.page.tap("#leave-go");
  await till.page.locator("#lifted").waitFor();
  await demo.posctl("demo", "wallet", "start");
});

test("too many wrong PINs: the page says until when nobody is let in", async () => {
  till.expect("429");
  await till.page.tap("#lock");
  const wrong = () => fetch(`${demo.facts.agent_url}/v1/session`, { method: "POST", headers: { "Content-Type": "application/json" }, body: '{"operator":"hanako","pin":"9999"}' });
  for (let i = 0; i < 6 && (await wrong()).status === 401; i++);
  await come("hanako");
  await till.page.locator("#pin-fault", { hasText: /\d\d:\d\d から/ }).waitFor();
  assert.ok(await till.page.isDisabled("button[type=submit]"));
  await till.look("69-waiting-ja");
});
