// Chromium on a till's screen, and what every test wants to know of a page:
// no error in the console, nothing against the policy, nothing for axe.
import assert from "node:assert/strict";
import { mkdirSync } from "node:fs";
import path from "node:path";
import { AxeBuilder } from "@axe-core/playwright";
import { chromium } from "playwright-core";
import { root } from "./demo.js";

const pictures = path.join(root, "out/ui");
mkdirSync(pictures, { recursive: true });

const args = [
  "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
  "--disable-component-update", "--disable-sync", "--force-color-profile=srgb",
];

/** @param {string[]} [more] arguments of Chromium */
export const launch = (more = []) => chromium.launch({ executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium", args: [...args, ...more] });

/** A till: 1024 x 768, touched, in Japan. */
export const till = {
  viewport: { width: 1024, height: 768 }, hasTouch: true, locale: "ja-JP", timezoneId: "Asia/Tokyo", reducedMotion: "reduce",
};

/** The browser itself logs each answer of 400 and above; these were asked for. */
const logged = /Failed to load resource: the server responded with a status of (\d+)/;

/** A page whose faults are collected. */
export class Till {
  /** @param {import("playwright-core").Browser} browser @param {object} [options] */
  static async open(browser, options = {}) {
    const it = new Till();
    it.context = await browser.newContext({ ...till, ...options });
    it.page = await it.context.newPage();
    it.page.setDefaultTimeout(20_000);
    it.faults = [];
    it.allowed = new Set();
    it.page.on("pageerror", (err) => it.faults.push(`error: ${err.stack}`));
    it.page.on("console", (message) => {
      if (message.type() !== "error" && message.type() !== "warning") return;
      const status = logged.exec(message.text())?.[1] ?? (message.text().includes("net::ERR") ? "net" : "");
      if (!it.allowed.has(status)) it.faults.push(`${message.type()}: ${message.text()} (${message.location().url})`);
    });
    await it.page.exposeFunction("posagentViolation", (text) => it.faults.push(`policy: ${text}`));
    await it.page.addInitScript(() => {
      document.addEventListener("securitypolicyviolation", (e) => window.posagentViolation(`${e.violatedDirective} ${e.blockedURI}`));
      // The screens in the order in which they were seen, even for a moment.
      window.seen = [];
      const note = () => {
        const name = /on-(\w+)/.exec(document.body?.className ?? "")?.[1];
        if (name && window.seen.at(-1) !== name) window.seen.push(name);
      };
      new MutationObserver(note).observe(document, { subtree: true, attributes: true, childList: true, attributeFilter: ["class"] });
    });
    return it;
  }

  /** Allows the browser's own log line for an answer with this status ("401", or "net"). @param {string} status */
  expect(status) {
    this.allowed.add(status);
  }

  async signIn(url, pin) {
    await this.page.goto(url);
    await this.page.locator("#pin").waitFor();
    await this.page.keyboard.type(pin, { delay: 30 });
    await this.page.keyboard.press("Enter");
    // The result of another test may still be shown, as it is to a cashier who comes back.
    const first = await this.on("amount", "approved", "declined", "abandoned", "reversing", "reversed", "split");
    if (first !== "amount") await this.page.locator("#next, #split-done").tap();
    await this.on("amount");
    await this.page.evaluate(() => { window.seen = ["amount"]; });
  }

  /** Waits for a screen. @param {...string} names */
  async on(...names) {
    await this.page.locator(names.map((name) => `body.on-${name}`).join(", ")).waitFor();
    return this.screen();
  }

  screen() {
    return this.page.evaluate(() => /on-(\w+)/.exec(document.body.className)[1]);
  }

  /** Types an amount and goes on to the scan. @param {string} amount */
  async sell(amount) {
    await this.on("amount");
    await this.page.keyboard.type(amount, { delay: 40 });
    await this.page.keyboard.press("Enter");
    await this.on("scan");
  }

  text(selector) {
    return this.page.locator(selector).innerText();
  }

  /** The last sound's name. */
  cue() {
    return this.page.evaluate(() => document.documentElement.dataset.cue ?? "");
  }

  /** A picture of the screen, for people. @param {string} name */
  shot(name) {
    return this.page.screenshot({ path: path.join(pictures, `${name}.png`) });
  }

  /** A picture, and nothing for axe to find. @param {string} name */
  async look(name) {
    await this.shot(name);
    const found = await new AxeBuilder({ page: this.page }).withTags(["wcag2a", "wcag2aa", "wcag21aa", "wcag22aa"]).analyze();
    const violations = found.violations.map((v) => `${v.id}: ${v.help}\n  ${v.nodes.map((n) => n.html).join("\n  ")}`);
    assert.deepEqual(violations, [], `axe on ${name}`);
    assert.ok(found.passes.length > 10, `axe looked at ${name}`);
  }

  /** Nothing may have gone wrong unseen. */
  async close() {
    await this.context.close();
    assert.deepEqual(this.faults, [], "console, errors and policy");
  }
}
