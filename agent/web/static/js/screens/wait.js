// A request is under way, the customer must confirm, or the result is in
// doubt. None of these is a yes or a no, and none looks like one.
import { html, nothing } from "../../vendor/lit.js";
import { page, set } from "../page.js";
import { cancel, next } from "../acts.js";
import { left } from "../model.js";
import { faultNote } from "../parts/panel.js";
import { ring, shape } from "../parts/shapes.js";
import { bigYen } from "../parts/yen.js";
import { clockSeconds, reason, t, walletName } from "../words.js";

/** @typedef {import("../model.js").Sale} Sale */

/** Asking to cancel takes two touches: it may undo a payment. */
export function cancelAsk() {
  if (!page.sure) {
    return html`<button type="button" class="action" id="cancel" ?disabled=${page.busy !== ""} @click=${() => set({ sure: true })}>${t("cancel.ask")}</button>`;
  }
  return html`
    <div class="sure" role="group" aria-labelledby="sure">
      <p id="sure">${t("cancel.sure")}</p>
      <button type="button" class="action" id="cancel-no" @click=${() => set({ sure: false })}>${t("cancel.no")}</button>
      <button type="button" class="action danger" id="cancel-yes" ?disabled=${page.busy !== ""} @click=${cancel}>${t("cancel.yes")}</button>
    </div>`;
}

/** @param {Sale} sale */
const facts = (sale) => html`
  <div class="owed-now">${bigYen(sale)}
    ${sale.wallet ? html`<p class="wallet-name">${t("wallet")}: <b>${walletName(sale)}</b></p>` : nothing}</div>`;

/** @param {Sale} sale */
export function asking(sale) {
  const total = sale.deadline ? Date.parse(sale.deadline) - page.shownAt : 0; // the whole ring is what there was to wait
  const rest = left(sale.deadline, total, Date.now());
  const waiting = rest.seconds > 0;
  return html`
    <div class="result frame asking" data-state=${sale.state}>
      <div class="drawing">${waiting ? ring(rest) : shape("asking")}</div>
      <section>
        <h1 id="title" tabindex="-1">${t("asking.title")}</h1>
        ${facts(sale)}
        <p class="step" id="step">${t(sale.checking ? "asking.checking" : "asking.sent")}</p>
        <p class="goods">${t("asking.hold")}</p>
        ${faultNote()}
        <div class="actions">${cancelAsk()}</div>
      </section>
    </div>`;
}

/** @param {Sale} sale */
export function confirm(sale) {
  const rest = left(sale.give_up, 1, Date.now());
  return html`
    <div class="result frame confirm" data-state=${sale.state}>
      <div class="drawing">${shape("confirm")}</div>
      <section>
        <h1 id="title" tabindex="-1">${t("confirm.title")}</h1>
        ${facts(sale)}
        <p class="step" id="step">${t("confirm.text")}</p>
        ${sale.give_up && rest.seconds > 0 ? html`<p class="count-text">${t("doubt.giveup", { time: clockSeconds(sale.give_up), n: rest.seconds })}</p>` : nothing}
        <p class="goods">${t("asking.hold")}</p>
        ${faultNote()}
        <div class="actions">${cancelAsk()}</div>
      </section>
    </div>`;
}

/** @param {Sale} sale */
export function doubt(sale) {
  const now = Date.now();
  const inquiry = left(sale.next_inquiry, 1, now);
  const giveUp = left(sale.give_up, 1, now);
  return html`
    <div class="result frame doubt" data-state=${sale.state}>
      <div class="drawing">${shape("doubt")}</div>
      <section>
        <h1 id="title" tabindex="-1">${t("doubt.title")}</h1>
        <p class="goods strong">${t("doubt.goods")}</p>
        ${facts(sale)}
        <p class="money-state">${t("doubt.money")}</p>
        <ol class="todo"><li>${t("doubt.do1")}</li><li>${t("doubt.do2")}</li></ol>
        <p class="count-text" id="inquiry">${inquiry.seconds > 0 ? t("doubt.next", { n: inquiry.seconds }) : t("doubt.now")}</p>
        ${sale.give_up && giveUp.seconds > 0 ? html`<p class="count-text" id="giveup">${t("doubt.giveup", { time: clockSeconds(sale.give_up), n: giveUp.seconds })}</p>` : nothing}
        ${sale.reason ? html`<p class="reason">${reason(sale)}</p>` : nothing}
        ${faultNote()}
        <div class="actions">
          ${cancelAsk()}
          ${page.sure ? nothing : html`
            <button type="button" class="action" id="next" @click=${next}>${t("doubt.next.sale")}</button>
            ${page.muted ? nothing : html`<button type="button" class="action" id="mute" @click=${() => set({ muted: true })}>${t("doubt.mute")}</button>`}`}
        </div>
      </section>
    </div>`;
}
