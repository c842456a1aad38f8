// Closing the day on the manager's page: X changes nothing, Z closes once,
// carries forward with a reason only, and stays as it was printed.
import assert from "node:assert/strict";
import { test } from "node:test";
import { demo, paid, signIn, stage, till } from "./support/stage.js";

stage();

const shoot = async (/** @type {string} */ name) => {
  for (const lang of ["ja", "en"]) {
    if (lang === "en") await till.page.tap("#language");
    await till.look(`${name}-${lang}`);
  }
  await till.page.setViewportSize({ width: 390, height: 844 });
  await till.look(`${name}-phone-en`);
  await till.page.setViewportSize({ width: 1024, height: 768 });
  await till.page.tap("#language");
};

test("a cashier cannot close; a manager adds up, closes once and prints again", async () => {
  till.expect("409");
  await signIn();
  for (const amount of ["1280", "700"]) {
    await paid(amount);
    await till.on("approved");
    await till.page.tap("#next");
  }
  await till.page.goto(`${demo.page.replace("/pos", "/manager")}#closing`);
  await till.on("closing");
  assert.equal(await till.page.locator("#close").count(), 0);
  await till.page.tap("#lock");
  await till.page.locator("#pin").waitFor();
  await till.page.keyboard.type(demo.facts.manager_pin, { delay: 30 });
  await till.page.keyboard.press("Enter");
  await till.on("closing");
  await till.page.tap("#x");
  await till.page.locator("#sums").waitFor();
  assert.match(await till.text("#sums"), /純売上\s+¥1,980.*決済済み\s+¥1,980\s+2/s);
  await shoot("42-closing-x");
  await till.page.fill("#z-counted", "３０，０００");
  await till.page.fill("#z-float", "3万");
  assert.match(await till.text("#z-wrong"), /数字/);
  assert.ok(await till.page.isDisabled("#close"));
  await till.page.fill("#z-float", "30,500");
  await till.page.tap("#close");
  assert.match(await till.text("#close"), /もう一度/);
  await shoot("43-closing-sure");
  await till.page.tap("#close");
  await till.page.locator("#shown h2", { hasText: "第1号" }).waitFor();
  assert.match(await till.text("#drawer"), /計算 ¥30,500、実査 ¥30,000、過不足 -¥500/);
  assert.match(await till.text("#shown"), /照合一致/);
  await shoot("44-closed");
  const [z] = JSON.parse(await demo.posctl("close", "list", "--json")).closings;
  assert.equal(z.z.number, 1);
  assert.equal(z.takings[0].net, 1980);
  await till.page.tap("#print");
  await till.page.locator("#printed").waitFor();
  await till.page.tap("#close");
  await till.page.tap("#close");
  await till.page.locator("#fault", { hasText: "1営業日に1回" }).waitFor();
  await till.look("45-closed-already-ja");
});
