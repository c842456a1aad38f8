// What was taken without a network and waits to be collected, for the manager:
// how much, until when, and what room the limits leave.
import { html, nothing, repeat } from "../../vendor/lit.js";
import { page } from "../page.js";
import { collect } from "../acts.js";
import { faultNote } from "../parts/panel.js";
import { sentences } from "../parts/offline.js";
import { shapeOf } from "../parts/shapes.js";
import { moment, money, t, tFirst, walletName } from "../words.js";

/** @param {import("../model.js").Queued} of */
const row = (of) => html`
  <tr>
    <td><span class="key-text">${of.key}</span></td>
    <td class="yen-cell">${money(of.amount, of.currency)}</td>
    <td>${walletName(of)}</td>
    <td>${moment(of.accepted)}</td>
    <td>${moment(of.until)}</td>
    <td><span class="state ${of.state}">${shapeOf(of.state)}<b>${tFirst(`state.${of.state}`, "state.other")}</b></span>
      ${of.carried ? html`<span class="small">${t("queue.carried")}</span>` : nothing}
      ${of.moved ? html`<span class="small">${t("queue.moved", { time: moment(of.moved) })}</span>` : nothing}
      ${of.attempts > 1 ? html`<span class="small">${t("queue.tries", { n: of.attempts })}</span>` : nothing}</td>
  </tr>`;

/** @param {import("../model.js").Queue} of */
function list(of) {
  if (of.charges.length === 0) return html`<p>${t("offline.none")}</p>`;
  const more = all(of) - of.charges.length;
  return html`
    <table>
      <caption class="spoken">${t("queue.caption")}</caption>
      <thead><tr><th scope="col">${t("key")}</th><th scope="col" class="yen-cell">${t("charges.amount")}</th><th scope="col">${t("wallet")}</th>
        <th scope="col">${t("queue.taken")}</th><th scope="col">${t("queue.until")}</th><th scope="col">${t("charges.state")}</th></tr></thead>
      <tbody>${repeat(of.charges, (c) => c.key, row)}</tbody>
    </table>
    ${more > 0 ? html`<p>${t("queue.more", { n: more })}</p>` : nothing}`;
}

/** How many wait, those of other registers too. @param {import("../model.js").Queue} of */
const all = (of) => of.count + (of.carried ?? 0);

/** How much waits, for whoever hears the page. */
export const queueNews = () => (page.queue ? t("queue.waits", { n: all(page.queue), amount: money(page.queue.amount + (page.queue.carried_amount ?? 0)) }) : "");

/** Only a manager decides about money that waits. */
function collecting() {
  if (page.who?.role !== "manager") return html`<p class="hint">${t("queue.manager")}</p>`;
  const busy = page.busy === "collect";
  return html`<button type="button" class="action primary" id="collect" ?disabled=${page.busy !== "" || !page.queue || all(page.queue) === 0} @click=${collect}>${t(busy ? "queue.busy" : "queue.collect")}</button>`;
}

export function queue() {
  const now = Date.now();
  return html`
    <div class="charges queue">
      <div class="heading"><h1 id="title" tabindex="-1">${t("queue.title")}</h1>${collecting()}</div>
      ${faultNote()}
      <p class="yen" id="waits">${queueNews()}</p>
      ${page.offline ? html`<ul class="plain-list">${sentences(page.offline, now).map((s) => html`<li>${s}</li>`)}</ul>` : html`<p>${t("offline.off")}</p>`}
      <div class="rows" tabindex="0" role="region" aria-label=${t("queue.title")}>
        ${page.queue === null ? html`<p>${t("starting")}</p>` : list(page.queue)}
      </div>
    </div>`;
}
