// The bar at the top of every screen: where we are, what works, who is here.
import { html, nothing } from "../../vendor/lit.js";
import { page, set } from "../page.js";
import { isLive } from "../model.js";
import { lang, speak, t, clock, tFirst } from "../words.js";
import { offlineChip, offlineTip } from "./offline.js";
import { sign } from "./shapes.js";
import { audible } from "../sound.js";
import * as acts from "../acts.js";
import { lock } from "../signing.js";

/** How bad each state of a device is. @type {Record<string, "good"|"look"|"bad"|"wait"|"off">} */
export const how = { ready: "good", degraded: "look", connecting: "wait", absent: "bad", blocked: "bad", faulted: "bad", disabled: "off" };

/** A touch leaves the focus where it was, so that Enter goes on with the sale. */
const keep = (/** @type {Event} */ event) => event.preventDefault();

/** @param {"good"|"look"|"bad"|"wait"|"off"} level @param {string} name @param {string} word @param {string} id */
const chip = (level, name, word, id) => html`
  <button type="button" class="chip ${level}" data-chip=${id} @click=${() => set({ panel: true })}>
    ${sign(level)}<span class="chip-name">${name}</span> <b>${word}</b>
  </button>`;

/** One chip for each role at the register, the worst device of it. @param {string} kind */
function deviceChip(kind) {
  const order = ["faulted", "blocked", "absent", "connecting", "degraded", "ready"];
  const worst = page.devices
    .filter((d) => d.kind === kind && d.state !== "disabled")
    .sort((a, b) => order.indexOf(a.state) - order.indexOf(b.state))[0];
  return worst ? chip(how[worst.state] ?? "look", t(`device.${kind}`), tFirst(`device.${worst.state}`), kind) : nothing;
}

/** @param {"pos"|"manager"} here charges are listed on the cashier's page only */
function chips(here) {
  const unsettled = here === "pos" ? page.open - (page.sale && isLive(page.sale.state) ? 1 : 0) : 0;
  return html`
    ${chip(page.linked ? "good" : "wait", t("chip.link"), t(page.linked ? "chip.link.up" : "chip.link.down"), "link")}
    ${deviceChip("scanner")} ${deviceChip("printer")} ${offlineChip()}
    ${unsettled > 0 ? html`<button type="button" class="chip look" data-chip="open" ?disabled=${!!page.sale} @click=${() => acts.listCharges()}>${sign("look")}<b>${t("chip.open", { n: unsettled })}</b></button>` : nothing}
    ${page.troubles.length ? html`<button type="button" class="chip look" data-chip="news" @click=${() => set({ panel: true })}>${sign("look")}<b>${t("chip.news", { n: page.troubles.length })}</b></button>` : nothing}
    ${audible() ? nothing : html`<button type="button" class="chip look" data-chip="sound" title=${t("chip.sound.fix")}>${sign("off")}<b>${t("chip.sound")}</b></button>`}`;
}

/** The way to a manager's other page, in the same tab: the session is this tab's. @param {"pos"|"manager"} here */
const way = (here) => (here === "pos"
  ? html`<a class="plain" id="way" href="/manager">${t("page.manager")}</a>`
  : html`<a class="plain" id="way" href="/pos">${t("page.pos")}</a>`);

/** @param {"pos"|"manager"} [here] the page that it is the bar of */
export function bar(here = "pos") {
  const other = lang() === "ja" ? "en" : "ja";
  return html`
    <header class="bar">
      <p class="where">${page.signedIn && page.terminal ? html`<b>${page.store}</b> / ${page.terminal}` : html`<b>posagent</b>`}</p>
      <p class="clock"><time>${clock(Date.now())}</time></p>
      <div class="chips" role="group" aria-label=${t("bar.label")}>${page.signedIn && page.ready ? chips(here) : nothing}</div>
      ${page.signedIn && page.ready ? offlineTip() : nothing}
      ${page.who ? html`<p class="who" title=${tFirst(`role.${page.who.role}`, page.who.role)}>${page.who.name}</p>` : nothing}
      ${page.who && page.who.role !== "cashier" ? way(here) : nothing}
      <button type="button" class="plain" id="language" lang=${other} @mousedown=${keep} @click=${() => { speak(other); set({}); }}>${t("lang.other")}</button>
      ${page.signedIn ? html`<button type="button" class="plain" id="lock" @click=${() => lock()}>${t("signin.lock")}</button>` : nothing}
    </header>
    ${page.demo ? html`<p class="ribbon"><span>${t("demo.ribbon")}</span></p>` : nothing}`;
}
