// The formal receipt on the real system, and points of a customer who uses them.
import assert from "node:assert/strict";
import { test } from "node:test";
import { demo, paid, signIn, stage, till } from "./support/stage.js";

stage();

const tap = (selector) => till.page.tap(selector);

test("points of the customer's app stand on the screen and on the receipt", async () => {
  await signIn();
  await paid("1000", "ume");
  await till.on("approved");
  assert.match(await till.text("#points-used"), /¥300/);
  assert.match(await till.text("#points-earned"), /7 pt/);
  await till.look("80-points-ja");
  const paper = demo.paper();
  for (const line of [/合計\s+¥\s*1,000|合\s+計\s+¥/, /うちポイント利用\s+¥300/, /獲得ポイント\s+7 pt/, /ポイント残高\s+7 pt/]) assert.match(paper, line);
});

test("a sale has one formal receipt: from the approved screen, and never twice", async () => {
  await signIn();
  await paid("2200");
  await till.on("approved");
  await tap("#formal-open");
  await till.page.locator("#formal-to").waitFor();
  await till.look("81-formal-ja");
  await till.page.fill("#formal-to", "株式会社みほん");
  await tap("#formal-go");
  await till.page.locator('#formal-result[data-number="1"]').waitFor();
  await till.look("82-formal-done-ja");
  const paper = demo.paper();
  for (const line of [/領\s*収\s*書/, /株式会社みほん 様/, /お品代/]) assert.match(paper, line);
  await tap("#formal-close");
  assert.equal(await till.screen(), "approved", "the screen has waited");
  till.expect("409");
  await tap("#formal-open");
  await tap("#formal-go");
  await till.page.locator("#formal-fault", { hasText: "一枚だけ" }).waitFor();
  assert.equal(await till.page.locator("#formal-copy").count(), 0, "a cashier copies nothing");
  await till.look("83-formal-issued-ja");
});

test("a manager finds the sale in the list, and prints a copy that says so", async () => {
  await till.signIn(demo.page, demo.facts.manager_pin);
  await tap("#charges");
  await till.page.setViewportSize({ width: 390, height: 844 });
  till.expect("409");
  await till.page.locator("[data-formal]").first().tap();
  await tap("#formal-go");
  await tap("#formal-copy");
  await till.page.locator('#formal-result[data-number="1"]', { hasText: "再発行" }).waitFor();
  await till.look("84-formal-copy-phone-ja");
  assert.match(demo.paper(), /再発行/);
  await till.page.keyboard.press("Escape");
  await till.page.locator("#formal").waitFor({ state: "detached" });
});
