// What the page knows, and what that means for the screen. Pure: no DOM, no
// network, so that node --test can ask every question of it.

/**
 * Bodies of the API, as agent/control describes them.
 * @typedef {{why: string, text: string, text_en: string, at: string, override?: string}} Refusal
 * @typedef {{id: string, role: string, kind: string, state: string, reason?: string, text: string, text_en: string, detail?: string}} Device
 * @typedef {{id: string, amount: number, currency: string, state: string, goods: string, charge_key: string, reason?: string, reason_text?: string, reason_text_en?: string, wallet?: string, wallet_name?: string, wallet_name_en?: string, receipt?: string, points?: {used: number, earned: number, left: number}, bill?: string, paper: string, checking: boolean, deadline?: string, next_inquiry?: string, give_up?: string, opened: string, changed: string, refusal?: Refusal, show?: {text: string, until: string, size?: number, modules?: string}, lifted?: string[], lifted_text?: string, lifted_text_en?: string}} Sale
 * @typedef {{taking: boolean, away: boolean, count: number, amount: number, carried?: number, carried_amount?: number, left_count: number, left_amount: number, oldest?: string, until?: string}} Offline
 * @typedef {{key: string, wallet: string, wallet_name: string, wallet_name_en: string, amount: number, currency: string, state: string, attempts: number, accepted: string, until: string, carried?: boolean, moved?: string}} Queued
 * @typedef {{taking: boolean, count: number, amount: number, carried?: number, carried_amount?: number, oldest?: string, charges: Queued[]}} Queue
 * @typedef {{store: string, terminal: string, sale?: Sale, refusal?: Refusal, devices: Device[], open: number, demo: boolean, offline?: Offline, presenters?: {wallet: string, name: string, name_en: string}[]}} Register
 * @typedef {{id: string, amount: number, currency: string, state: string, left: number, waiting: boolean, parts: {part: number, way: string, paid: number, change?: number, sale: Sale}[]}} Bill
 * @typedef {{code: string, subject?: string, act: string, title: string, title_en: string, text: string, text_en: string}} Trouble
 */

/** @typedef {"signin"|"starting"|"lost"|"charges"|"amount"|"split"|"scan"|"override"|"shown"|"asking"|"confirm"|"doubt"|"approved"|"declined"|"reversing"|"reversed"|"abandoned"|"queued"|"owed"|"unpaid"} Screen */

/** @type {Record<string, Screen>} the screen of each state of a charge */
const screens = {
  prepared: "scan", sent: "asking", pending: "confirm", indoubt: "doubt",
  approved: "approved", declined: "declined", reversing: "reversing", reversed: "reversed",
  abandoned: "abandoned", queued: "queued", forwarding: "queued", owed: "owed", unpaid: "unpaid",
};

/** States that the agent still works on with this customer present. */
const live = new Set(["prepared", "sent", "pending", "indoubt"]);

/** States whose sale may be tried again: the charge can never be paid. */
const again = new Set(["declined", "abandoned", "reversed", "reversing", "owed"]);

/** A result older than this is not shown again to someone who opens the page. */
export const oldResult = 120_000;

/** Tells a result from a charge that is still under way. @param {string} state */
export const settled = (state) => !live.has(state) && state !== "reversing" && state !== "queued" && state !== "forwarding";

/** @param {string} state */
export const isLive = (state) => live.has(state);

/** @param {string} state */
export const mayScanAgain = (state) => again.has(state);

/** One charge of one sale, as the page remembers it. @param {Sale} sale */
export const mark = (sale) => `${sale.id}/${sale.charge_key}`;

/**
 * The screen that the page must show. A state that this page does not know is
 * shown as doubt: never as a yes, never as a no.
 * @param {{signedIn: boolean, ready: boolean, lost: boolean, view: string, split?: object|null, sale: Sale|null, again: boolean, override?: object|null}} page
 * @returns {Screen}
 */
export function screenOf(page) {
  if (!page.signedIn) return "signin";
  if (page.lost) return "lost";
  if (!page.ready) return "starting";
  if (page.view === "charges") return "charges";
  if (!page.sale) return page.split ? "split" : "amount";
  if (page.sale.bill && page.sale.state === "approved" && page.sale.goods !== "hand_over") return "split"; // a part: the goods stay
  if (page.sale.state === "pending" && (page.sale.show || page.sale.reason === "code_shown")) return "shown";
  const now = page.again && again.has(page.sale.state) ? "scan" : screens[page.sale.state] ?? "doubt";
  return now === "scan" && page.override ? "override" : now;
}

/**
 * What giving money back has become so far: a void or a refund that is done, one
 * that is not known yet ("waiting"), or none ("not"). A state that this page
 * does not know is not known.
 * @param {{way?: string, state: string}} charge the answer to it
 * @returns {"void"|"refund"|"waiting"|"not"}
 */
export function outcome({ way, state }) {
  if (way === "void") return state === "reversed" ? "void" : state === "owed" || state === "approved" ? "not" : "waiting";
  if (state === "approved") return "refund";
  return state === "declined" || state === "abandoned" || state === "owed" ? "not" : "waiting";
}

/**
 * The newer of two pictures of one sale. An answer and an event may overtake
 * each other; a result is not taken back by an older picture.
 * @param {Sale} have @param {Sale} got
 */
export function newer(have, got) {
  const a = Date.parse(have.changed), b = Date.parse(got.changed);
  if (b !== a) return b > a ? got : have;
  if (have.charge_key === got.charge_key && settled(have.state) && !settled(got.state)) return have;
  return got;
}

/**
 * What to do with a sale that the agent tells of: "show" it now, or keep it
 * "aside" (the cashier has moved on from it).
 * @param {Sale|null} shown the sale on the screen
 * @param {Sale} got
 * @param {ReadonlySet<string>} dismissed marks of charges the cashier has left
 * @param {number} now
 */
export function place(shown, got, dismissed, now) {
  if (dismissed.has(mark(got))) return "aside";
  if (shown && shown.id === got.id) return "show";
  if (!isLive(got.state) && now - Date.parse(got.changed) > oldResult) return "aside";
  if (!shown) return "show";
  const underWay = shown.state === "sent" || shown.state === "pending" && !shown.show && shown.reason !== "code_shown"; // a code that is shown ends with the next sale
  return Date.parse(got.opened) >= Date.parse(shown.opened) && !underWay ? "show" : "aside";
}

/**
 * How much of a span is left: seconds, rounded up, and the part from 1 to 0.
 * @param {string|undefined} end @param {number} total milliseconds @param {number} now
 */
export function left(end, total, now) {
  const ms = end ? Math.max(0, Date.parse(end) - now) : 0;
  return { seconds: Math.ceil(ms / 1000), part: Math.min(1, total > 0 ? ms / total : 0) };
}

/**
 * How what is taken without a network is shown; null when there is nothing to
 * show: nothing waits, and the wallets can be reached.
 * @param {Offline|null} o @param {number} now
 * @returns {{level: "look"|"bad"|"wait", full: boolean, late: boolean, minutes: number|null}|null}
 */
export function waiting(o, now) {
  if (!o || (o.count + (o.carried ?? 0) === 0 && !(o.taking && o.away))) return null;
  const ends = o.until ? Date.parse(o.until) : 0;
  const late = ends > 0 && now > ends;
  const full = o.taking && (late || o.left_count <= 0 || o.left_amount <= 0);
  const on = o.taking && o.away;
  return { level: on ? (full ? "bad" : "look") : "wait", full, late, minutes: ends ? Math.max(0, Math.floor((ends - now) / 60_000)) : null };
}

/** Digits of the largest amount that can be typed: ¥9,999,999. */
export const maxDigits = 7;

/** From here on the cashier is asked whether the amount is right. */
export const largeAmount = 100_000;

/**
 * The amount after a key: a digit, "00", "back" or "clear". A key that does
 * not fit changes nothing.
 * @param {string} digits @param {string} key
 */
export function typed(digits, key) {
  if (key === "clear") return "";
  if (key === "back") return digits.slice(0, -1);
  const next = (digits + key).replace(/^0+/, "");
  return next.length <= maxDigits ? next : digits;
}
