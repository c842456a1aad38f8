// Each trouble that a wallet can be ordered to make: the cashier's page never
// shows a result that is not so, each charge comes to its end alone, and its
// timeline tells the story. In the end both books are equal.
import assert from "node:assert/strict";
import { test } from "node:test";
import { demo, paid, seen, signIn, stage, till } from "./support/stage.js";

stage();

const before = ["starting", "amount", "scan", "asking", "doubt"];

const troubles = [
  ["slow", "the answer comes after the soft mark", ["asking"]],
  ["silent", "the wallet commits and never answers", ["asking", "doubt"]],
  ["reset", "the wallet commits and resets the connection", ["doubt"]],
  ["duplicate", "the wallet handles the request twice", []],
  ["late", "the answer comes after the deadline", ["asking", "doubt"]],
];

for (const [n, [fault, what, shown]] of troubles.entries()) {
  test(`${fault}: ${what}`, async () => {
    await signIn();
    await demo.wallet(fault);
    await paid(String(1000 + n));
    await till.on("approved");
    const way = await seen();
    assert.equal(way.at(-1), "approved", `the screens were ${way}`);
    assert.deepEqual(way.slice(0, -1).filter((name) => !before.includes(name)), [], `the screens were ${way}`);
    for (const name of shown) assert.ok(way.includes(name), `${name} is not among ${way}`);
    const [charge] = JSON.parse(await demo.posctl("charges", "--json")).charges;
    assert.equal(charge.amount, 1000 + n);
    const story = await demo.posctl("charges", "--timeline", charge.key);
    assert.match(story, /prepared -> sent/);
    assert.match(story, /-> approved/);
    assert.match(story, /cashier reads "Paid", goods: hand_over/);
    assert.equal(/no trustworthy answer/.test(story), shown.includes("doubt"));
  });
}

test("after all of them both books are equal, in count and yen", async () => {
  await signIn();
  const report = JSON.parse(await demo.posctl("reconcile", "--json"));
  assert.equal(report.equal, true, JSON.stringify(report));
  const approved = report.wallets[0].totals.find((total) => total.state === "approved");
  assert.equal(approved.ours.count, troubles.length);
  assert.deepEqual(approved.ours, approved.theirs);
});
