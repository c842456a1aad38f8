// Alerts on the manager's page: what stands comes first with what there is to
// do; a manager says that it is seen to, and a cashier cannot.
import assert from "node:assert/strict";
import { test } from "node:test";
import { demo, signIn, stage, till } from "./support/stage.js";

stage();

const soon = (/** @type {number} */ minutes) => new Date(Date.now() + minutes * 60_000).toISOString();

const list = [
  { id: 13, code: "device.paper_out", subject: "printer0", level: 0, act: "cashier", title: "用紙切れです", title_en: "The paper is out", text: "用紙を入れてください。", text_en: "Put paper in.", raised: soon(-90), cleared: soon(-30) },
  { id: 12, code: "certificate.expires", subject: "own", detail: "2026-12-04 09:00", level: 2, act: "engineer", title: "証明書の期限が近づいています", title_en: "A certificate ends soon", text: "期限が切れると、接続できなくなります。", text_en: "When it has ended, there is no connection.", raised: soon(-200) },
];

test("alerts are listed for all and seen to by a manager", async () => {
  await signIn();
  const seen = [];
  await till.page.route("**/v1/alerts**", (route) => {
    const url = new URL(route.request().url());
    if (route.request().method() === "POST") {
      seen.push(url.pathname);
      Object.assign(list[1], { acknowledged: soon(0), acknowledged_by: "店長" });
      return route.fulfill({ json: list[1] });
    }
    return route.fulfill({ json: { alerts: list, next: 0, mail: { state: "failing", to: [], problem: "the relay hung up" } } });
  });
  await till.page.goto(`${demo.page.replace("/pos", "/manager")}#alerts`);
  await till.on("alerts");
  await till.page.locator("tr.stands").waitFor();
  assert.match(await till.text("tbody tr:first-child"), /証明書の期限が近づいています \(own\).*期限が切れると.*続いています/s);
  assert.match(await till.text("tbody tr:last-child"), /用紙切れです \(printer0\).*に解消/s);
  assert.match(await till.text("#standing"), /1件/);
  assert.match(await till.text("#mail"), /the relay hung up/);
  assert.equal(await till.page.locator("[data-see]").count(), 0);
  await till.page.tap("#lock");
  await till.page.locator("#pin").waitFor();
  await till.page.keyboard.type(demo.facts.manager_pin, { delay: 30 });
  await till.page.keyboard.press("Enter");
  await till.on("alerts");
  await till.page.locator("[data-see]").waitFor();
  await till.look("46-alerts-ja");
  await till.page.tap("[data-see]");
  await till.page.locator("[data-see]").waitFor({ state: "detached" });
  assert.match(await till.text("tbody tr:first-child"), /店長/);
  assert.deepEqual(seen, ["/v1/alerts/12/acknowledge"]);
  await till.page.tap("#language");
  await till.look("46-alerts-en");
  await till.page.setViewportSize({ width: 390, height: 844 });
  await till.look("46-alerts-phone-en");
});
