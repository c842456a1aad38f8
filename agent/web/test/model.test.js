// The page's rules, without a browser.
import assert from "node:assert/strict";
import test from "node:test";
import { largeAmount, left, mark, maxDigits, mayScanAgain, newer, place, screenOf, settled, typed, waiting, outcome } from "../static/js/model.js";
import { pinFault } from "../static/js/pins.js";

const at = (seconds) => new Date(Date.UTC(2026, 10, 22, 3, 0, seconds)).toISOString();
const sale = (over = {}) => ({
  id: "s1", amount: 1280, currency: "JPY", state: "prepared", goods: "hold", charge_key: "S1-T1-1-1", paper: "unprinted",
  checking: false, opened: at(0), changed: at(0), ...over,
});
const page = (over = {}) => ({ signedIn: true, ready: true, lost: false, view: "sale", sale: null, again: false, ...over });

test("each state of a charge has its screen", () => {
  const want = {
    prepared: "scan", sent: "asking", pending: "confirm", indoubt: "doubt", approved: "approved", declined: "declined",
    reversing: "reversing", reversed: "reversed", abandoned: "abandoned", queued: "queued", forwarding: "queued", owed: "owed", unpaid: "unpaid",
  };
  for (const [state, screen] of Object.entries(want)) {
    assert.equal(screenOf(page({ sale: sale({ state }) })), screen, state);
  }
});

test("a code that the customer reads has a screen of its own, also when its time is over", () => {
  const show = { text: "PWP1:S1-T1-1-1", until: at(180) };
  assert.equal(screenOf(page({ sale: sale({ state: "pending", show }) })), "shown");
  assert.equal(screenOf(page({ sale: sale({ state: "pending", reason: "code_shown" }) })), "shown", "after a restart");
  assert.equal(screenOf(page({ sale: sale({ state: "indoubt", reason: "code_shown", show }) })), "doubt");
  assert.equal(screenOf(page({ sale: sale({ state: "approved", show }) })), "approved");
  const next = sale({ id: "s2", charge_key: "S1-T1-1-9", opened: at(8), changed: at(8) });
  assert.equal(place(sale({ state: "pending", show }), next, new Set(), Date.parse(at(9))), "show", "the next sale takes the code away");
  assert.equal(place(sale({ state: "pending" }), next, new Set(), Date.parse(at(9))), "aside", "a customer who confirms is not left");
});

test("a state that the page does not know is neither a yes nor a no", () => {
  assert.equal(screenOf(page({ sale: sale({ state: "brand_new" }) })), "doubt");
});

test("a lost agent hides a result that may be old, and signing in comes first", () => {
  const approved = sale({ state: "approved" });
  assert.equal(screenOf(page({ lost: true, sale: approved })), "lost");
  assert.equal(screenOf(page({ signedIn: false, lost: true, sale: approved })), "signin");
  assert.equal(screenOf(page({ ready: false })), "starting");
});

test("scanning again is offered only where the charge can never be paid", () => {
  for (const state of ["prepared", "sent", "pending", "indoubt", "approved", "queued", "forwarding", "unpaid"]) {
    assert.equal(mayScanAgain(state), false, state);
    const one = sale({ state });
    assert.equal(screenOf(page({ again: true, sale: one })), screenOf(page({ sale: one })), state);
  }
  assert.equal(screenOf(page({ again: true, sale: sale({ state: "declined" }) })), "scan");
});

test("a result is not taken back by an older picture of the same charge", () => {
  const result = sale({ state: "approved", changed: at(5) });
  assert.equal(newer(result, sale({ state: "sent", changed: at(4) })).state, "approved");
  assert.equal(newer(result, sale({ state: "sent", changed: at(5) })).state, "approved");
  assert.equal(newer(result, sale({ state: "reversing", changed: at(6) })).state, "reversing");
  assert.equal(newer(sale({ state: "declined", changed: at(5) }), sale({ state: "sent", changed: at(5), charge_key: "S1-T1-1-2" })).state, "sent");
});

test("which sale is on the screen", () => {
  const now = Date.parse(at(10));
  const other = sale({ id: "s2", charge_key: "S1-T1-1-9", opened: at(8), changed: at(8) });
  assert.equal(place(null, sale(), new Set(), now), "show");
  assert.equal(place(null, sale(), new Set([mark(sale())]), now), "aside", "the cashier has left it");
  assert.equal(place(sale({ state: "approved" }), other, new Set(), now), "show", "the POS opened the next one");
  assert.equal(place(sale({ state: "sent" }), other, new Set(), now), "aside", "a request is under way");
  assert.equal(place(other, sale({ state: "reversed" }), new Set(), now), "aside", "an older one ends in the background");
  assert.equal(place(null, sale({ state: "approved" }), new Set(), now + 600_000), "aside", "an old result is no news");
  assert.equal(place(null, sale({ state: "indoubt" }), new Set(), now + 600_000), "show", "an old doubt is");
});

test("left: seconds are rounded up, and never below nothing", () => {
  assert.deepEqual(left(at(3), 3000, Date.parse(at(0)) + 100), { seconds: 3, part: 2900 / 3000 });
  assert.deepEqual(left(at(3), 3000, Date.parse(at(9))), { seconds: 0, part: 0 });
  assert.deepEqual(left(undefined, 0, 0), { seconds: 0, part: 0 });
});

test("typing an amount", () => {
  const keys = (...all) => all.reduce(typed, "");
  assert.equal(keys("0", "00", "1", "2", "8", "0"), "1280");
  assert.equal(keys("1", "00", "00"), "10000");
  assert.equal(keys("1", "2", "back"), "1");
  assert.equal(keys("back"), "");
  assert.equal(keys("5", "clear"), "");
  assert.equal(keys(..."9".repeat(maxDigits), "9").length, maxDigits);
  assert.equal(keys(..."9".repeat(maxDigits - 1), "00").length, maxDigits - 1, "00 that does not fit changes nothing");
  assert.ok(largeAmount < 10 ** maxDigits);
});

test("settled: nothing is under way any more", () => {
  assert.deepEqual(["prepared", "sent", "pending", "indoubt", "reversing", "queued", "forwarding"].filter(settled), []);
  assert.equal(settled("approved"), true);
});

test("what waits: shown when something does, or when the network is away and codes are taken", () => {
  const o = (over) => ({ taking: true, away: false, count: 0, amount: 0, left_count: 200, left_amount: 100_000, ...over });
  const now = Date.parse(at(0)), until = new Date(now + 3_600_000 + 59_000).toISOString();
  assert.equal(waiting(null, now), null);
  assert.equal(waiting(o({}), now), null);
  assert.equal(waiting(o({ taking: false, away: true }), now), null, "nothing is taken, so nothing is to be told of it");
  assert.deepEqual(waiting(o({ away: true }), now), { level: "look", full: false, late: false, minutes: null });
  assert.deepEqual(waiting(o({ count: 1, until }), now), { level: "wait", full: false, late: false, minutes: 60 });
  assert.equal(waiting(o({ away: true, count: 1, until }), now).level, "look");
  for (const over of [{ left_count: 0 }, { left_amount: 0 }]) assert.equal(waiting(o({ away: true, count: 1, until, ...over }), now).level, "bad");
  const late = waiting(o({ away: true, count: 1, until }), Date.parse(until) + 1);
  assert.deepEqual(late, { level: "bad", full: true, late: true, minutes: 0 });
  assert.equal(waiting(o({ carried: 1 }), now).level, "wait", "of another register");
  assert.equal(waiting(o({ taking: false, count: 2, until }), now).level, "wait", "stopped: what waits is told all the same");
});

test("a manager is asked only while the sale waits for a code", () => {
  const asked = { limit: "per_charge", pin: "" };
  assert.equal(screenOf(page({ override: asked, sale: sale() })), "override");
  assert.equal(screenOf(page({ override: asked, again: true, sale: sale({ state: "declined" }) })), "override");
  for (const state of ["sent", "pending", "indoubt", "approved", "declined", "queued"]) {
    assert.equal(screenOf(page({ override: asked, sale: sale({ state }) })), screenOf(page({ sale: sale({ state }) })), state);
  }
  assert.equal(screenOf(page({ override: asked, signedIn: false, sale: sale() })), "signin");
});

test("giving money back: done only when the wallet said so, and doubt is never a yes or a no", () => {
  for (const [way, state, want] of [
    ["void", "reversed", "void"], ["void", "reversing", "waiting"], ["void", "owed", "not"], ["void", "approved", "not"], ["void", "news", "waiting"],
    ["refund", "approved", "refund"], ["refund", "prepared", "waiting"], ["refund", "forwarding", "waiting"], ["refund", "declined", "not"], ["refund", "abandoned", "not"],
    ["refund", "owed", "not"], ["refund", "reversing", "waiting"], [undefined, "news", "waiting"],
  ]) assert.equal(outcome({ way, state }), want, `${way} ${state}`);
});

test("a PIN that is guessed first, or too short for its role, is said before it is sent", () => {
  for (const [pin, role, want] of [
    ["0000", "cashier", "people.pin.easy"], ["1212", "cashier", "people.pin.easy"], ["1234", "cashier", "people.pin.easy"], ["3210", "cashier", "people.pin.easy"], ["7890", "cashier", "people.pin.easy"],
    ["7204", "cashier", ""], ["7204", "manager", "people.pin.manager"], ["720", "cashier", "people.pin.cashier"], ["72o4", "cashier", "people.pin.cashier"], ["604713", "engineer", ""],
  ]) assert.equal(pinFault(pin, pin, role), want, `${pin} ${role}`);
  assert.equal(pinFault("7204", "7205", "cashier"), "people.pin.differ");
});
