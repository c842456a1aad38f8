// A customer's phone, played by the wallet's own page: signing up, paying at the
// register, a yes to a payment, a second phone, a lost one, and no network.
import assert from "node:assert/strict";
import { createHmac } from "node:crypto";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { after, before, test } from "node:test";
import { launch, Till } from "./support/browser.js";
import { Demo } from "./support/demo.js";

/** @type {Demo} */ let demo;
/** @type {import("playwright-core").Browser} */ let browser;
/** @type {Till} */ let phone;
let secret = "";
const password = "a quiet red bicycle";

before(async () => {
  demo = await Demo.start();
  browser = await launch();
});

after(async () => {
  try {
    await phone?.close();
  } finally {
    await browser?.close();
    await demo?.stop();
  }
});

/** A phone in a hand. */
async function handset() {
  const it = await Till.open(browser, { viewport: { width: 390, height: 844 } });
  for (const status of ["401", "403", "404", "409", "422", "429"]) it.expect(status);
  await it.page.goto(demo.facts.phone_url);
  await it.on("start");
  return it;
}

const tap = (/** @type {Till} */ it, /** @type {string} */ selector) => it.page.locator(selector).tap();

/** A picture in both languages, and nothing for axe to find. */
async function look(/** @type {Till} */ it, /** @type {string} */ name) {
  await it.look(`phone-${name}-ja`);
  await tap(it, "#language");
  await it.look(`phone-${name}-en`);
  await tap(it, "#language");
  assert.ok(await it.page.evaluate(() => document.documentElement.scrollWidth <= innerWidth), `${name} is wider than a phone`);
}

/** The code in the last letter to somebody. */
async function letter(/** @type {string} */ to) {
  for (let i = 0; i < 100; i++) {
    const box = demo.facts.outbox;
    for (const name of existsSync(box) ? readdirSync(box).filter((n) => !n.startsWith(".")).sort().reverse() : []) {
      const l = JSON.parse(readFileSync(path.join(box, name), "utf8"));
      const mail = l.To ?? l.to, tell = l.Tell ?? l.tell;
      if (mail === to && tell?.code) return tell.code;
    }
    await new Promise((go) => setTimeout(go, 100));
  }
  throw new Error(`no letter came to ${to}`);
}

/** The code of an authenticator app (RFC 6238), so many steps from now. */
function totp(/** @type {string} */ base32, ahead = 0) {
  const bits = [...base32].map((c) => "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567".indexOf(c).toString(2).padStart(5, "0")).join("");
  const key = Buffer.from(bits.match(/.{8}/g).map((b) => parseInt(b, 2)));
  const step = Buffer.alloc(8);
  step.writeBigUInt64BE(BigInt(Math.floor(Date.now() / 30_000) + ahead));
  const mac = createHmac("sha1", key).update(step).digest();
  return String((mac.readUInt32BE(mac[19] & 15) & 0x7fffffff) % 1_000_000).padStart(6, "0");
}

/** A call of the register's programs. */
async function api(/** @type {string} */ where, /** @type {any} */ body) {
  const { agent_url, api_token } = demo.facts;
  const answer = await fetch(`${agent_url}${where}`, { method: body ? "POST" : "GET", headers: { Authorization: `Bearer ${api_token}`, "Content-Type": "application/json", "Idempotency-Key": crypto.randomUUID() }, body: body && JSON.stringify(body) });
  assert.ok(answer.ok, `${where}: ${answer.status} ${await answer.clone().text()}`);
  return answer.json();
}

/** The picture on the phone, held before the register's camera. */
async function showToCamera(/** @type {Till} */ it, /** @type {string} */ selector) {
  const picture = await it.page.locator(selector).screenshot();
  const { agent_url, api_token, camera_upload_path } = demo.facts;
  const answer = await fetch(agent_url + camera_upload_path, { method: "POST", headers: { Authorization: `Bearer ${api_token}`, "Content-Type": "image/png" }, body: picture });
  return `${answer.status} ${await answer.text()}`;
}

test("signing up with password and authenticator, and a key in the phone", async () => {
  phone = await handset();
  await look(phone, "start");
  await tap(phone, "#to-signup");
  await phone.page.fill("#contact", "hanako@example.jp");
  await look(phone, "signup");
  await tap(phone, "#send");
  await phone.on("verify");
  await look(phone, "verify");
  await phone.page.fill("#code", "000000");
  await tap(phone, "#verify");
  await phone.page.locator(".error").waitFor();
  await look(phone, "verify-wrong");
  await phone.page.fill("#code", await letter("hanako@example.jp"));
  await tap(phone, "#verify");
  await phone.on("choose");
  await look(phone, "choose");
  await tap(phone, "#to-password");
  await phone.page.fill("#password", "password123");
  await tap(phone, "#set-password");
  await phone.page.locator(".error").waitFor();
  await look(phone, "password-weak");
  await phone.page.fill("#password", password);
  await tap(phone, "#set-password");
  await phone.on("factor");
  await look(phone, "factor");
  secret = await phone.text("#secret");
  await phone.page.fill("#code", totp(secret));
  await tap(phone, "#confirm");
  await phone.on("home");
  await look(phone, "no-phone");
  await tap(phone, "#add-phone");
  await phone.page.locator(".qr").waitFor();
  await look(phone, "empty");
});

/** Money in cash, for a code that the camera sees. */
async function topUp(/** @type {Till} */ it, /** @type {number} */ amount) {
  await api("/v1/topups", { amount, currency: "JPY" });
  await showToCamera(it, ".qr");
}

/** A sale that the camera's picture pays; answers how it ended. */
async function pay(/** @type {Till} */ it, /** @type {number} */ amount, selector = ".qr") {
  await demo.clear();
  const sale = await api("/v1/sales", { amount, currency: "JPY" });
  await it.page.locator(selector).waitFor();
  await showToCamera(it, selector);
  return over(sale.id);
}

/** How a sale ended. */
async function over(/** @type {string} */ id) {
  for (let i = 0; i < 150; i++) {
    const now = await api(`/v1/sales/${id}`);
    if (["approved", "declined", "abandoned", "queued"].includes(now.state)) return now;
    await new Promise((go) => setTimeout(go, 100));
  }
  throw new Error(`the sale did not end: ${JSON.stringify(await api(`/v1/sales/${id}`))}`);
}

test("cash at the register, and paying with what the camera sees", async () => {
  await topUp(phone, 20000);
  await phone.page.locator(".told").waitFor();
  assert.equal(await phone.text("#balance"), "¥20,000");
  await look(phone, "topped-up");
  assert.equal((await pay(phone, 1200)).state, "approved");
  await phone.page.locator(".told", { hasText: "¥1,200" }).waitFor();
  assert.equal(await phone.text("#balance"), "¥18,800");
  await look(phone, "paid");
  assert.equal((await pay(phone, 300, ".bars")).state, "approved", "the barcode alone");
  await phone.page.locator("#balance", { hasText: "¥18,500" }).waitFor();
  await tap(phone, "#tab-history");
  await phone.page.locator(".rows li").nth(2).waitFor();
  await look(phone, "history");
  await tap(phone, "#tab-pay");
});

test("money from a card", async () => {
  await tap(phone, "#topup summary");
  await look(phone, "topup");
  await tap(phone, "#card-5000");
  await phone.page.locator(".told", { hasText: "¥5,000" }).waitFor();
  assert.equal(await phone.text("#balance"), "¥23,500");
});

test("a reload stays signed in, and the key stays", async () => {
  await phone.page.reload();
  await phone.on("home");
  await phone.page.locator(".qr").waitFor();
});

test("a second phone with all secrets waits for the first, which refuses", async () => {
  const thief = await handset();
  await tap(thief, "#to-signin");
  await look(thief, "signin");
  await thief.page.fill("#contact", "hanako@example.jp");
  await thief.page.fill("#password", password);
  await thief.page.fill("#code", totp(secret, 1));
  await tap(thief, "#signin");
  await thief.on("home");
  await tap(thief, "#add-phone");
  await thief.page.locator("#waiting").waitFor();
  await look(thief, "waiting");
  await phone.page.locator("#refuse-phone").waitFor();
  await look(phone, "other");
  await tap(phone, "#refuse-phone");
  await thief.page.locator("#add-phone").waitFor();
  await tap(phone, "#tab-safety");
  await phone.page.locator("button[id^=end-session-]").waitFor();
  await look(phone, "safety");
  await tap(phone, "button[id^=end-session-]");
  await thief.on("start");
  await look(thief, "signed-out");
  await thief.close();
});

test("a payment that wants a yes on the phone", async () => {
  await tap(phone, "#tab-pay");
  await demo.wallet("confirm");
  for (const [button, state] of [["#confirm-pay", "approved"], ["#refuse-pay", "declined"]]) {
    await demo.clear();
    const sale = await api("/v1/sales", { amount: 2500, currency: "JPY" });
    await phone.page.locator(".qr").waitFor();
    await showToCamera(phone, ".qr");
    await phone.page.locator(button).waitFor();
    if (state === "approved") await look(phone, "ask");
    await tap(phone, button);
    await phone.page.locator(".told").waitFor();
    assert.equal((await over(sale.id)).state, state);
  }
  await look(phone, "refused");
  await demo.wallet("none");
  await tap(phone, "#tab-safety");
});

test("much money of a card, spent by a new phone, wants a yes by itself", async () => {
  await demo.clear();
  const sale = await api("/v1/sales", { amount: 4000, currency: "JPY" });
  await tap(phone, "#tab-pay");
  await phone.page.locator(".qr").waitFor();
  await showToCamera(phone, ".qr");
  await phone.page.locator("#refuse-pay").waitFor();
  await tap(phone, "#refuse-pay");
  assert.equal((await over(sale.id)).state, "declined");
  await tap(phone, "#tab-safety");
});

test("no network: the phone signs the code itself", async () => {
  await tap(phone, "#aside-3000");
  await phone.page.locator(".told", { hasText: "¥3,000" }).waitFor();
  await look(phone, "aside");
  phone.expect("net");
  await phone.context.setOffline(true);
  await tap(phone, "#tab-pay");
  await phone.page.locator("#away").waitFor();
  await look(phone, "away");
  assert.equal((await pay(phone, 700)).state, "approved");
  await phone.context.setOffline(false);
  await phone.page.locator(".bars").waitFor();
});

test("two windows of one phone never give two codes the same number", async () => {
  const other = await phone.context.newPage();
  await other.goto(demo.facts.phone_url);
  const counts = (/** @type {import("playwright-core").Page} */ page) => page.evaluate(async () => {
    const { find } = await import("/js/key.js");
    const key = await find("hanako@example.jp");
    return Promise.all(Array.from({ length: 20 }, () => key.count(1)));
  });
  const all = (await Promise.all([counts(phone.page), counts(other)])).flat();
  assert.equal(new Set(all).size, 40);
  await other.close();
});

test("lost and found: all payments stop at once", async () => {
  const picture = await phone.page.locator(".qr").screenshot();
  await tap(phone, "#freeze");
  await phone.page.locator("#frozen").waitFor();
  await look(phone, "frozen");
  await demo.clear();
  const { agent_url, api_token, camera_upload_path } = demo.facts;
  const sale = await api("/v1/sales", { amount: 100, currency: "JPY" });
  await fetch(agent_url + camera_upload_path, { method: "POST", headers: { Authorization: `Bearer ${api_token}`, "Content-Type": "image/png" }, body: picture });
  assert.equal((await over(sale.id)).state, "declined", "a code from before the freeze");
  await tap(phone, "#unfreeze");
  await phone.page.waitForFunction(() => document.body.className === "on-proof" || !document.getElementById("frozen"));
  if (await phone.screen() === "proof") {
    await look(phone, "proof");
    await tap(phone, "#cancel");
    await phone.on("home");
  }
});

test("a new phone, with the yes of the old one", async () => {
  const next = await handset();
  await tap(next, "#to-signin");
  await next.page.fill("#contact", "hanako@example.jp");
  await next.page.fill("#password", password);
  await next.page.fill("#code", totp(secret, -1));
  await tap(next, "#signin");
  if (await Promise.race([next.on("home"), next.page.locator(".error").waitFor().then(() => "error")]) === "error") {
    await new Promise((go) => setTimeout(go, 31_000 - Date.now() % 30_000)); // each code of the app is good once
    await next.page.fill("#code", totp(secret, 1));
    await tap(next, "#signin");
    await next.on("home");
  }
  await tap(next, "#add-phone");
  await phone.page.locator("#agree-phone").waitFor();
  await tap(phone, "#agree-phone");
  await next.page.locator(".qr").waitFor();
  await look(next, "cooling");
  await phone.page.locator("#add-phone").waitFor();
  await look(phone, "replaced");
  await next.close();
});

test("signing up with a passkey", async () => {
  const it = await handset();
  const cdp = await it.context.newCDPSession(it.page);
  await cdp.send("WebAuthn.enable");
  await cdp.send("WebAuthn.addVirtualAuthenticator", { options: { protocol: "ctap2", transport: "internal", hasResidentKey: true, hasUserVerification: true, isUserVerified: true, automaticPresenceSimulation: true } });
  await tap(it, "#to-signup");
  await it.page.fill("#contact", "taro@example.jp");
  await tap(it, "#send");
  await it.on("verify");
  await it.page.fill("#code", await letter("taro@example.jp"));
  await tap(it, "#verify");
  await it.on("choose");
  await tap(it, "#make-passkey");
  await it.on("home");
  await tap(it, "#add-phone");
  await it.page.locator(".qr").waitFor();
  await tap(it, "#tab-safety");
  await it.page.locator("#signout").tap();
  await it.on("start");
  await tap(it, "#passkey-in");
  await it.on("home");
  await it.page.locator(".qr").waitFor();
  await it.close();
});
