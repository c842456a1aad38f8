// A customer pays in parts: by code, then in cash, on the real system.
import assert from "node:assert/strict";
import { test } from "node:test";
import { demo, signIn, stage, till } from "./support/stage.js";

stage();

const tap = (selector) => till.page.tap(selector);
const keys = (digits) => till.page.keyboard.type(digits, { delay: 40 });

test("a part by code keeps the goods, cash completes it, and one receipt tells of both", async () => {
  await signIn();
  await keys("2000");
  await tap("#split");
  await till.on("split");
  await keys("2001");
  assert.ok(await till.page.locator("#split-code").isDisabled(), "more than is left");
  await till.page.keyboard.press("Delete");
  await keys("1500");
  await till.look("split-1-ja");
  await tap("#split-code");
  await till.on("scan");
  demo.scan(await demo.code("sakura"));
  await till.on("split");
  await till.page.locator("#split-left", { hasText: "¥500" }).waitFor();
  assert.match(await till.text("#split-hold"), /お渡ししないで/);
  assert.doesNotMatch(await till.text("main"), /商品を渡してください/);
  await till.page.reload(); // a page that was opened anew finds the bill again
  await till.on("split");
  await till.page.locator("#split-left", { hasText: "¥500" }).waitFor();
  await tap("#split-cash");
  await keys("1000");
  assert.match(await till.text("#split-change"), /¥500/);
  await till.look("split-2-ja");
  await tap("#split-took");
  await till.page.locator("#change").waitFor();
  assert.match(await till.text("main"), /商品を渡してください/);
  await till.look("split-3-ja");
  const paper = demo.paper();
  assert.match(paper, /2,000/);
  assert.match(paper, /お釣り/);
  await tap("#split-done");
  await till.on("amount");
});

test("the last part by code is approved as any sale; one with a part paid is not given up", async () => {
  await signIn();
  await keys("900");
  await tap("#split");
  await till.on("split");
  await keys("400");
  await tap("#split-cash");
  await tap("#split-took");
  await till.page.locator("#split-left", { hasText: "¥500" }).waitFor();
  till.expect("409");
  await tap("#split-stop");
  await till.page.locator("#fault").waitFor();
  await till.shot("split-4-ja");
  await tap("#split-code");
  await till.on("scan");
  demo.scan(await demo.code("sakura"));
  await till.on("approved");
  await tap("#next");
  await till.on("amount");
});

test("a bill of which nothing is paid is given up", async () => {
  await signIn();
  await keys("700");
  await tap("#split");
  await till.on("split");
  await tap("#language");
  await till.look("split-5-en");
  await till.page.setViewportSize({ width: 390, height: 844 });
  await till.shot("split-6-phone-en");
  await till.page.setViewportSize({ width: 1024, height: 768 });
  await tap("#split-stop");
  await till.on("amount");
});
