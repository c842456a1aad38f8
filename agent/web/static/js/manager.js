// The manager's page: what was taken without a network and waits to be
// collected, charges and giving their money back, closing the day, people, settings,
// webhooks and alerts. It shares state, acts and words with the
// cashier's page.
import { html, nothing, render } from "../vendor/lit.js";
import { listAlerts } from "./alerts.js";
import { listZ } from "./closings.js";
import { listHooks } from "./hooks.js";
import { look as lookAtSettings, rest } from "./settings.js";
import { list as listPeople } from "./staff.js";
import { onChange, page, screen, set } from "./page.js";
import * as acts from "./acts.js";
import { door, late, watch } from "./door.js";
import { leave } from "./leave.js";
import { bar } from "./parts/bar.js";
import { followDialogs, inDialog } from "./parts/dialog.js";
import { formalDialog } from "./parts/formal.js";
import { giveBackDialog } from "./parts/giveback.js";
import { leaveDialog } from "./parts/leave.js";
import { followPanel, panel } from "./parts/panel.js";
import { alertList, alertNews } from "./screens/alerts.js";
import { charges } from "./screens/charges.js";
import { closingDay, closingNews } from "./screens/closing.js";
import { lost } from "./screens/lost.js";
import { webhooks } from "./screens/webhooks.js";
import { enrolDialog, people, peopleNews } from "./screens/people.js";
import { queue, queueNews } from "./screens/queue.js";
import { settingsNews, settingsView } from "./screens/settings.js";
import { signin, starting } from "./screens/signin.js";
import { onSignIn } from "./keys.js";
import { lock } from "./signing.js";
import { wake } from "./sound.js";
import { loadWords, said, t, titled } from "./words.js";

const root = /** @type {HTMLElement} */ (document.getElementById("page"));
const polite = /** @type {HTMLElement} */ (document.getElementById("polite"));
const assertive = /** @type {HTMLElement} */ (document.getElementById("assertive"));

/** A sale at the register is no matter of this page. */
const name = () => {
  const of = screen();
  if (of === "signin" || of === "starting" || of === "lost") return of;
  const asked = location.hash.slice(1);
  return asked in views ? asked : "queue";
};

/** What there is on this page, by its hash, and the name of each. @type {Record<string, [string, () => any]>} */
const views = {
  queue: ["queue.title", queue],
  charges: ["charges.title", () => charges(true)],
  closing: ["closing.title", closingDay],
  alerts: ["alerts.title", alertList],
  people: ["people.title", people],
  settings: ["settings.title", settingsView],
  webhooks: ["webhooks.title", webhooks],
};

/** What is fetched on coming to a view. @type {Record<string, () => any>} */
const coming = {
  charges: () => acts.listCharges(),
  people: () => page.who?.role === "manager" && listPeople(),
  settings: () => page.who?.role !== "cashier" && lookAtSettings(),
  webhooks: () => listHooks(),
};

/** @param {string} now */
const draws = (now) => ({ signin, starting, lost })[now] ?? views[now][1];

/** The ways within this page. @param {string} now */
const ways = (now) => (now in views
  ? html`<nav class="ways" aria-label=${t("manager.ways")}>${Object.entries(views).map(([hash, [title]]) => html`
      <a href=${`#${hash}`} id=${`to-${hash}`} aria-current=${now === hash ? "page" : "false"}>${t(title)}</a>`)}</nav>`
  : nothing);

let was = "";
let saidFault = "";
let saidNews = "";
let seen = "";
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
  const now = name();
  document.body.className = `on-${now}${page.demo ? " demo" : ""}`;
  render(html`${bar("manager")}<main>${ways(now)}${draws(now)()}</main>${panel()}${giveBackDialog()}${formalDialog()}${enrolDialog()}${leaveDialog()}`, root);
  const mark = now === "signin" ? `${now} ${door.chosen} ${door.setUp}` : now;
  if (mark !== was) {
    was = mark;
    seen = "";
    const target = now === "signin" ? document.querySelector("#pin, .tile, #setup-code") : document.getElementById("title");
    /** @type {HTMLElement|null} */ (target)?.focus({ preventScroll: true });
  }
  followPanel();
  followDialogs();
  follow(now);
  tell();
}

/** The list is fetched anew whenever what waits has changed. @param {string} now */
function follow(now) {
  if (page.busy !== "") return; // signing in is an act, too: it is drawn again when that is over
  if (now === "closing" && seen !== now) {
    seen = now;
    if (page.who?.role === "manager") void listZ();
  }
  const troubles = JSON.stringify(page.troubles);
  if (now === "alerts" && seen !== `alerts ${troubles}`) {
    seen = `alerts ${troubles}`;
    void listAlerts();
  }
  const comes = coming[now];
  if (comes && seen !== now) {
    seen = now;
    void comes();
  }
  const of = JSON.stringify(page.offline);
  if (now !== "queue" || of === seen) return;
  seen = of;
  void acts.listQueue();
}

/** Says a fault at once, and how the collecting goes on after what is being said. */
function tell() {
  const { fault } = page;
  const words = fault ? (fault.said ? said(fault.said) : t(fault.key)) : "";
  if (words !== saidFault) {
    saidFault = words;
    if (words) assertive.textContent = words;
  }
  const news = { queue: queueNews, closing: closingNews, alerts: alertNews, people: peopleNews, settings: settingsNews }[was]?.() ?? "";
  if (news === saidNews) return;
  saidNews = news;
  if (news) polite.textContent = news;
}

/** @param {KeyboardEvent} event */
function pressed(event) {
  if (name() === "signin") return onSignIn(event, /** @type {Element} */ (event.target));
  if (event.key !== "Escape" || inDialog()) return;
  if (page.tip) set({ tip: false });
  else if (page.panel) set({ panel: false });
}

/** What happens with time alone: it locks, and a change of settings is taken back. */
function tick() {
  if (late(page.busy !== "" && !leave.asked)) return void lock(true);
  const left = name() === "settings" ? rest() : null;
  if (left === null) return;
  if (left === 0 && page.busy === "") void lookAtSettings(false);
  else paint();
}

async function begin() {
  titled("manager.title");
  await loadWords();
  onChange(draw);
  paint();
  document.addEventListener("keydown", pressed);
  document.addEventListener("keydown", wake, { once: true });
  document.addEventListener("click", wake);
  watch();
  setInterval(tick, 500);
  addEventListener("hashchange", () => set({ fault: null }));
  setInterval(() => { if (page.signedIn) void acts.look(); paint(); }, 10_000);
  await acts.resume();
}

await begin();
