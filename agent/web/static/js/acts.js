// What a person at the register can do. Each act that may move money carries
// one key from its first try to its answer, so a double tap, a lost answer or
// a second try is still one act.
import { ask, askJSON, GivenUp, hasSecret, keepSecret, newAct, path, Refused, Unreachable } from "./api.js";
import { leave, page, parked, set, tookDevice, tookOffline, tookRefusal, tookRegister, tookSale } from "./page.js";
import { Stream } from "./stream.js";
import { entered, left, readNames } from "./door.js";
import { withLeave, withProof } from "./leave.js";
import { largeAmount, mayScanAgain, typed } from "./model.js";
import { play } from "./sound.js";
import { t } from "./words.js";

/** Keys of acts that have no answer yet, by what the act is. @type {Map<string, string>} */
const acts = new Map();

const stream = new Stream({
  heard(name, body) {
    if (name === "register") tookRegister(body);
    else if (name === "sale") tookSale(body);
    else if (name === "refusal") tookRefusal(body);
    else if (name === "device") tookDevice(body);
    else if (name === "offline") tookOffline(body);
  },
  up() {
    if (!page.linked || page.lost) set({ linked: true, lost: false, lostSince: 0 });
  },
  down: () => set({ linked: false }),
  lost: (since) => set({ linked: false, lost: true, lostSince: page.lostSince || since }),
  signedOut: () => signedOut(),
});

/** Hears no more of the register. */
export const hush = () => stream.stop();

/** The session is over. What is on the screen stays for whoever comes back. */
function signedOut() {
  if (!page.signedIn) return; // a call that was under way hears it late
  const was = page.who?.id ?? "";
  stream.stop();
  keepSecret("");
  set({ signedIn: false, who: null, ready: false, lost: false, panel: false, tip: false, override: null, sure: false, pin: "", busy: "", fault: { key: "signin.expired" } });
  left(was, was !== "");
}

/**
 * Does an act and shows why when it fails. What is under way is not started
 * twice.
 * @param {string} what @param {(key: string) => Promise<void>} doing
 */
export async function act(what, doing) {
  if (page.busy) return;
  const key = acts.get(what) ?? newAct();
  acts.set(what, key);
  set({ busy: what, fault: null, stopped: false });
  try {
    await doing(key);
    acts.delete(what);
  } catch (err) {
    if (err instanceof Refused || err instanceof GivenUp) acts.delete(what); // answered: the next try is a new act
    failed(err);
  } finally {
    set({ busy: "" });
  }
}

/** @param {Refused} err */
function faultOf({ status, problem: { text, text_en, detail } }) {
  if (text || text_en) return { key: "", said: { text, text_en } };
  if (status === 422 && detail) return { key: "problem.invalid", values: { detail } };
  return { key: status === 413 ? "problem.big" : "problem.other" };
}

/** @param {unknown} err */
export function failed(err) {
  if (err instanceof Unreachable) {
    set({ lost: true, linked: false, lostSince: page.lostSince || Date.now() });
  } else if (err instanceof Refused && err.status === 401 && page.signedIn) {
    signedOut();
  } else if (err instanceof Refused) {
    set({ fault: faultOf(err) });
    play("refused");
  } else if (!(err instanceof GivenUp)) {
    throw err;
  }
}

/** Opens the register for whoever is signed in. @param {{operator: string, name: string, role: string, idle_seconds?: number}} who */
export async function opened(who) {
  entered(who);
  set({ signedIn: true, who: { id: who.operator, name: who.name, role: who.role }, fault: null, pin: "" });
  tookRegister(await askJSON(path.register));
  stream.start();
  await Promise.all([look(), lookBack()]);
}

/** At the start of the page: goes on where this tab was. */
export async function resume() {
  if (!hasSecret()) return readNames();
  try {
    await opened(await askJSON(path.session));
  } catch (err) {
    if (!(err instanceof Unreachable)) return signedOut();
    set({ signedIn: true, lost: true, lostSince: Date.now() });
    stream.start(); // its first event brings the register
  }
}

/** A key of the amount. @param {string} key */
export function type(key) {
  set({ entry: { ...page.entry, digits: typed(page.entry.digits, key), large: false }, fault: null, refusal: null });
}

/** @param {string} rate */
export const chooseRate = (rate) => set({ entry: { ...page.entry, rate } });

/** The amount is right: opens the sale. */
export function pay() {
  const { digits, rate, large } = page.entry;
  const amount = Number(digits);
  if (!amount) return;
  if (amount >= largeAmount && !large) return set({ entry: { ...page.entry, large: true } });
  const body = { amount, currency: "JPY", lines: [{ name: t("amount.line"), quantity: 1, amount, rate }] };
  return act(`sale ${amount} ${rate} ${body.lines[0].name}`, async (key) => {
    tookSale(await askJSON(path.sales, { method: "POST", body, act: key }));
    set({ entry: { digits: "", rate: "standard", large: false } });
  });
}

/** A picture of the customer's code, for the sale on the screen. @param {File|undefined} file */
export function givePicture(file) {
  const { sale } = page;
  if (!file || !sale) return;
  if (file.type !== "image/png" && file.type !== "image/jpeg") return set({ fault: { key: "problem.picture" } });
  if (file.size > 4 << 20) return set({ fault: { key: "problem.big" } });
  set({ refusal: null });
  return act(`picture ${sale.charge_key} ${file.name} ${file.lastModified}`, async (key) => {
    try {
      tookSale(await askJSON(path.code(sale.id), { method: "POST", body: file, act: key }));
    } catch (err) {
      if (!(err instanceof Refused && err.status === 409 && err.problem.text)) throw err;
      const { why = "", text, text_en = "" } = err.problem; // a picture is a scan like any other
      tookRefusal({ why, text, text_en, at: new Date().toISOString() });
    }
  });
}

/** Has a code shown for the sale on the screen. @param {string} wallet */
export function showCode(wallet) {
  const { sale } = page;
  if (!sale) return;
  set({ refusal: null });
  return act(`show ${sale.charge_key} ${wallet}`, async (key) => {
    tookSale(await askJSON(path.show(sale.id), { method: "POST", body: { wallet }, act: key }));
    set({ again: false });
  });
}

/** Puts the code that is shown on paper. */
export function printShown() {
  const { sale } = page;
  if (!sale) return;
  return act(`print ${sale.charge_key}`, async (key) => {
    tookSale(await askJSON(path.printShown(sale.id), { method: "POST", act: key }));
  });
}

/** Closes the sale, or asks for the charge to be undone: the agent knows which. */
export function cancel() {
  const { sale } = page;
  if (!sale) return;
  const nothingSent = sale.state === "prepared";
  return act(`cancel ${sale.charge_key}`, async (key) => {
    const got = await askJSON(path.cancel(sale.id), { method: "POST", act: key });
    tookSale(got);
    if (nothingSent && got.state === "abandoned" && page.sale?.id === sale.id) {
      leave();
      set({ stopped: true });
    }
  });
}

/** Another scan for the same sale: a new charge, once something is scanned. */
export function scanAgain() {
  if (page.sale && mayScanAgain(page.sale.state)) set({ again: true, fault: null, refusal: null });
}

/** A manager lets the sale pass the limit that refused its code: with a PIN, or
 * as who is signed in. The customer then shows the code again. */
export function letPass() {
  const { sale, override } = page;
  if (!sale || !override) return;
  const { limit, pin } = override, leave = { kind: "override", key: sale.id, detail: limit };
  return act(`override ${sale.id} ${override.limit} ${newAct()}`, async (key) => {
    try {
      const send = (/** @type {object} */ more) => askJSON(path.override(sale.id), { method: "POST", body: { limit, ...more }, act: key });
      tookSale(pin ? await withProof(leave, (who) => send(who ?? { pin })) : await withLeave(leave, (approval) => send(approval ? { approval } : {})));
      set({ override: null });
    } finally {
      if (page.override) set({ override: { ...page.override, pin: "" } });
    }
  });
}

/** To the next sale. One that could still be tried again is closed first, so
 * that no later scan is charged to it. */
export function next() {
  const { sale } = page;
  if (!sale) return;
  leave();
  if (!mayScanAgain(sale.state) || sale.state === "abandoned") return void refresh();
  ask(path.cancel(sale.id), { method: "POST", act: newAct() }).then(refresh, (err) => {
    if (!(err instanceof Refused)) failed(err); // Refused: it was closed already
  });
}

/** The register may have gone on to a sale that we had not shown. */
async function refresh() {
  try {
    tookRegister(await askJSON(path.register));
  } catch (err) {
    failed(err);
  }
}

/** @param {string} key */
export const reprint = (key) => act(`reprint ${key}`, async (act) => {
  const { paper } = await askJSON(path.reprint(key), { method: "POST", act });
  if (page.sale?.charge_key === key) set({ sale: { ...page.sale, paper } });
  if (page.last?.charge_key === key) set({ last: { ...page.last, paper } });
  if (page.charges) set({ charges: page.charges.map((c) => (c.key === key ? { ...c, paper } : c)) });
});

/** The store's copy of what is still to be collected. @param {string} key */
export const reprintStoreCopy = (key) => act(`storecopy ${key}`, async (act) => {
  const { paper } = await askJSON(`${path.reprint(key)}?copy=store`, { method: "POST", act });
  if (paper !== "confirmed" && paper !== "sent") set({ fault: { key: `storecopy.${paper}` } });
});

/** The list of charges: the newest, or the ones after those shown. */
export async function listCharges(more = false) {
  const query = new URLSearchParams({ limit: "20" });
  if (more) query.set("before", String(page.next));
  else set({ view: "charges", charges: null, fault: null });
  try {
    const got = await askJSON(`${path.charges}?${query}`);
    set({ charges: [...((more && page.charges) || []), ...got.charges], next: got.next });
  } catch (err) {
    failed(err);
  }
}

/** The list of what waits to be collected. */
export async function listQueue() {
  try {
    set({ queue: await askJSON(`${path.queue}?limit=100`) });
  } catch (err) {
    failed(err);
  }
}

/** Lets the register collect now; how it goes on comes by the stream. */
export const collect = () => act("collect", async (key) => {
  set({ queue: await askJSON(path.forward, { method: "POST", act: key }) });
});

/** What is wrong right now, and what became of sales that were left. */
export async function look() {
  if (!page.signedIn || page.lost) return;
  try {
    const health = await askJSON(path.health);
    const beside = (health.troubles ?? []).filter((/** @type {{code: string}} */ t) => !t.code.startsWith("device."));
    set({ troubles: beside }); // devices tell of themselves
    for (const id of parked.keys()) await lookAt(id);
  } catch (err) {
    if (err instanceof Refused && err.status === 401) signedOut();
    else if (!(err instanceof Refused || err instanceof Unreachable)) throw err; // the stream tells of a lost agent
  }
}

/** @param {string} id */
async function lookAt(id) {
  try {
    tookSale(await askJSON(path.sale(id)));
  } catch (err) {
    if (!(err instanceof Refused && err.status === 404)) throw err;
    parked.delete(id); // not this register's any more
  }
}

/** The line of the last charge, for a page that was just opened. */
async function lookBack() {
  if (page.last) return;
  const { charges } = await askJSON(`${path.charges}?limit=5`);
  const found = charges.find((/** @type {any} */ c) => c.state !== "abandoned" && c.state !== "prepared");
  if (found && !page.last) set({ last: { ...found, id: found.sale_id, charge_key: found.key, checking: false, opened: found.prepared } });
}
