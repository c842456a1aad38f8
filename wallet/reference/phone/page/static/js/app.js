// The page: one state, what people do to it, and what is drawn of it.
import { nothing, render } from "../vendor/lit.js";
import { drop, get, keepSecret, passkey, post, Problem, signedIn } from "./api.js";
import * as keys from "./key.js";
import { allows, signCode } from "./op1.js";
import { view } from "./views.js";
import { browser, loadWords, t, tOr, yen } from "./words.js";

/** How often the wallet is asked, and how long before its end a code is replaced. */
const every = 1500, early = 10_000;

/** How long money is put aside for: with the minutes that clocks may differ, a certificate lives for 72 hours at most. */
const hours = 71;

const s = {
  screen: "start", form: {}, ticket: "", enroll: null, busy: false, error: "", said: () => "", tab: "pay",
  me: null, key: null, phones: [], sessions: [], entries: [], notices: [], pending: [], code: null, away: false, proof: null, skew: 0,
};

/** Ids of top-ups that nobody knows the end of yet, by source and amount: they outlive a reload, so that a second press is the same wish. */
const wishes = {
  get: (/** @type {string} */ what) => JSON.parse(sessionStorage.getItem("wishes") ?? "{}")[what],
  set(/** @type {string} */ what, /** @type {string|undefined} */ id) {
    sessionStorage.setItem("wishes", JSON.stringify({ ...JSON.parse(sessionStorage.getItem("wishes") ?? "{}"), [what]: id }));
    return id;
  },
};

const draw = () => render(view(s, acts), document.getElementById("page"));

/** Tells something to eyes and ears, in the language of the moment. @param {() => string} text */
function say(text) {
  s.said = text;
  document.getElementById("polite").textContent = text();
}

function trouble(err) {
  if (!(err instanceof Problem)) console.error(err);
  const kind = err instanceof Problem ? err.kind : "busy";
  if (kind === "session") leave();
  s.error = kind === "slow" ? t("error.slow", { n: Math.max(1, Math.ceil(err.wait / 60)) }) : tOr(`error.${kind}`, t("error.busy"));
}

/** Runs what somebody asked for. Where a second factor is wanted, it is asked for, and the same is done again. */
async function act(work) {
  if (s.busy) return;
  s.busy = true;
  s.error = "";
  s.said = () => "";
  draw();
  try {
    await work();
    if (s.screen === "home") await freshCode();
  } catch (err) {
    if (err instanceof Problem && err.kind === "prove") s.proof = { work };
    else trouble(err);
  } finally {
    s.busy = false;
    draw();
    document.querySelector("[data-first]:not([disabled])")?.focus();
  }
}

function leave() {
  keepSecret("");
  sessionStorage.removeItem("wishes");
  Object.assign(s, { screen: "start", me: null, key: null, code: null, phones: [], sessions: [], notices: [], pending: [], entries: [], proof: null, tab: "pay", form: {} });
}

async function enter(answer) {
  keepSecret(answer.secret);
  s.form = {};
  s.ticket = "";
  await refresh();
  s.screen = "home";
}

/** Whether this phone pays, waits, or is none. */
function standing() {
  if (!s.key) return "none";
  return s.phones.find((p) => p.id === s.key.id)?.state ?? "none";
}

/** Asks the wallet for all that is shown. */
async function refresh() {
  const asked = Date.now(), me = await get("/me");
  s.skew = Date.parse(me.now) - (asked + Date.now()) / 2;
  if (s.me === null || s.me.contact !== me.contact) s.key = await keys.find(me.contact);
  const before = s.me;
  s.me = me;
  if (me.frozen && s.key?.certificate) await s.key.certified(null); // registers do not take what it signs any more
  s.phones = (await get("/phones")).phones;
  s.pending = (await get("/pending")).entries;
  if (before === null || before.balance !== me.balance || before.points !== me.points || before.reserved !== me.reserved) await changed(before);
  s.away = false;
}

/** Something was paid or topped up: it is told, and the code on show is used. */
async function changed(before) {
  const newest = s.entries.find((e) => e.status === "approved")?.key; // what still waits is told by its own card
  s.entries = (await get("/history")).entries;
  const last = s.entries.find((e) => e.status === "approved");
  if (before === null || !last || last.key === newest) return;
  s.code = null;
  say(() => t(`told.${last.kind === "charge" ? "paid" : last.kind}`, { yen: yen(last.amount), store: last.store }));
}

const now = () => Date.now() + s.skew;

/** A code that is about to end is replaced; without a network the phone signs one. */
async function freshCode() {
  const due = !s.code || now() > s.code.ends - (s.code.own ? 2000 : early);
  if (s.tab !== "pay" || standing() !== "active" || s.me.frozen || document.hidden || !due || s.pending.length) return;
  try {
    const made = await post("/codes", await s.key.signs("code", ""));
    s.code = { text: made.code, ends: Date.parse(made.expires_at), own: false };
  } catch (err) {
    if (!(err instanceof Problem) || err.kind !== "away") throw err;
    s.code = null;
    s.away = true;
    if (s.key.certificate && now() < allows(s.key.certificate).until) {
      const made = await signCode(s.key, now());
      s.code = { text: made.code, ends: made.ends, own: true };
    }
  }
}

/** The trouble of a tick, which the next good one ends. */
let unasked = "";

async function tick() {
  if (s.screen === "home" && !s.busy && !document.hidden && signedIn()) {
    try {
      await refresh().catch((err) => {
        if (!(err instanceof Problem) || err.kind !== "away" || !s.me) throw err;
        s.away = true;
      });
      await freshCode();
      if (unasked) unasked = s.error = "";
    } catch (err) {
      trouble(err);
      unasked = s.error;
    }
    draw();
  }
  setTimeout(tick, every);
}

const acts = {
  draw,
  standing,
  left: () => (s.code ? Math.max(0, Math.ceil((s.code.ends - now()) / 1000)) : 0),
  go: (screen) => { s.screen = screen; s.error = ""; draw(); document.querySelector("[data-first]")?.focus(); },
  type: (name) => (e) => { s.form[name] = e.target.value; },

  signUp: () => act(async () => { await post("/signup", { contact: s.form.contact ?? "" }); s.form.for = "signup"; s.screen = "verify"; }),
  forgot: () => act(async () => { await post("/forgot", { contact: s.form.contact ?? "" }); s.form.for = "forgot"; s.screen = "verify"; }),
  verify: () => act(async () => {
    s.ticket = (await post(`/${s.form.for}/verify`, { contact: s.form.contact, code: (s.form.code ?? "").trim() })).ticket;
    s.form.code = "";
    s.screen = "choose";
  }),
  makePasskey: () => act(async () => {
    const { rite, options } = await post("/passkey/begin", { ticket: s.ticket });
    await enter(await post(`/passkey/finish?rite=${encodeURIComponent(rite)}`, await passkey("create", options), { "Wallet-Ticket": s.ticket }));
  }),
  password: () => act(async () => { s.enroll = await post("/password", { ticket: s.ticket, password: s.form.password ?? "" }); s.screen = "factor"; }),
  confirm: () => act(async () => enter(await post("/password/confirm", { ticket: s.ticket, code: (s.form.code ?? "").trim() }))),
  signIn: () => act(async () => {
    const { contact = "", password = "", code = "" } = s.form;
    await enter(await post("/signin", { contact, password, code: code.trim() }));
  }),
  signInPasskey: () => act(async () => {
    const { rite, options } = await post("/signin/passkey/begin");
    await enter(await post(`/signin/passkey/finish?rite=${encodeURIComponent(rite)}`, await passkey("get", options)));
  }),
  signOut: () => act(async () => { await post("/signout"); leave(); }),

  prove: () => act(async () => {
    await post("/prove", { password: s.form.password ?? "", code: (s.form.code ?? "").trim() });
    await proven();
  }),
  provePasskey: () => act(async () => {
    const { rite, options } = await post("/signin/passkey/begin");
    await post(`/prove/passkey/finish?rite=${encodeURIComponent(rite)}`, await passkey("get", options));
    await proven();
  }),
  cancelProof: () => { s.proof = null; s.form = {}; s.error = ""; draw(); },

  addPhone: () => act(async () => {
    const gone = ["ended", "refused"].includes(s.phones.find((p) => p.id === s.key?.id)?.state);
    if (!s.key || gone) s.key = await keys.make(s.me.contact);
    const name = (s.form.label ?? (browser(navigator.userAgent) || "phone")).trim();
    await post("/phones", { algorithm: "P-256", key: keys.base64(s.key.key), label: name, signed: await s.key.signs("add", name) });
    await refresh();
  }),
  agree: (id, yes) => act(async () => {
    await post(`/phones/${id}/${yes ? "agree" : "refuse"}`, await s.key.signs(yes ? "agree" : "refuse", id));
    await refresh();
  }),
  endPhone: (id) => act(async () => { await drop(`/phones/${id}`); s.code = null; await refresh(); }),
  endSession: (id) => act(async () => { await drop(`/sessions/${id}`); s.sessions = (await get("/sessions")).sessions; }),
  answer: (entry, yes) => act(async () => {
    const what = yes ? "confirm" : "refuse";
    const out = await post(`/pending/${encodeURIComponent(entry.key)}/${what}`, await s.key.signs(what, `${entry.key} ${entry.amount}`));
    await refresh();
    say(() => t(out.status === "approved" ? "told.confirmed" : "told.refused", { yen: yen(entry.amount) }));
  }),
  aside: (most) => act(async () => {
    const { certificate } = await post("/certificates", { per_charge: most, cumulative: most, hours, signed: await s.key.signs("certificate", `${most} ${most} ${hours}`) });
    await s.key.certified(keys.bytes(certificate));
    await refresh();
    say(() => t("told.aside", { yen: yen(most) }));
  }),
  topUp: (source, yen) => act(async () => {
    const what = `${source} ${yen}`, id = wishes.get(what) ?? wishes.set(what, crypto.randomUUID());
    const out = await post("/topups", { id, source, amount: yen, signed: await s.key.signs("topup", `${id} ${source} ${yen}`) });
    if (out.state === "asked" || out.state === "taken") throw new Problem("unknown", "it is not known yet");
    wishes.set(what, undefined);
    await refresh();
    if (out.state === "refused") throw new Problem("source", "the card or bank refuses");
  }),
  freeze: () => act(async () => { await post("/freeze"); s.code = null; await refresh(); }),
  unfreeze: () => act(async () => { await post("/unfreeze"); await refresh(); }),
  usePoints: (use) => act(async () => { await post("/points", { use }); say(() => t(use ? "told.points" : "told.nopoints")); }),
  tab: (name) => act(async () => {
    s.tab = name;
    if (name === "history") s.entries = (await get("/history")).entries;
    if (name === "safety") [s.sessions, s.notices] = [(await get("/sessions")).sessions, (await get("/notices")).notices];
    if (name === "pay") s.code = null;
  }),
};

async function proven() {
  const { work } = s.proof;
  s.proof = null;
  s.form = {};
  await work();
}

async function start() {
  await loadWords();
  if (signedIn()) {
    try {
      await refresh();
      s.screen = "home";
    } catch (err) {
      trouble(err);
    }
  }
  draw();
  document.addEventListener("visibilitychange", () => { if (document.hidden) { s.code = null; draw(); } });
  setInterval(() => { if (s.screen === "home" && s.code) draw(); }, 1000);
  tick();
}

render(nothing, document.getElementById("page"));
start();
