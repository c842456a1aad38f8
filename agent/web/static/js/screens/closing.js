// Closing the day: the sums so far, the one button that closes, and all that was
// closed before.
import { html, nothing, repeat } from "../../vendor/lit.js";
import { page } from "../page.js";
import * as acts from "../closings.js";
import { closing } from "../closings.js";
import { faultNote } from "../parts/panel.js";
import { moment, money, t, tFirst, walletName } from "../words.js";

const classes = ["paid", "cash", "offline", "refunded", "returned", "top_ups", "brought", "open", "owed", "unpaid"];

/** @param {string} word @param {string} value @param {string} [count] */
const line = (word, value, count = "") => html`<tr><th scope="row">${word}</th><td class="yen-cell">${value}</td><td class="yen-cell">${count}</td></tr>`;

/** @param {any} of */
const takings = (of) => html`
  <tbody>
    ${line(t("closing.net"), money(of.net, of.currency))}
    ${classes.filter((c) => of[c].count !== 0 || of[c].amount !== 0 || c === "paid").map((c) => line(t(`closing.${c}`), money(of[c].amount, of.currency), String(of[c].count)))}
    ${of.points_used ? line(t("points.used"), money(of.points_used, of.currency)) : nothing}
    ${of.points_earned ? line(t("points.granted"), t("points.n", { n: of.points_earned })) : nothing}
  </tbody>`;

/** @param {import("../closings.js").Row} of */
const row = (of) => html`
  <tr><td>${walletName(of) || "-"}</td><td>${t(`closing.kind.${of.kind}`)}</td><td>${tFirst(`state.${of.state}`, "state.other")}</td>
    <td class="yen-cell">${money(of.amount, of.currency)}</td><td class="yen-cell">${of.count}</td></tr>`;

/** @param {import("../closings.js").Closing} of */
function sums(of) {
  if (of.takings.length === 0) return html`<p>${t("closing.nothing")}</p>`;
  return html`
    <table id="sums"><caption class="spoken">${t("closing.sums")}</caption>
      ${of.takings.map(takings)}
      <tbody>${of.rates.map((r) => line(t("closing.rate", { n: r.percent, tax: money(r.tax, r.currency) }), money(r.gross, r.currency)))}</tbody>
    </table>
    <table><caption class="spoken">${t("closing.rows")}</caption>
      <thead><tr><th scope="col">${t("wallet")}</th><th scope="col">${t("closing.kind")}</th><th scope="col">${t("charges.state")}</th><th scope="col" class="yen-cell">${t("charges.amount")}</th><th scope="col" class="yen-cell">${t("closing.count")}</th></tr></thead>
      <tbody>${of.rows.map(row)}</tbody>
    </table>`;
}

/** @param {any} w */
const compared = (w) => html`<li>${walletName(w)}: <b>${w.compared ? (w.left > 0 ? t("closing.differ", { n: w.left }) : t("closing.equal")) : t("closing.not_compared")}</b></li>`;

/** @param {any} d */
const drawer = (d) => (d.said
  ? t("closing.drawer", { expected: money(d.expected), counted: money(d.counted), over: money(d.over) })
  : t("closing.drawer.not", { cash: money(d.cash) }));

/** @param {import("../closings.js").Z} z */
const more = (z) => html`
  <ul class="plain-list">
    ${z.wallets.map(compared)}
    ${z.waiting.map((of) => html`<li>${t("closing.carried")}: ${walletName(of)} ${tFirst(`state.${of.state}`, "state.other")} ${of.count} ${money(of.amount, of.currency)}</li>`)}
    ${z.reason ? html`<li>${t("closing.why", { reason: z.reason })}</li>` : nothing}
    <li id="drawer">${drawer(z.drawer)}</li>
  </ul>
  <p class="key-text">${t("closing.entries", { first: z.first, last: z.last })} · SHA-256 ${z.sha256}</p>
  <p><button type="button" class="action" id="print" ?disabled=${page.busy !== ""} @click=${() => acts.printAgain(z.number)}>${t("closing.print")}</button>
    ${closing.printed === z.number ? html`<span id="printed">${t("closing.printed")}</span>` : nothing}</p>`;

/** @param {import("../closings.js").Closing} of */
const shown = (of) => html`
  <section id="shown" aria-label=${t("closing.sums")}>
    <h2>${of.z ? t("closing.z", { n: of.z.number }) : t("closing.x")} · ${of.date}</h2>
    <p class="small">${t("closing.as_of", { time: moment(of.at) })}${of.z?.operator ? ` · ${of.z.operator}` : ""}</p>
    ${of.finished ? nothing : html`<p class="notice look" id="unfinished">${t("closing.unfinished")}</p>`}
    ${sums(of)} ${of.z ? more(of.z) : nothing}
  </section>`;

/** @param {"float"|"other"|"counted"|"reason"} field */
function input(field) {
  const wrong = acts.wrongAmounts().includes(/** @type {any} */ (field));
  return html`
    <label for=${`z-${field}`}>${t(`closing.field.${field}`)}</label>
    <input id=${`z-${field}`} type="text" inputmode=${field === "reason" ? "text" : "numeric"} maxlength=${field === "reason" ? 200 : 16} autocomplete="off"
      aria-invalid=${wrong} aria-describedby=${wrong ? "z-wrong" : nothing} .value=${closing.form[field]} @input=${(/** @type {any} */ e) => acts.fill(field, e.target.value)}>`;
}

function form() {
  const wrong = acts.wrongAmounts();
  return html`
    <form id="z" class="closing-form" @submit=${(/** @type {Event} */ e) => { e.preventDefault(); void acts.close(); }}>
      <h2>${t("closing.form")}</h2>
      <p class="hint">${t("closing.hint")}</p>
      ${input("counted")} ${input("float")} ${input("other")}
      ${closing.left ? input("reason") : nothing}
      ${wrong.length > 0 ? html`<p class="small" id="z-wrong" role="alert">${t("closing.wrong")}</p>` : nothing}
      <button type="submit" class="action ${closing.sure ? "danger" : "primary"}" id="close" ?disabled=${page.busy !== "" || wrong.length > 0}>
        ${t(page.busy === "z" ? "closing.busy" : closing.sure ? "closing.sure" : "closing.close")}</button>
    </form>`;
}

/** @param {import("../closings.js").Closing} of */
const past = (of) => html`
  <tr class=${closing.shown?.z?.number === of.z?.number ? "viewed" : ""}>
    <td>${of.z?.number}</td><td>${of.date}</td><td>${moment(of.at)}</td>
    <td class="yen-cell">${of.takings.map((k) => money(k.net, k.currency)).join(" ") || money(0)}</td>
    <td><button type="button" class="action" data-z=${of.z?.number ?? nothing} @click=${() => acts.show(of)}>${t("closing.show")}</button></td>
  </tr>`;

function list() {
  if (closing.list === null) return html`<p>${t("starting")}</p>`;
  if (closing.list.length === 0) return html`<p>${t("closing.none")}</p>`;
  return html`
    <table><caption class="spoken">${t("closing.list")}</caption>
      <thead><tr><th scope="col">Z</th><th scope="col">${t("closing.day")}</th><th scope="col">${t("closing.at")}</th><th scope="col" class="yen-cell">${t("closing.net")}</th><th></th></tr></thead>
      <tbody>${repeat(closing.list, (c) => c.z?.number, past)}</tbody>
    </table>
    ${closing.next > 0 ? html`<button type="button" class="action" id="more" ?disabled=${page.busy !== ""} @click=${() => acts.listZ(true)}>${t("charges.more")}</button>` : nothing}`;
}

/** What was closed, for whoever hears the page. */
export const closingNews = () => (closing.shown?.z ? t("closing.done", { n: closing.shown.z.number, date: closing.shown.date }) : "");

export function closingDay() {
  if (page.who?.role !== "manager") return html`<div class="charges"><h1 id="title" tabindex="-1">${t("closing.title")}</h1><p class="hint">${t("closing.manager")}</p></div>`;
  return html`
    <div class="charges closing">
      <div class="heading"><h1 id="title" tabindex="-1">${t("closing.title")}</h1>
        <button type="button" class="action" id="x" ?disabled=${page.busy !== ""} @click=${acts.addUp}>${t("closing.x.do")}</button></div>
      ${faultNote()}
      <div class="both">
        <div class="rows" tabindex="0" role="region" aria-label=${t("closing.title")}>${closing.shown ? shown(closing.shown) : html`<p class="hint">${t("closing.start")}</p>`}</div>
        <div class="closing-side">${form()}<h2>${t("closing.list")}</h2>${list()}</div>
      </div>
    </div>`;
}
