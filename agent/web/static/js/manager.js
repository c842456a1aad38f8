// The manager's page: what was taken without a network and waits to be
// collected, closing the day, and alerts. It shares state, acts and words with the
// cashier's page.
import { html, nothing, render } from "../vendor/lit.js";
import { listAlerts } from "./alerts.js";
import { listZ } from "./closings.js";
import { onChange, page, screen, set } from "./page.js";
import * as acts from "./acts.js";
import { bar } from "./parts/bar.js";
import { followPanel, panel } from "./parts/panel.js";
import { alertList, alertNews } from "./screens/alerts.js";
import { closingDay, closingNews } from "./screens/closing.js";
import { lost } from "./screens/lost.js";
import { queue, queueNews } from "./screens/queue.js";
import { signin, starting } from "./screens/signin.js";
import { wake } from "./sound.js";
import { loadWords, said, t, titled } from "./words.js";

const root = /** @type {HTMLElement} */ (document.getElementById("page"));
const polite = /** @type {HTMLElement} */ (document.getElementById("polite"));
const assertive = /** @type {HTMLElement} */ (document.getElementById("assertive"));

/** A sale at the register is no matter of this page. */
const name = () => {
  const of = screen();
  if (of === "signin" || of === "starting" || of === "lost") return of;
  return location.hash === "#closing" ? "closing" : location.hash === "#alerts" ? "alerts" : "queue";
};

const screens = { signin, starting, lost, queue, closing: closingDay, alerts: alertList };

/** The ways within this page. @param {string} now */
const ways = (now) => (now === "queue" || now === "closing" || now === "alerts"
  ? html`<nav class="ways" aria-label=${t("manager.ways")}>
      <a href="#queue" id="to-queue" aria-current=${now === "queue" ? "page" : "false"}>${t("queue.title")}</a>
      <a href="#closing" id="to-closing" aria-current=${now === "closing" ? "page" : "false"}>${t("closing.title")}</a>
      <a href="#alerts" id="to-alerts" aria-current=${now === "alerts" ? "page" : "false"}>${t("alerts.title")}</a></nav>`
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
  render(html`${bar("manager")}<main>${ways(now)}${screens[now]()}</main>${panel()}`, root);
  if (now !== was) {
    was = now;
    seen = "";
    document.getElementById(now === "signin" ? "pin" : "title")?.focus({ preventScroll: true });
  }
  followPanel();
  follow(now);
  tell();
}

/** The list is fetched anew whenever what waits has changed. @param {string} now */
function follow(now) {
  if (now === "closing" && seen !== now) {
    seen = now;
    if (page.who?.role === "manager") void listZ();
  }
  const troubles = JSON.stringify(page.troubles);
  if (now === "alerts" && seen !== `alerts ${troubles}`) {
    seen = `alerts ${troubles}`;
    void listAlerts();
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
  const news = was === "queue" ? queueNews() : was === "closing" ? closingNews() : was === "alerts" ? alertNews() : "";
  if (news === saidNews) return;
  saidNews = news;
  if (news) polite.textContent = news;
}

/** @param {KeyboardEvent} event */
function pressed(event) {
  if (event.key !== "Escape") return;
  if (page.tip) set({ tip: false });
  else if (page.panel) set({ panel: false });
}

async function begin() {
  titled("manager.title");
  await loadWords();
  onChange(draw);
  paint();
  document.addEventListener("keydown", pressed);
  document.addEventListener("keydown", wake, { once: true });
  document.addEventListener("click", wake);
  addEventListener("hashchange", () => set({ fault: null }));
  setInterval(() => { if (page.signedIn) void acts.look(); paint(); }, 10_000);
  await acts.resume();
}

await begin();
