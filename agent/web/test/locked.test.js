// A register that is locked after too many wrong PINs: it says who opens it.
import assert from "node:assert/strict";
import { mkdirSync, writeFileSync } from "node:fs";
import path from "node:path";
import test from "node:test";
import { launch, Till } from "./support/browser.js";
import { Demo } from "./support/demo.js";

test("a locked register asks for a manager, and is open for all once one was there", async () => {
  const demo = await Demo.start((dir) => {
    mkdirSync(path.join(dir, "agent"), { mode: 0o700 });
    writeFileSync(path.join(dir, "agent", "posagent.pins"), '{"recent":[],"in_a_row":{"":10}}', { mode: 0o600 });
  });
  const browser = await launch();
  try {
    const till = await Till.open(browser);
    till.expect("401");
    till.expect("403");
    await till.page.goto(demo.page);
    await till.page.locator("#pin").waitFor();
    await till.page.keyboard.type(demo.facts.cashier_pin, { delay: 30 });
    await till.page.keyboard.press("Enter");
    await till.page.locator("#pin-fault").filter({ hasText: "店長" }).waitFor();
    assert.equal(await till.page.locator("#pin").inputValue(), "", "the PIN does not stay on the screen");
    await till.look("signin-locked");
    await till.signIn(demo.page, demo.facts.manager_pin);
    await till.page.locator("#lock").tap();
    await till.signIn(demo.page, demo.facts.cashier_pin);
    await till.close();
  } finally {
    await browser.close();
    await demo.stop();
  }
});
