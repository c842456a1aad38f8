// Every screen with fixed bodies, in both languages and several sizes, for
// people to look at in out/ui/gallery; and for machines: nothing for axe,
// nothing cut off, nothing that must be scrolled sideways. Some states (taken
// offline, owed, unpaid) are hard to reach on a healthy system.
import assert from "node:assert/strict";
import { mkdirSync } from "node:fs";
import path from "node:path";
import { after, before, test } from "node:test";
import { launch, Till } from "./support/browser.js";
import { Demo, root } from "./support/demo.js";

mkdirSync(path.join(root, "out/ui/gallery"), { recursive: true });

/** @type {Demo} */ let demo;
/** @type {import("playwright-core").Browser} */ let browser;
before(async () => {
  demo = await Demo.start();
  browser = await launch();
});
after(async () => {
  await browser?.close();
  await demo?.stop();
});

const soon = (ms) => new Date(Date.now() + ms).toISOString();
const reasonOf = (ja, en) => ({ reason: "timeout", reason_text: ja, reason_text_en: en });
const late = reasonOf("決済サービスの返事が時間内に届きませんでした。結果が出るまで、端末が自動で照会します。", "The wallet did not answer in time. The register asks again by itself until there is a result.");
const poor = reasonOf("決済アプリの残高が足りません。チャージしてもらうか、ほかの支払い方法をご案内ください。", "There is not enough money in the app. Ask the customer to add money, or offer another way to pay.");

const devices = [
  { id: "scanner0", role: "scanner", kind: "scanner", state: "ready", text: "読み取れます。", text_en: "Ready to scan.", since: soon(0) },
  { id: "printer0", role: "printer", kind: "printer", state: "blocked", reason: "paper_out", text: "用紙がありません。新しい用紙を入れてください。", text_en: "Out of paper. Put in a new roll.", since: soon(0) },
];

/** What was taken without a network, in each way that the bar shows it. */
const offline = {
  on: { taking: true, away: true, count: 0, amount: 0, left_count: 200, left_amount: 100_000 },
  waits: { taking: true, away: true, count: 7, amount: 12_340, left_count: 193, left_amount: 87_660, oldest: soon(-45_000_000), until: soon(41_400_000) },
  full: { taking: true, away: true, count: 200, amount: 98_760, left_count: 0, left_amount: 1240, oldest: soon(-45_000_000), until: soon(41_400_000) },
  late: { taking: true, away: true, count: 7, amount: 12_340, left_count: 193, left_amount: 87_660, oldest: soon(-90_000_000), until: soon(-3_600_000) },
  back: { taking: true, away: false, count: 3, amount: 3840, left_count: 197, left_amount: 96_160, oldest: soon(-600_000), until: soon(85_800_000) },
  carried: { taking: true, away: true, count: 0, amount: 0, carried: 12, carried_amount: 23_450, left_count: 200, left_amount: 100_000 },
  stopped: { taking: false, away: false, count: 3, amount: 3840, left_count: 197, left_amount: 0, oldest: soon(-600_000), until: soon(85_800_000) },
};

/** What the sale has in each state, beside the state. */
const states = {
  none: null,
  prepared: {},
  sent: { deadline: () => soon(3000), wallet: "own" },
  pending: { amount: 1_000_000_000, give_up: () => soon(55_000), wallet: "own" },
  shown: {
    state: "pending", wallet: "own", wallet_name: "みほんペイ", wallet_name_en: "Mihon Pay", reason: "code_shown",
    show: () => ({ text: "PWP1:S0001-T01-217877275-1", until: soon(150_000), size: 25, modules: "/rG/gIJPIIC6uS6AuoUugLpKLoCCqSCA/qq/gADsgABXo/aAHV3TAG4m/QDMBPoAo+OMAC3LEgCr9siAcO69AObX+AAAtIwA/v6rgIL2jgC6X/oAuqH9ALoQIICC+wyA/i3KgA==" }),
  },
  indoubt: { next_inquiry: () => soon(4000), give_up: () => soon(27_000), checking: true, wallet: "own", ...late },
  approved: { goods: "hand_over", wallet: "own", receipt: "20261122000123", paper: "failed" },
  declined: { wallet: "own", ...poor },
  reversing: { wallet: "own", ...late },
  reversed: { wallet: "own" },
  abandoned: {},
  queued: { goods: "hand_over", wallet: "own", paper: "confirmed" },
  owed: { wallet: "own" },
  unpaid: { wallet: "own" },
};

const sizes = { till: [1024, 768], wide: [1280, 800], zoomed: [512, 384] }; // zoomed: 1024 x 768 at 200 %

function bodies(state, waits) {
  const more = Object.fromEntries(Object.entries(states[state] ?? {}).map(([k, v]) => [k, typeof v === "function" ? v() : v]));
  const sale = state === "none" ? undefined : {
    id: `sale-${state}`, amount: more.amount ?? 9_999_999, currency: "JPY", state, goods: "hold", charge_key: "S0001-T01-217900800-1234", paper: "unprinted",
    checking: false, business_date: "2026-11-22", opened: soon(-5000), changed: soon(0), ...more,
  };
  return {
    "/v1/session": { operator: "cashier", name: "レジ係", role: "cashier", scopes: [], secret: "fixed", store: "みほん商店", terminal: "T01" },
    "/v1/register": { store: "みほん商店 一号店", terminal: "T01", sale, devices, open: state === "none" ? 1 : 0, demo: true, presenters: [{ wallet: "own", name: "みほんペイ", name_en: "Mihon Pay" }, { wallet: "other", name: "ながいなまえのけっさいサービス", name_en: "A Wallet of a Long Name" }], offline: offline[waits] },
    "/v1/health": { ready: true, troubles: [] },
    "/v1/charges": { charges: [], next: 0 },
  };
}

/** A page whose agent says what we want; the stream is open and silent. */
async function fixed(state, options, waits) {
  const till = await Till.open(browser, options);
  till.expect("404"); // there is no picture of a receipt
  const answers = bodies(state, waits);
  await till.page.addInitScript(() => {
    sessionStorage.setItem("posagent.session", "fixed");
    window.EventSource = class extends EventTarget {
      constructor() {
        super();
        setTimeout(() => this.dispatchEvent(new MessageEvent("heartbeat", { data: "{}" })), 10);
      }
      close() {}
    };
  });
  await till.page.route("**/v1/**", (route) => {
    const body = answers[new URL(route.request().url()).pathname];
    if (route.request().url().includes("/ticket")) return route.fulfill({ json: { ticket: "t" } });
    return body ? route.fulfill({ json: body }) : route.fulfill({ status: 404, json: { title: "Not Found", status: 404 } });
  });
  return till;
}

/** What sticks out of the page or of its own box. */
const cutOff = () => {
  const out = [];
  if (document.documentElement.scrollWidth > innerWidth) out.push(`the page is ${document.documentElement.scrollWidth} wide`);
  for (const e of document.querySelectorAll("main h1, main p, main button, main label, main dd, main li, .ribbon, .chip, .plain")) {
    const box = e.getBoundingClientRect();
    if (box.width && (box.right > innerWidth + 1 || box.left < -1)) out.push(`outside: ${e.outerHTML.slice(0, 80)}`);
    if (e.scrollWidth > e.clientWidth + 1 && getComputedStyle(e).display !== "inline") out.push(`cut: ${e.outerHTML.slice(0, 80)}`);
  }
  return out;
};

/** Controls under 48 px, and keys under 72. */
const tooSmall = () => [...document.querySelectorAll("main button, main .file, .bar button")].flatMap((e) => {
  const box = e.getBoundingClientRect(), least = e.matches(".key") ? 72 : 48;
  return box.height && (box.height < least - 0.5 || box.width < least - 0.5) ? [`${Math.round(box.width)} x ${Math.round(box.height)}: ${e.outerHTML.slice(0, 80)}`] : [];
});

for (const state of Object.keys(states)) {
  test(`screen of ${state}`, async () => {
    for (const [size, [width, height]] of Object.entries(sizes)) {
      const till = await fixed(state, { viewport: { width, height } });
      await till.page.goto(demo.page);
      await till.page.locator("body:not(.on-signin):not(.on-starting) main h1").waitFor();
      if (state === "approved") await till.page.tap("#stay");
      for (const lang of ["ja", "en"]) {
        if (lang === "en") await till.page.tap("#language");
        const name = `gallery/${state}-${size}-${lang}`;
        if (size === "till") await till.look(name);
        else await till.shot(name);
        assert.deepEqual(await till.page.evaluate(cutOff), [], name);
        assert.deepEqual(await till.page.evaluate(tooSmall), [], name);
        const { scroll, room } = await till.page.evaluate(() => ({ scroll: document.documentElement.scrollHeight, room: innerHeight }));
        if (size !== "zoomed") assert.ok(scroll <= room, `${name} must be scrolled: ${scroll} > ${room}`);
      }
      await till.close();
    }
  });
}

test("with the chip in the bar no screen of a till must be scrolled", async () => {
  for (const state of ["none", "prepared", "sent", "indoubt", "approved", "declined", "queued"]) {
    const till = await fixed(state, {}, "waits");
    await till.page.goto(demo.page);
    await till.page.locator("body:not(.on-signin):not(.on-starting) main h1").waitFor();
    for (const lang of ["ja", "en"]) {
      if (lang === "en") await till.page.tap("#language");
      await till.shot(`gallery/offline-${state}-${lang}`);
      const { scroll, room } = await till.page.evaluate(() => ({ scroll: document.documentElement.scrollHeight, room: innerHeight }));
      assert.ok(scroll <= room, `${state} in ${lang} must be scrolled: ${scroll} > ${room}`);
    }
    await till.close();
  }
});

test("what waits is in the bar, and all of it for whoever comes to the chip", async () => {
  const told = new Set();
  for (const waits of Object.keys(offline)) {
    for (const [size, [width, height]] of Object.entries({ ...sizes, phone: [390, 844] })) {
      const till = await fixed("none", { viewport: { width, height } }, waits);
      await till.page.goto(demo.page);
      await till.on("amount");
      const chip = till.page.locator('[data-chip="offline"]');
      for (const lang of ["ja", "en"]) {
        if (lang === "en") await till.page.tap("#language");
        const name = `gallery/offline-${waits}-${size}-${lang}`;
        await chip.blur(); // a touch on the language leaves the focus where it is
        await chip.focus();
        await till.page.locator("#offline-tip.tip").waitFor();
        if (size === "till" || size === "phone") await till.look(`${name}-tip`);
        assert.deepEqual(await till.page.evaluate(cutOff), [], name);
        await till.page.keyboard.press("Escape");
        assert.equal(await till.page.locator("#offline-tip.tip").count(), 0, "Escape closes it");
        await till.shot(name);
        assert.deepEqual(await till.page.evaluate(cutOff), [], name);
        assert.deepEqual(await till.page.evaluate(tooSmall), [], name);
      }
      if (size === "till") told.add(`${await chip.locator("svg").innerHTML()}|${await chip.innerText()}`);
      await till.page.tap('[data-chip="offline"]');
      await till.page.locator("#offline-tip.tip").waitFor();
      await till.page.touchscreen.tap(2, height - 2);
      await till.page.locator("#offline-tip.tip").waitFor({ state: "detached" });
      await till.close();
    }
  }
  assert.equal(told.size, Object.keys(offline).length, "sign and words of each");
});

test("results are told apart without colour", async () => {
  const told = new Set();
  for (const state of ["approved", "declined", "indoubt", "queued", "reversing"]) {
    const till = await fixed(state);
    await till.page.goto(demo.page);
    await till.page.locator(".result").waitFor();
    const devtools = await till.context.newCDPSession(till.page);
    await devtools.send("Emulation.setEmulatedVisionDeficiency", { type: "achromatopsia" });
    await till.shot(`gallery/${state}-grey`);
    await devtools.send("Emulation.setEmulatedVisionDeficiency", { type: "none" });
    await till.page.emulateMedia({ forcedColors: "active" });
    await till.shot(`gallery/${state}-forced`);
    told.add(await till.page.evaluate(() => [
      document.querySelector(".result .shape").innerHTML.replace(/<!--.*?-->/g, ""),
      document.querySelector("#title").textContent,
      document.documentElement.dataset.cue,
    ].join("|")));
    await till.close();
  }
  assert.equal(told.size, 5, "shape, word and sound of each");
});
