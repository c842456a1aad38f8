// How a charge ended. A full colour means: hand over the goods. A frame means:
// keep them. Each result has its own shape and words besides.
import { html, nothing } from "../../vendor/lit.js";
import { page, set } from "../page.js";
import { next, reprint, reprintStoreCopy, scanAgain } from "../acts.js";
import { openFormal } from "../formal.js";
import { left, mayScanAgain } from "../model.js";
import { faultNote } from "../parts/panel.js";
import { paperTrouble, paperWord, receiptPicture } from "../parts/receipt.js";
import { shape } from "../parts/shapes.js";
import { bigYen } from "../parts/yen.js";
import { clockSeconds, money, reason, t, walletName } from "../words.js";

/** @typedef {import("../model.js").Sale} Sale */

/** How long the approved screen stays by itself. */
export const approvedFor = 4000;

/** @param {Sale} sale */
const facts = (sale) => html`
  <dl class="facts">
    ${sale.wallet ? html`<div><dt>${t("wallet")}</dt><dd>${walletName(sale)}</dd></div>` : nothing}
    ${sale.receipt ? html`<div><dt>${t("number")}</dt><dd>${sale.receipt}</dd></div>` : nothing}
    ${sale.points?.used ? html`<div><dt>${t("points.used")}</dt><dd id="points-used">${money(sale.points.used, sale.currency)}</dd></div>` : nothing}
    ${sale.points?.earned ? html`<div><dt>${t("points.earned")}</dt><dd id="points-earned">${t("points.n", { n: sale.points.earned })}</dd></div>` : nothing}
    <div><dt>${t("time")}</dt><dd>${clockSeconds(sale.changed)}</dd></div>
    <div><dt>${t("key")}</dt><dd class="key-text">${sale.charge_key}</dd></div>
  </dl>`;

/** @param {Sale} sale */
const paper = (sale) => html`
  <p class="paper ${paperTrouble(sale.paper) ? "trouble" : ""}" id="paper" data-paper=${sale.paper}>${t("paper.label")}: <b>${paperWord(sale.paper)}</b></p>`;

/** @param {Sale} sale */
const reprintButton = (sale) => html`
  <button type="button" class="action" id="reprint" ?disabled=${page.busy !== ""} @click=${() => reprint(sale.charge_key)}>${page.busy.startsWith("reprint") ? t("reprint.busy") : t("reprint")}</button>`;

/** @param {Sale} sale */
const formalButton = (sale) => html`
  <button type="button" class="action" id="formal-open" ?disabled=${page.busy !== ""} @click=${() => openFormal({ key: sale.charge_key, amount: sale.amount, currency: sale.currency })}>${t("formal.button")}</button>`;

/** What the store keeps until the money is collected. @param {Sale} sale */
const storeCopyButton = (sale) => html`
  <button type="button" class="action" id="storecopy" ?disabled=${page.busy !== ""} @click=${() => reprintStoreCopy(sale.charge_key)}>${page.busy.startsWith("storecopy") ? t("reprint.busy") : t("storecopy")}</button>`;

/** @param {Sale} sale */
export function approved(sale) {
  const rest = left(new Date(page.shownAt + approvedFor).toISOString(), approvedFor, Date.now());
  return html`
    <div class="result solid approved" data-state=${sale.state}>
      <div class="drawing">${shape("approved")}</div>
      <section class="head">
        <h1 id="title" tabindex="-1">${t("approved.title")}</h1>
        ${bigYen(sale)}
        <p class="goods strong">${t("approved.goods")}</p>
      </section>
      <section class="rest">
        ${facts(sale)} ${paper(sale)} ${faultNote()}
        <div class="actions">
          <button type="button" class="action primary" id="next" @click=${next}>${t("approved.next")}</button>
          ${reprintButton(sale)}
          ${formalButton(sale)}
          ${page.stay ? nothing : html`<button type="button" class="action" id="stay" @click=${() => set({ stay: true })}>${t("approved.stay")}</button>`}
        </div>
        <p class="count-text" aria-hidden="true">${page.stay ? nothing : t("approved.auto", { n: rest.seconds })}</p>
      </section>
      <div class="receipt">${receiptPicture({ key: sale.charge_key, amount: sale.amount, currency: sale.currency })}</div>
    </div>`;
}

/** @param {Sale} sale */
export function declined(sale) {
  return html`
    <div class="result frame declined" data-state=${sale.state}>
      <div class="drawing">${shape("declined")}</div>
      <section>
        <h1 id="title" tabindex="-1">${t("declined.title")}</h1>
        <p class="goods strong">${t("declined.goods")}</p>
        <p class="reason big-text" id="reason" data-reason=${sale.reason ?? ""}>${reason(sale) || t("reason.other")}</p>
        <p class="money-state">${t("declined.money")}</p>
        <p class="yen">${money(sale.amount, sale.currency)}</p>
        ${facts(sale)} ${faultNote()}
        <div class="actions">
          <button type="button" class="action primary" id="again" @click=${scanAgain}>${t("declined.again")}</button>
          <button type="button" class="action" id="next" @click=${next}>${t("declined.other")}</button>
        </div>
      </section>
    </div>`;
}

/**
 * The rarer ends and ways back, which differ only in words and shape.
 * @param {Sale} sale
 * @param {"reversing"|"reversed"|"abandoned"|"queued"|"owed"|"unpaid"} kind
 */
export function other(sale, kind) {
  const full = kind === "queued";
  return html`
    <div class="result ${full ? "solid" : "frame"} ${kind}" data-state=${sale.state}>
      <div class="drawing">${shape(kind)}</div>
      <section>
        <h1 id="title" tabindex="-1">${t(`${kind}.title`)}</h1>
        <p class="goods strong">${t(`${kind}.goods`)}</p>
        ${bigYen(sale)}
        <p class="money-state">${t(`${kind}.money`)}</p>
        ${sale.reason ? html`<p class="reason">${reason(sale) || t("reason.other")}</p>` : nothing}
        ${facts(sale)} ${full ? paper(sale) : nothing} ${faultNote()}
        <div class="actions">
          <button type="button" class="action primary" id="next" @click=${next}>${t("next")}</button>
          ${mayScanAgain(sale.state) && kind !== "abandoned" ? html`<button type="button" class="action" id="again" @click=${scanAgain}>${t("declined.again")}</button>` : nothing}
          ${full ? html`${reprintButton(sale)} ${storeCopyButton(sale)}` : nothing}
        </div>
      </section>
    </div>`;
}
