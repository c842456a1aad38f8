// The one state of the page, and what each event of the agent does to it.
// Screens read it; only this file and acts.js write it.
import { hasSecret } from "./api.js";
import { mark, newer, place, isLive, screenOf, settled } from "./model.js";

/** @typedef {import("./model.js").Sale} Sale */
/** @typedef {import("./model.js").Register} Register */
/** @typedef {import("./model.js").Refusal} Refusal */
/** @typedef {import("./model.js").Offline} Offline */

export const page = {
  signedIn: hasSecret(), // until the agent says otherwise
  /** @type {{id: string, name: string, role: string}|null} */
  who: null,
  ready: false,       // the register's picture has arrived
  lost: false,        // nothing is heard from the agent
  lostSince: 0,
  linked: false,      // the stream is open
  view: "sale",       // or "charges"
  panel: false,       // devices and notices are open
  tip: false,         // the text about what waits is open
  store: "", terminal: "",
  demo: false,
  open: 0,
  /** @type {Offline|null} */
  offline: null,      // what waits to be collected
  /** @type {import("./model.js").Queue|null} */
  queue: null,        // the list of it, for the manager
  /** @type {{wallet: string, name: string, name_en: string}[]} */
  presenters: [],     // wallets that give codes to show
  /** @type {import("./model.js").Device[]} */
  devices: [],
  /** @type {import("./model.js").Trouble[]} */
  troubles: [],
  /** @type {Sale|null} */
  sale: null,         // on the screen
  /** @type {Sale|null} */
  last: null,         // the last one that the cashier has left behind
  /** @type {Refusal|null} */
  refusal: null,      // why the last scan was not taken
  /** @type {{key: string, values?: Record<string, string>, said?: {text?: string, text_en?: string}, also?: {key: string, values?: Record<string, string>}}|null} */
  fault: null,        // why the last act was not done
  /** @type {Sale[]} */
  news: [],           // late results of sales left behind, until someone has read them
  stopped: false,     // the last sale was stopped before anything was sent
  /** @type {{bill: import("./model.js").Bill, digits: string, cash: number}|null} */
  split: null,        // a bill that is paid in parts
  again: false,       // the cashier wants to scan again for this sale
  /** @type {{limit: string, pin: string}|null} */
  override: null,     // a manager is asked to let the sale pass a limit
  sure: false,        // asked whether to cancel
  stay: false,        // the approved screen was asked to stay
  muted: false,       // the sound of doubt is off for this charge
  busy: "",           // the act under way
  /** @type {MediaStream|null} */
  camera: null,       // this device's camera, while it looks for a code
  entry: { digits: "", rate: "standard", large: false },
  pin: "",
  /** @type {any[]|null} */
  charges: null,
  next: 0,
  shownAt: 0,         // when this screen came up
};

/** Marks of charges that the cashier has left: remembered by this tab. */
const dismissed = new Set(JSON.parse(sessionStorage.getItem("posagent.left") ?? "[]"));

/** Sales that were left while their result was not known. @type {Map<string, string>} */
export const parked = new Map(JSON.parse(sessionStorage.getItem("posagent.parked") ?? "[]"));

/** @type {() => void} */
let redraw = () => {};

/** Tells who draws the page after a change. @param {() => void} draw */
export const onChange = (draw) => { redraw = draw; };

/** Changes the page. @param {Partial<typeof page>} to */
export function set(to) {
  Object.assign(page, to);
  redraw();
}

/** The screen that is to be seen now. */
export const screen = () => screenOf(page);

function remember() {
  sessionStorage.setItem("posagent.left", JSON.stringify([...dismissed].slice(-50)));
  sessionStorage.setItem("posagent.parked", JSON.stringify([...parked].slice(-20)));
}

/** The whole register, at the start and after every reconnection. @param {Register} got */
export function tookRegister(got) {
  Object.assign(page, {
    ready: true, store: got.store, terminal: got.terminal, devices: got.devices ?? [], open: got.open, demo: got.demo,
    offline: got.offline ?? null, presenters: got.presenters ?? [],
  });
  if (got.refusal) tookRefusal(got.refusal);
  if (got.sale) tookSale(got.sale);
  else if (page.sale?.state === "prepared") page.sale = null; // it was closed while we did not hear
  redraw();
}

/** One sale, from an event or an answer. @param {Sale} got */
export function tookSale(got) {
  const shown = page.sale;
  if (place(shown, got, dismissed, Date.now()) === "aside") return tookAside(got);
  if (shown && shown.id !== got.id) {
    if (!settled(shown.state)) parked.set(shown.id, shown.charge_key);
    if (shown.state !== "abandoned") page.last = shown;
    Object.assign(page, { refusal: null, override: null, sure: false, stay: false, muted: false, again: false });
    remember();
  }
  const now = shown && shown.id === got.id ? newer(shown, got) : got;
  if (shown?.id === now.id && (shown.charge_key !== now.charge_key || shown.state !== now.state)) {
    Object.assign(page, { sure: false, override: null, again: page.again && shown.charge_key === now.charge_key, muted: false });
    if (!isLive(now.state) || now.state === "sent") page.refusal = null;
  }
  if (now.lifted?.length !== (shown?.id === now.id ? shown.lifted?.length : undefined)) page.refusal = null;
  if (now.refusal && (now.state === "prepared" || page.again)) tookRefusal(now.refusal);
  page.sale = now;
  if (page.view === "charges" && isLive(now.state) && shown?.id !== now.id) page.view = "sale";
  redraw();
}

/** A sale that the cashier has left: its paper, or its late result. @param {Sale} got */
function tookAside(got) {
  if (page.last?.id === got.id || (!page.last && got.state !== "abandoned")) page.last = got;
  if (parked.has(got.id) && settled(got.state)) {
    parked.delete(got.id);
    remember();
    page.news = [...page.news, got];
  }
  redraw();
}

/** One refusal comes as an answer and as an event, up to this far apart. */
const sameRefusal = 1500;

/** Why a scan was not taken. @param {Refusal} got */
export function tookRefusal(got) {
  const at = Date.parse(got.at);
  const had = page.refusal ? Date.parse(page.refusal.at) : 0;
  if (at <= had || (page.refusal?.why === got.why && at - had < sameRefusal)) return;
  if (Date.now() - at > 60_000) return; // told long ago
  page.refusal = got;
  redraw();
}

/** The cashier has read what became of a sale. @param {string} id */
export const read = (id) => set({ news: page.news.filter((sale) => sale.id !== id) });

/** @param {import("./model.js").Device} got */
export function tookDevice(got) {
  const at = page.devices.findIndex((d) => d.id === got.id);
  page.devices = at < 0 ? [...page.devices, got] : page.devices.with(at, got);
  redraw();
}

/** @param {Offline} got */
export const tookOffline = (got) => set({ offline: got });

/** The cashier goes on to the next sale. */
export function leave() {
  const { sale } = page;
  if (!sale) return;
  dismissed.add(mark(sale));
  if (!settled(sale.state)) parked.set(sale.id, sale.charge_key);
  remember();
  set({
    sale: null, last: sale.state === "abandoned" ? page.last : sale, refusal: null, override: null, fault: null, again: false, sure: false, stay: false, muted: false, stopped: false,
    entry: { digits: "", rate: page.entry.rate, large: false },
    split: sale.bill && sale.goods === "hand_over" ? null : page.split, // all of it is paid
  });
}
