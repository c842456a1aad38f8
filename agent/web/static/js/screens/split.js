// A bill that is paid in parts: what is paid, what is left, and the next part.
import { html, nothing } from "../../vendor/lit.js";
import { page } from "../page.js";
import { byCode, done, inCash, notInCash, part, stop, tookCash, type } from "../split.js";
import { keypad } from "../parts/keypad.js";
import { faultNote } from "../parts/panel.js";
import { shape } from "../parts/shapes.js";
import { money, t, tFirst } from "../words.js";

/** @typedef {import("../model.js").Bill} Bill */

/** @param {Bill} bill */
const paid = (bill) => !bill.parts.some((p) => p.paid > 0) ? nothing : html`
  <ul class="parts">${bill.parts.filter((p) => p.paid > 0).map((p) => html`
    <li><span>${t(`split.${p.way}`)}</span> <b>${money(p.paid, bill.currency)}</b> <span>${tFirst(`state.${p.sale.state}`, "state.other")}</span></li>`)}</ul>`;

/** All is paid. @param {Bill} bill */
function over(bill) {
  const change = bill.parts.at(-1)?.change ?? 0;
  return html`
    <div class="result solid approved" data-state="paid">
      <div class="drawing">${shape("approved")}</div>
      <section class="head">
        <h1 id="title" tabindex="-1">${t("split.paid")}</h1>
        <p class="yen big">${money(bill.amount, bill.currency)}</p>
        <p class="goods strong">${t("approved.goods")}</p>
        ${change > 0 ? html`<p class="big-text" id="change">${t("split.change", { amount: money(change, bill.currency) })}</p>` : nothing}
      </section>
      <section class="rest">${paid(bill)}
        <div class="actions"><button type="button" class="action primary" id="split-done" @click=${done}>${t("approved.next")}</button></div>
      </section>
    </div>`;
}

/** What may be done next. @param {boolean} busy @param {number} amount @param {number} left */
function ways(busy, amount, left) {
  const { split } = page;
  if (split?.cash) {
    return html`
      <button type="button" class="action primary" id="split-took" ?disabled=${busy || amount < split.cash} @click=${tookCash}>${t("split.took")}</button>
      <button type="button" class="action" id="split-back" @click=${notInCash}>${t("split.back")}</button>`;
  }
  const wrong = busy || amount < 1 || amount > left;
  return html`
    <button type="button" class="action primary" id="split-code" ?disabled=${wrong} @click=${byCode}>${t("split.by.code", { amount: money(amount) })}</button>
    <button type="button" class="action primary" id="split-cash" ?disabled=${wrong} @click=${inCash}>${t("split.by.cash", { amount: money(amount) })}</button>
    <button type="button" class="action" id="split-stop" ?disabled=${busy} @click=${stop}>${t("split.stop")}</button>`;
}

export function split() {
  const { split } = page;
  if (!split) return html`<div class="amount"><section class="owed-side"><h1 id="title" tabindex="-1">${t("split.title")}</h1></section></div>`;
  const { bill, cash } = split;
  if (bill.state !== "open") return over(bill);
  const amount = part();
  return html`
    <div class="amount split">
      <section class="owed-side">
        <h1 id="title" tabindex="-1">${t(cash ? "split.handed" : "split.title")}</h1>
        <p class="hold strong" id="split-hold">${t("split.hold")}</p>
        <p class="total"><span>${t("split.left")}</span> <output class="yen" id="split-left" aria-live="off">${money(bill.left, bill.currency)}</output></p>
        ${paid(bill)}
        <p class="total"><span>${t(cash ? "split.counter" : "split.part")}</span> <output class="yen" id="split-part" aria-live="off">${money(amount, bill.currency)}</output></p>
        ${cash && amount > cash ? html`<p id="split-change">${t("split.change", { amount: money(amount - cash, bill.currency) })}</p>` : nothing}
        <div class="actions">${ways(page.busy !== "", amount, bill.left)}</div>
        ${faultNote()}
      </section>
      ${keypad({ label: t("amount.keypad"), press: type, hundred: true })}
    </div>`;
}
