// Closing the day as the manager's page does it: X adds up and changes nothing,
// Z closes once. Its state is its own; page.js keeps what is of the register.
import { Refused, askJSON } from "./api.js";
import { act } from "./acts.js";
import { withLeave } from "./leave.js";
import { set } from "./page.js";

/** @typedef {{currency: string, net: number} & Record<string, {count: number, amount: number}>} Takings */
/** @typedef {{wallet: string, wallet_name?: string, wallet_name_en?: string, kind: string, state: string, currency: string, count: number, amount: number}} Row */
/** @typedef {{number: number, operator: string, first: number, last: number, waiting: Row[], reason?: string, wallets: any[], drawer: any, sha256: string}} Z */
/** @typedef {{kind: string, date: string, at: string, finished: boolean, takings: any[], rates: any[], rows: Row[], z?: Z}} Closing */

const path = {
  closings: "/v1/closings",
  print: (/** @type {number} */ n) => `/v1/closings/${n}/print`,
};

export const closing = {
  /** @type {Closing|null} */
  shown: null,
  /** @type {Closing[]|null} */
  list: null,
  next: 0,
  sure: false,      // asked whether to close
  left: false,      // it was refused because something waits: a reason is asked for
  printed: 0,       // the number of the Z that was printed once more
  form: { float: "", other: "", counted: "", reason: "" },
};

/** @param {Partial<typeof closing>} to */
function change(to) {
  Object.assign(closing, to);
  set({});
}

/** @param {"float"|"other"|"counted"|"reason"} field @param {string} value */
export const fill = (field, value) => change({ form: { ...closing.form, [field]: value }, sure: false });

/**
 * One act of this screen. What the agent asks for when it refuses is asked for.
 * @param {string} what @param {() => Promise<void>} work
 */
const doing = (what, work) => act(what, async () => {
  try {
    await work();
  } catch (err) {
    if (err instanceof Refused) {
      if (err.problem.why === "closing.left") closing.left = true;
    }
    throw err;
  } finally {
    closing.sure = false;
  }
});

/** Adds the day up. */
export const addUp = () => doing("x", async () => {
  change({ shown: await askJSON(path.closings, { method: "POST", body: { kind: "x" } }) });
});

/** The newest closings, or with more the page behind what is there. @param {boolean} [more] */
export const listZ = (more = false) => doing("list", async () => {
  const before = more ? closing.next : 0;
  const got = await askJSON(`${path.closings}?before=${before}&limit=10`);
  change({ list: more ? [...(closing.list ?? []), ...got.closings] : got.closings, next: got.next });
});

/** @param {Closing} of */
export const show = (of) => change({ shown: of, printed: 0 });

/** An amount as people type it: 30,000 or ３０，０００. @param {string} text */
export function typedAmount(text) {
  const plain = text.normalize("NFKC").replace(/[,\s¥\\]/g, "");
  return /^-?\d{1,10}$/.test(plain) ? Number(plain) : null;
}

/** What is typed and is no amount. */
export const wrongAmounts = () => /** @type {const} */ (["float", "other", "counted"]).filter((f) => closing.form[f].trim() !== "" && typedAmount(closing.form[f]) === null);

/** Asks whether to close, and closes at the second touch. */
export function close() {
  if (wrongAmounts().length > 0) return;
  if (!closing.sure) return change({ sure: true });
  return doing("z", async () => {
    const { form } = closing;
    /** @type {Record<string, any>} */
    const body = { kind: "z" };
    if (form.reason.trim()) body.reason = form.reason.trim();
    if (form.counted.trim()) body.drawer = { float: typedAmount(form.float) ?? 0, other: typedAmount(form.other) ?? 0, counted: typedAmount(form.counted) };
    const shown = await withLeave({ kind: "close_day", key: "" }, (approval) => askJSON(path.closings, { method: "POST", body: approval ? { ...body, approval } : body }));
    change({ shown, left: false, form: { float: "", other: "", counted: "", reason: "" } });
    const got = await askJSON(`${path.closings}?limit=10`);
    change({ list: got.closings, next: got.next });
  });
}

/** Prints a Z once more. @param {number} n */
export const printAgain = (n) => doing("print", async () => {
  await askJSON(path.print(n), { method: "POST" });
  change({ printed: n });
});
