// A bill that is paid in parts: what the cashier can do about it. Each part by
// code is a sale that stands at the scanner as any other.
import { askJSON, path, Unreachable } from "./api.js";
import { act, failed } from "./acts.js";
import { leave, page, set, tookSale } from "./page.js";
import { typed } from "./model.js";
import { t } from "./words.js";

/** @typedef {import("./model.js").Bill} Bill */

/** Opens a bill over the amount that was typed. */
export function open() {
  const { digits, rate } = page.entry;
  const amount = Number(digits);
  if (!amount) return;
  const body = { amount, currency: "JPY", lines: [{ name: t("amount.line"), quantity: 1, amount, rate }] };
  return act(`bill ${amount} ${rate}`, async (key) => {
    const bill = await askJSON(path.bills, { method: "POST", body, act: key });
    set({ split: { bill, digits: "", cash: 0 }, entry: { digits: "", rate: "standard", large: false } });
  });
}

/** A key of the part's amount, or of what was handed over. @param {string} key */
export function type(key) {
  if (page.split) set({ split: { ...page.split, digits: typed(page.split.digits, key) }, fault: null });
}

/** What was typed, or all that is left. */
export function part() {
  const { split } = page;
  if (!split) return 0;
  return Number(split.digits) || split.cash || split.bill.left;
}

/** The part is paid by code: its sale comes to the scanner. */
export function byCode() {
  const { split } = page;
  if (!split) return;
  const amount = part();
  leave();
  return act(`part ${split.bill.id} ${split.bill.parts.length} code ${amount}`, async (key) => {
    const bill = await askJSON(path.parts(split.bill.id), { method: "POST", body: { way: "code", amount }, act: key });
    set({ split: { bill, digits: "", cash: 0 } });
    tookSale(bill.parts.at(-1).sale);
  });
}

/** The part is paid in cash: next is what the customer lays on the counter. */
export function inCash() {
  if (page.split) set({ split: { ...page.split, digits: "", cash: part() }, fault: null });
}

/** Back to the amount of the part. */
export function notInCash() {
  if (page.split) set({ split: { ...page.split, digits: "", cash: 0 }, fault: null });
}

/** The cash is in the till. */
export function tookCash() {
  const { split } = page;
  if (!split?.cash) return;
  const handed = part();
  leave();
  return act(`part ${split.bill.id} ${split.bill.parts.length} cash ${split.cash} ${handed}`, async (key) => {
    const bill = await askJSON(path.parts(split.bill.id), { method: "POST", body: { way: "cash", amount: split.cash, handed }, act: key });
    set({ split: { bill, digits: "", cash: 0 } });
  });
}

/** The customer does not want it any more: nothing may be paid then. */
export function stop() {
  const { split } = page;
  if (!split) return;
  return act(`bill stop ${split.bill.id}`, async (key) => {
    await askJSON(path.billCancel(split.bill.id), { method: "POST", act: key });
    done();
  });
}

/** On to the next customer. */
export function done() {
  leave();
  set({ split: null, fault: null });
}

/** The bill of the part on the screen, or the one at hand, as it stands now. */
export async function look() {
  const id = page.sale?.bill ?? page.split?.bill.id;
  if (!id) return;
  try {
    const bill = await askJSON(path.bill(id));
    set({ split: { digits: "", cash: 0, ...(page.split?.bill.id === id ? page.split : {}), bill } });
  } catch (err) {
    if (!(err instanceof Unreachable)) failed(err);
  }
}
