// One demo and one browser for a file of tests, and a fresh till for each.
import { after, afterEach, before, beforeEach } from "node:test";
import { launch, Till } from "./browser.js";
import { Demo } from "./demo.js";

/** @type {Demo} */ export let demo;
/** @type {Till} */ export let till;
/** @type {import("playwright-core").Browser} */ let browser;

/** Sets the stage for the tests of this file. */
export function stage() {
  before(async () => {
    demo = await Demo.start();
    browser = await launch();
  });
  after(async () => {
    await browser?.close();
    await demo?.stop();
  });
  beforeEach(async () => {
    till = await Till.open(browser);
  });
  afterEach(async () => {
    await demo.wallet("none");
    await demo.clear();
    await till.close();
  });
}

export const signIn = () => till.signIn(demo.page, demo.facts.cashier_pin);

/** The screens so far, in order, even those of a moment. @returns {Promise<string[]>} */
export const seen = () => till.page.evaluate(() => window.seen);

/** A sale that is scanned for. @param {string} amount @param {string} [customer] */
export async function paid(amount, customer = "sakura") {
  await till.sell(amount);
  demo.scan(await demo.code(customer));
}
