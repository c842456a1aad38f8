// The last charges of this register, each with its state and its receipt.
import { html, nothing, repeat } from "../../vendor/lit.js";
import { page, set } from "../page.js";
import { listCharges, reprint } from "../acts.js";
import { openFormal } from "../formal.js";
import { openGiveBack } from "../giveback.js";
import { paperTrouble, paperWord, receiptPicture } from "../parts/receipt.js";
import { notices } from "../parts/panel.js";
import { shapeOf } from "../parts/shapes.js";
import { clockSeconds, money, t, tFirst, walletName } from "../words.js";

/** The charge whose receipt is shown. @type {string} */
let viewed = "";

/** @param {string} key */
function view(key) {
  viewed = viewed === key ? "" : key;
  set({});
}

/** @param {any} charge */
function row(charge) {
  const paid = charge.state === "approved";
  const back = page.who?.role === "manager" && charge.kind === "charge" && (paid || charge.state === "owed");
  return html`
    <tr class=${viewed === charge.key ? "viewed" : ""}>
      <td>${clockSeconds(charge.prepared)}<span class="key-text">${charge.key}</span></td>
      <td class="yen-cell">${money(charge.amount, charge.currency)}</td>
      <td><span class="state ${charge.state}">${shapeOf(charge.state)}<b>${tFirst(`state.${charge.state}`, "state.other")}</b></span>
        ${charge.kind === "charge" ? nothing : html`<span class="small">${tFirst(`closing.kind.${charge.kind}`)}</span>`}
        ${charge.wallet ? html`<span class="small">${walletName(charge)}</span>` : nothing}
        ${paid ? html`<br><span class="small ${paperTrouble(charge.paper) ? "trouble" : ""}">${paperWord(charge.paper)}</span>` : nothing}</td>
      <td>${paid ? html`
        <button type="button" class="action" data-view=${charge.key} aria-pressed=${viewed === charge.key} @click=${() => view(charge.key)}>${t("charges.view")}</button>
        <button type="button" class="action" data-reprint=${charge.key} ?disabled=${page.busy !== ""} @click=${() => reprint(charge.key)}>${t("reprint")}</button>` : nothing}
        ${paid && charge.kind === "charge" && charge.goods === "hand_over" ? html`<button type="button" class="action" data-formal=${charge.key} ?disabled=${page.busy !== ""} @click=${() => openFormal(charge)}>${t("formal.button")}</button>` : nothing}
        ${back ? html`<button type="button" class="action" data-giveback=${charge.key} ?disabled=${page.busy !== ""} @click=${() => openGiveBack(charge)}>${t("giveback.title")}</button>` : nothing}</td>
    </tr>`;
}

/** @param {boolean} [alone] on a page without a sale to go back to */
export function charges(alone = false) {
  const list = page.charges;
  const shown = list?.find((c) => c.key === viewed);
  return html`
    <div class="charges">
      <div class="heading"><h1 id="title" tabindex="-1">${t("charges.title")}</h1>
        ${alone ? nothing : html`<button type="button" class="action primary" id="back" @click=${() => set({ view: "sale", charges: null })}>${t("charges.back")}</button>`}</div>
      ${page.who?.role === "manager" ? nothing : html`<p class="hint">${t("giveback.manager")}</p>`}
      ${notices()}
      <div class="both">
        <div class="rows" tabindex="0" role="region" aria-label=${t("charges.title")}>
          ${list === null ? html`<p>${t("starting")}</p>` : list.length === 0 ? html`<p>${t("charges.none")}</p>` : html`
            <table>
              <caption class="spoken">${t("charges.caption")}</caption>
              <thead><tr><th scope="col">${t("time")} / ${t("key")}</th><th scope="col" class="yen-cell">${t("charges.amount")}</th><th scope="col">${t("charges.state")}</th><th scope="col">${t("charges.do")}</th></tr></thead>
              <tbody>${repeat(list, (c) => c.key, row)}</tbody>
            </table>
            ${page.next ? html`<button type="button" class="action" id="more" @click=${() => listCharges(true)}>${t("charges.more")}</button>` : nothing}`}
        </div>
        ${shown ? html`<div class="receipt">${receiptPicture(shown)}</div>` : nothing}
      </div>
    </div>`;
}
