// Giving money of a payment back, the whole or a part: one button. Whether it
// becomes a void or a refund the agent chooses, by the wallet's own clock.
import { askJSON, path, Unreachable } from "./api.js";
import { act, listCharges } from "./acts.js";
import { onLeave } from "./door.js";
import { withLeave } from "./leave.js";
import { outcome } from "./model.js";
import { page, set } from "./page.js";

/** A result that is not known is looked at this often, and so many times. */
const lookEvery = 2000, looks = 60;

const nothing = { of: null, left: 0, typed: "", reason: "", result: null, doubt: false };

/** @type {{of: any, left: number, typed: string, reason: string, result: any, doubt: boolean}} of: the payment; left: what may still go back; doubt: no answer came */
export const giving = { ...nothing };

/** @param {Partial<typeof giving>} to */
function change(to) {
  Object.assign(giving, to);
  set({});
}

/** Opens the dialog for a payment. Any screen may. @param {{key: string}} charge */
export async function openGiveBack(charge) {
  await act("giveback open", async () => {
    const of = await askJSON(`${path.charges}/${encodeURIComponent(charge.key)}`);
    const gone = (of.refunds ?? []).filter((/** @type {any} */ r) => r.state !== "declined" && r.state !== "abandoned");
    const left = gone.reduce((/** @type {number} */ sum, /** @type {any} */ r) => sum - r.amount, of.amount);
    change({ ...nothing, of, left, typed: String(left) });
  });
}

/** @param {"typed"|"reason"} field @param {string} value */
export const fill = (field, value) => change({ [field]: value });

/** What is to go back, 0 when it is no amount that may. */
export function amount() {
  const plain = giving.typed.normalize("NFKC").replace(/[,\s¥\\]/g, "");
  const yen = /^\d{1,10}$/.test(plain) ? Number(plain) : 0;
  return yen <= giving.left ? yen : 0;
}

export function closeGiveBack() {
  const again = giving.result !== null && page.charges !== null; // the list has another state now
  change({ ...nothing });
  set({ fault: null });
  if (again) void listCharges();
}

onLeave(() => Object.assign(giving, nothing));

export function giveBack() {
  const { of, reason } = giving;
  const yen = amount();
  if (!of || !yen) return;
  return act(`giveback ${of.key} ${yen}`, async (key) => {
    const body = { charge_key: of.key, amount: yen, way: "auto", ...(reason ? { reason } : {}) };
    try {
      const result = await withLeave({ kind: "refund", key: of.key, amount: yen }, (approval) =>
        askJSON(path.refunds, { method: "POST", body: approval ? { ...body, approval } : body, act: key }));
      change({ result, doubt: false });
      follow(result.key, result.way, 0);
    } catch (err) {
      if (err instanceof Unreachable) change({ doubt: true }); // the same button asks again under the same key
      throw err;
    }
  });
}

/** Looks again until the wallet has answered, or the dialog is closed. @param {string} key @param {string} way @param {number} n */
function follow(key, way, n) {
  if (giving.result?.key !== key || outcome(giving.result) !== "waiting" || n >= looks) return;
  setTimeout(async () => {
    if (giving.result?.key !== key) return;
    try {
      change({ result: { ...(await askJSON(`${path.charges}/${encodeURIComponent(key)}`)), way } });
    } catch {
      // it stays as it was: not known
    }
    follow(key, way, n + 1);
  }, lookEvery);
}
