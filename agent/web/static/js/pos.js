// The cashier's page: draws the screen of the moment, and follows each change
// of screen with focus, speech and sound.
import { html, render } from "../vendor/lit.js";
import { onChange, page, screen, set } from "./page.js";
import * as acts from "./acts.js";
import { door, late, watch } from "./door.js";
import { leave } from "./leave.js";
import { isLive } from "./model.js";
import { bar } from "./parts/bar.js";
import { followDialogs } from "./parts/dialog.js";
import { formalDialog } from "./parts/formal.js";
import { giveBackDialog } from "./parts/giveback.js";
import { leaveDialog } from "./parts/leave.js";
import { followPanel, newsText, panel } from "./parts/panel.js";
import { amount } from "./screens/amount.js";
import { charges } from "./screens/charges.js";
import { override } from "./screens/override.js";
import { lost, rememberSale } from "./screens/lost.js";
import { approved, approvedFor, declined, other } from "./screens/result.js";
import { scan } from "./screens/scan.js";
import { split } from "./screens/split.js";
import { shown } from "./screens/shown.js";
import { signin, starting } from "./screens/signin.js";
import { asking, confirm, doubt } from "./screens/wait.js";
import { listen } from "./keys.js";
import { lock } from "./signing.js";
import { play, wake } from "./sound.js";
import { look as lookAtBill } from "./split.js";
import { loadWords, said, t } from "./words.js";

/** @typedef {import("./model.js").Screen} Screen */

const root = /** @type {HTMLElement} */ (document.getElementById("page"));
const polite = /** @type {HTMLElement} */ (document.getElementById("polite"));
const assertive = /** @type {HTMLElement} */ (document.getElementById("assertive"));

/** The screen for each name; those of a sale get it. @type {Record<Screen, (sale: any) => any>} */
const screens = {
  signin, starting, lost, amount, split: () => split(), scan, override, shown, asking, confirm, doubt, approved, declined,
  charges: () => charges(),
  reversing: (sale) => other(sale, "reversing"),
  reversed: (sale) => other(sale, "reversed"),
  abandoned: (sale) => other(sale, "abandoned"),
  queued: (sale) => other(sale, "queued"),
  owed: (sale) => other(sale, "owed"),
  unpaid: (sale) => other(sale, "unpaid"),
};

/** The sound of coming to a screen. @type {Partial<Record<Screen, import("./sound.js").Cue>>} */
const cues = {
  asking: "accepted", split: "accepted", shown: "accepted", approved: "approved", declined: "declined", reversed: "declined", abandoned: "declined",
  doubt: "doubt", reversing: "doubt", owed: "doubt", unpaid: "doubt", queued: "queued",
};

/** Screens that are told at once, over whatever is being read out. */
const urgent = new Set(["declined", "doubt", "reversing", "owed", "unpaid", "lost"]);

/** Screens with a running number. */
const running = new Set(["shown", "asking", "confirm", "doubt", "approved", "lost"]);

/** How often the sound of doubt comes back. */
const doubtEvery = 5000;

let was = "";
let saidRefusal = "";
let saidNotices = "";
let doubtAt = 0;
let drawing = false;

/** One drawing for all changes of one moment. */
function draw() {
  if (drawing) return;
  drawing = true;
  queueMicrotask(() => {
    drawing = false;
    paint();
  });
}

function paint() {
  const name = screen();
  const mark = `${name} ${name === "split" ? page.split?.bill.state : name === "signin" ? `${door.chosen} ${door.setUp}` : page.sale?.charge_key ?? ""} ${page.again}`;
  const changed = mark !== was;
  if (changed) page.shownAt = Date.now();
  document.body.className = `on-${name}${page.demo ? " demo" : ""}`;
  render(html`${bar()}<main>${screens[name](page.sale)}</main>${panel()}${giveBackDialog()}${formalDialog()}${leaveDialog()}`, root);
  rememberSale();
  if (changed) {
    was = mark;
    arrived(name);
    if (name === "split") void lookAtBill();
  }
  followPanel();
  followDialogs();
  tellRefusal();
  tellNotices();
}

/** Focus, speech and sound of a new screen. @param {Screen} name */
function arrived(name) {
  const target = name === "signin" || name === "override" ? document.querySelector("#pin, .tile, #setup-code") : null;
  (/** @type {HTMLElement|null} */ (target) ?? document.getElementById("title"))?.focus({ preventScroll: true });
  window.scrollTo(0, 0);
  const texts = [...document.querySelectorAll("main h1, main .goods, main .reason, main .money-state, main .yen.big")];
  const words = texts.map((e) => e.textContent?.trim()).filter(Boolean).join("。 ");
  const region = urgent.has(name) ? assertive : polite;
  polite.textContent = assertive.textContent = "";
  region.textContent = name === "amount" ? "" : words;
  const cue = cues[name];
  if (cue) play(cue);
  if (cue === "doubt") doubtAt = Date.now();
}

function tellRefusal() {
  const { refusal } = page;
  if (!refusal || refusal.at === saidRefusal) return;
  saidRefusal = refusal.at;
  assertive.textContent = `${t("refusal.title")} ${said(refusal)}`;
  play("refused");
}

/** Says a new fault at once, and other notices after what is being said. */
function tellNotices() {
  const { fault } = page;
  const faultText = fault ? (fault.said ? said(fault.said) : t(fault.key)) : "";
  const between = screen() === "amount" || screen() === "charges";
  const words = faultText || !between ? faultText : [...page.news.map(newsText), ...(page.stopped ? [t("news.stopped")] : [])].join(" ");
  if (words === saidNotices) return;
  saidNotices = words;
  if (words) (faultText ? assertive : polite).textContent = words;
}

/** What happens with time alone. */
function tick() {
  const name = screen();
  const now = Date.now();
  const { sale } = page;
  if (late((page.busy !== "" && !leave.asked) || (sale !== null && sale.state !== "prepared" && isLive(sale.state)))) return void lock(true);
  if (name === "approved" && !page.stay && !page.panel && now - page.shownAt >= approvedFor) return acts.next();
  if (name === "doubt" && !page.muted && now - doubtAt >= doubtEvery) {
    doubtAt = now;
    play("doubt");
  }
  if (running.has(name)) paint();
}

/** A touch anywhere on the approved screen, but on a control, goes on. @param {MouseEvent} event */
function touched(event) {
  wake();
  const on = /** @type {Element} */ (event.target);
  if (screen() === "approved" && on.closest("main") && !on.closest("button, a, label, .receipt")) acts.next();
}

async function begin() {
  await loadWords();
  onChange(draw);
  paint();
  document.addEventListener("click", touched);
  document.addEventListener("keydown", wake, { once: true });
  listen();
  watch();
  const slow = matchMedia("(prefers-reduced-motion: reduce)").matches;
  setInterval(tick, slow ? 500 : 100);
  setInterval(() => { if (page.signedIn) void acts.look(); paint(); }, 10_000);
  await acts.resume();
}

await begin();
