// The cashier's page when something is wrong: a wallet that does not answer,
// no paper, a pulled cable, a frozen agent. The page never guesses a result.
import assert from "node:assert/strict";
import { test } from "node:test";
import { demo, paid, seen, signIn, stage, till } from "./support/stage.js";

stage();

test("a silent wallet: checking, then a doubt, then what the inquiry says", async () => {
  await signIn();
  await demo.wallet("silent");
  await paid("1500");
  await till.on("asking");
  await till.shot("11-asking-ja");
  await till.page.locator("#step", { hasText: "時間がかかって" }).waitFor();
  await till.shot("12-checking-ja");
  await till.on("approved"); // the wallet had taken the money; only its answer was lost
  assert.deepEqual(await seen(), ["amount", "scan", "asking", "doubt", "approved"]);
});

/** A sale in doubt that stays so: the answer was lost, and then the wallet. */
async function doubted(amount) {
  await demo.wallet("silent");
  await paid(amount);
  await till.on("asking");
  await demo.posctl("demo", "wallet", "stop");
  await till.on("doubt");
}

/** After many failures in a row the register leaves the wallet alone for a moment. */
async function notPaused() {
  const paused = () => till.page.evaluate(async () => {
    const headers = { "Posagent-Session": sessionStorage.getItem("posagent.session") ?? "" };
    const { troubles } = await (await fetch("/v1/health", { headers })).json();
    return troubles.some((/** @type {{code: string}} */ t) => t.code === "wallet.paused");
  });
  for (let tries = 0; await paused(); tries++) {
    assert.ok(tries < 120, "the wallet is asked again within a minute");
    await new Promise((go) => setTimeout(go, 500));
  }
}

test("a doubt is never a yes or a no before its end, through a reload too", async () => {
  await signIn();
  try {
    await doubted("1550");
    assert.equal(await till.cue(), "doubt");
    assert.match(await till.text(".goods"), /まだ商品を渡さないで/);
    assert.equal(await till.page.evaluate(() => getComputedStyle(document.querySelector(".result")).borderTopStyle), "dashed");
    await till.page.locator("#giveup").waitFor();
    await till.look("13-doubt-ja");
    await till.page.reload();
    await till.on("doubt");
    await till.page.tap("#language");
    await till.look("14-doubt-en");
    assert.deepEqual((await seen()).filter((name) => name !== "starting"), ["doubt"]);
  } finally {
    await demo.posctl("demo", "wallet", "start");
  }
  await till.on("approved", "reversed");
  const way = await seen();
  assert.deepEqual(way.slice(0, -1).filter((name) => !["starting", "doubt", "reversing"].includes(name)), []);
});

test("asking to cancel a doubt takes two touches, and undoes it", async () => {
  await signIn();
  try {
    await doubted("1600");
    await till.page.tap("#cancel");
    await till.look("15-cancel-sure-ja");
    await till.page.tap("#cancel-no");
    assert.equal(await till.screen(), "doubt");
    await till.page.tap("#cancel");
    await till.page.tap("#cancel-yes");
    await till.on("reversing");
    await till.look("16-reversing-ja");
  } finally {
    await demo.posctl("demo", "wallet", "start");
  }
  await till.page.locator("body.on-reversed").waitFor({ timeout: 60_000 });
  await till.look("17-reversed-ja");
  assert.equal((await seen()).includes("approved"), false);
});

test("a doubt may be left: the next sale is sold, and its end is told", async () => {
  await signIn();
  try {
    await doubted("1700");
    await till.page.tap("#next");
    await till.on("amount");
    await till.page.locator('[data-chip="open"]').waitFor();
  } finally {
    await demo.posctl("demo", "wallet", "start");
  }
  await notPaused();
  await paid("170");
  await till.on("approved");
  await till.on("amount");
  await till.page.locator("[data-news]").waitFor({ timeout: 60_000 }); // and it stays until it is read
  assert.match(await till.text("[data-news]"), /¥1,700/);
  await till.look("18-news-ja");
  await till.page.tap("[data-news] button");
  assert.equal(await till.page.locator("[data-news]").count(), 0);
});

test("no paper: the sale stands, the printer says so, and the reprint works", async () => {
  await signIn();
  await demo.device("paper-out", "printer0");
  try {
    await till.page.locator('[data-chip="printer"].bad').waitFor();
    await paid("650");
    await till.on("approved");
    await till.page.tap("#stay");
    await till.page.locator('#paper[data-paper="failed"], #paper[data-paper="unknown"]').waitFor({ timeout: 60_000 });
    await till.look("24-no-paper-ja");
    await till.page.tap('[data-chip="printer"]');
    await till.page.locator("#panel").waitFor();
    await till.look("25-panel-ja");
    await till.page.keyboard.press("Escape");
  } finally {
    await demo.device("paper-in", "printer0");
  }
  await till.page.locator('[data-chip="printer"].good').waitFor();
  const before = demo.printed();
  await till.page.tap("#reprint");
  await till.page.locator('#paper[data-paper="confirmed"], #paper[data-paper="sent"]').waitFor();
  assert.ok(demo.printed() > before);
});

test("the scanner is pulled out and put back", async () => {
  await signIn();
  await till.sell("120");
  await demo.device("unplug", "scanner0");
  await till.page.locator('[data-chip="scanner"].bad, [data-chip="scanner"].wait').waitFor();
  await till.page.locator(".device.bad").waitFor();
  await till.look("26-no-scanner-ja");
  await demo.device("plug", "scanner0");
  await till.page.locator(".device.good").waitFor({ timeout: 30_000 });
  demo.scan(await demo.code("sakura"));
  await till.on("approved");
});

test("the agent freezes in mid-sale: the page says so, and goes on by itself", async () => {
  till.expect("net");
  await signIn();
  await till.sell("880");
  const agent = demo.child("posagent");
  process.kill(agent, "SIGSTOP");
  try {
    await till.on("lost");
    assert.match(await till.text("#under-way"), /¥880/);
    await till.look("28-lost-ja");
  } finally {
    process.kill(agent, "SIGCONT");
  }
  await till.on("scan");
  assert.match(await till.text("main .yen"), /880/);
  demo.scan(await demo.code("sakura"));
  await till.on("approved");
});
