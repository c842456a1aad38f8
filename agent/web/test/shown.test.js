// A payment by a code that the register shows, on the real system: the code is
// on the cashier's page and on the customer's display, a phone reads it off the
// screen and pays, and both screens say so.
import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import path from "node:path";
import { afterEach, test } from "node:test";
import { promisify } from "node:util";
import { AxeBuilder } from "@axe-core/playwright";
import { root } from "./support/demo.js";
import { demo, seen, signIn, stage, till } from "./support/stage.js";

const run = promisify(execFile);

stage();

/** @type {import("playwright-core").Page|null} */ let display = null;
afterEach(() => { display = null; });

/** The customer's display beside the till. */
async function openDisplay() {
  display = await till.context.newPage();
  await display.goto(demo.facts.display_url);
  await display.locator("body.display main h1").waitFor();
  return display;
}

const show = async (amount) => {
  await till.sell(amount);
  await till.page.locator(".show").tap();
  await till.on("shown");
};

/** What a reader of others reads in a picture of a screen; null without one. */
async function readOff(page, name) {
  const file = path.join(root, "out/ui", `${name}.png`);
  await page.screenshot({ path: file });
  try {
    return (await run("zbarimg", ["-q", "--raw", file])).stdout.trim();
  } catch (err) {
    if (err.code === "ENOENT") return null;
    throw err;
  }
}

test("a code is shown, read off both screens, paid, and both say so", async () => {
  await signIn();
  await openDisplay();
  await show("1280");
  assert.equal(await till.cue(), "accepted");
  assert.match(await till.text(".shown .yen"), /¥1,280/);
  assert.match(await till.text("main"), /商品を渡さないで/);
  await display.locator("body.on-shown .qr").waitFor();
  assert.match(await display.locator("main").innerText(), /¥1,280/);
  assert.match(await display.locator("main").innerText(), /read the code with your payment app/);
  const count = Number(await till.page.locator(".clockwork .count").textContent());
  assert.ok(count > 150 && count <= 180, `${count} seconds are left`);
  await till.look("40-shown-ja");
  const found = await new AxeBuilder({ page: display }).withTags(["wcag2a", "wcag2aa", "wcag21aa", "wcag22aa"]).analyze();
  assert.deepEqual(found.violations.map((v) => `${v.id}: ${v.nodes.map((n) => n.html)}`), [], "axe on the display");
  const onTill = await readOff(till.page, "40-shown-ja"), onDisplay = await readOff(display, "41-display-shown");
  assert.equal(onTill, onDisplay, "one code on both screens");
  if (onTill !== null) assert.match(onTill, /^PWP1:/);
  await till.page.tap("#language");
  await till.look("42-shown-en");
  await till.page.tap("#language");
  await demo.posctl("demo", "pay", ...(onTill ? [onTill] : []), "--customer", "sakura");
  await till.on("approved");
  assert.equal(await till.cue(), "approved");
  assert.match(await till.text(".approved .yen"), /¥1,280/);
  await display.locator("body.on-approved").waitFor();
  await display.screenshot({ path: path.join(root, "out/ui/43-display-paid.png") });
  assert.match(demo.paper(), /1,280/);
  assert.deepEqual((await seen()).filter((s) => s !== "asking"), ["amount", "scan", "shown", "approved"]);
});

test("a scan while a code is shown is refused, and a cancelled code cannot be paid", async () => {
  await signIn();
  await openDisplay();
  await show("540");
  demo.scan(await demo.code("sakura"));
  await till.page.locator('#refusal[data-why="register.code_shown"]').waitFor();
  assert.equal(await till.screen(), "shown");
  await till.look("44-shown-refused-ja");
  const { sale } = await (await fetch(`${demo.facts.agent_url}/v1/register`, { headers: { Authorization: `Bearer ${demo.facts.api_token}` } })).json();
  await till.page.tap("#cancel");
  await till.page.tap("#cancel-yes");
  await till.on("reversing", "reversed");
  await till.on("reversed");
  await display.locator("body.on-reversed").waitFor();
  await assert.rejects(demo.posctl("demo", "pay", sale.show.text), /cannot be paid any more/);
  await till.page.locator("#next").tap();
  await till.on("amount");
});

test("the code is printed for a customer who cannot read the display", async () => {
  await signIn();
  await show("770");
  const before = demo.printed();
  await till.page.tap("#print");
  await till.page.locator("#print:not(:disabled)").waitFor();
  await till.page.waitForFunction(() => document.querySelector("#print"));
  assert.ok(demo.printed() > before, "something is on paper");
  assert.equal(await till.screen(), "shown");
  assert.match(demo.paper(), /お\s*支\s*払\s*い\s*用/);
});

test("the agent comes back, and the code with it", async () => {
  till.expect("net");
  till.expect("401");
  await signIn();
  await openDisplay();
  await show("880");
  process.kill(demo.child("posagent"), "SIGKILL");
  await till.page.waitForFunction(async () => (await fetch("/readyz").catch(() => null))?.ok !== true);
  await till.page.waitForFunction(async () => (await fetch("/readyz").catch(() => null))?.ok === true);
  await display.locator("body.on-shown .qr").waitFor(); // the first inquiry tells the code again
  await till.on("signin"); // nobody stays signed in over a restart
  await till.page.locator("#pin").fill(demo.facts.cashier_pin);
  await till.page.keyboard.press("Enter");
  await till.on("shown");
  await demo.posctl("demo", "pay", "--customer", "sakura");
  await till.on("approved");
  assert.match(await till.text(".approved .yen"), /880/);
});

test("the display asks for its token, and sees no more than it may", async () => {
  await signIn();
  const page = await till.context.newPage();
  await page.goto(`${demo.facts.agent_url}/display`);
  await page.locator("body.on-barred").waitFor();
  await page.close();
  await openDisplay();
  assert.equal(new URL(display.url()).hash, "", "the token does not stay in the address");
  const status = await display.evaluate(async () => {
    const headers = { Authorization: `Bearer ${sessionStorage.getItem("posagent.display")}` };
    return (await fetch("/v1/charges", { headers })).status;
  });
  assert.equal(status, 403);
  till.expect("403");
  await till.sell("4321");
  await display.locator("body.on-prepared").waitFor();
  assert.match(await display.locator("main").innerText(), /¥4,321[\s\S]*コードをお見せください/);
  await display.screenshot({ path: path.join(root, "out/ui/45-display-amount.png") });
});


