// The dialog of the formal receipt.
import { html, nothing } from "../../vendor/lit.js";
import { page } from "../page.js";
import * as acts from "../formal.js";
import { formal } from "../formal.js";
import { money, said, t } from "../words.js";
import { dialog } from "./dialog.js";
import { field } from "./field.js";
import { paperTrouble, paperWord } from "./receipt.js";
import { sign } from "./shapes.js";

function fault() {
  const { fault } = page;
  if (!fault) return nothing;
  return html`<div class="notice bad" role="alert" id="formal-fault">${sign("bad")}<div><b>${t("problem.title")}</b><p>${fault.said ? said(fault.said) : t(fault.key, fault.values)}</p></div></div>`;
}

function form() {
  const busy = page.busy !== "";
  const copies = formal.issued && page.who?.role === "manager";
  return html`
    <form class="sheet" @submit=${(/** @type {Event} */ e) => { e.preventDefault(); void acts.issue(false); }}>
      <p class="yen">${money(formal.of.amount, formal.of.currency)}</p>
      ${field({ id: "formal-to", label: t("formal.to"), value: formal.to, longest: acts.longest, help: t("formal.to.help"), input: (v) => acts.fill("to", v) })}
      ${field({ id: "formal-for", label: t("formal.for"), value: formal.purpose, longest: acts.longest, input: (v) => acts.fill("purpose", v) })}
      <p class="small">${t("formal.once")}</p>
      ${fault()}
      <div class="actions">
        ${formal.issued ? nothing : html`<button type="submit" class="action primary" id="formal-go" ?disabled=${busy}>${busy ? t("formal.busy") : t("formal.go")}</button>`}
        ${copies ? html`<button type="button" class="action primary" id="formal-copy" ?disabled=${busy} @click=${() => acts.issue(true)}>${t("formal.copy")}</button>` : nothing}
        <button type="button" class="action" id="formal-close" ?disabled=${busy} @click=${acts.closeFormal}>${t("close")}</button></div>
    </form>`;
}

/** @param {any} result */
const issued = (result) => html`
  <div class="sheet" role="status" id="formal-result" data-number=${result.number} data-paper=${result.paper}>
    <p class="big-text"><b>${t(result.copies > 0 ? "formal.copied" : "formal.done", { n: result.number })}</b></p>
    <p class="yen">${money(result.amount, result.currency)}</p>
    <p class=${paperTrouble(result.paper) ? "trouble" : ""}>${t("paper.label")}: <b>${paperWord(result.paper)}</b></p>
    ${paperTrouble(result.paper) ? html`<p>${t("formal.again")}</p>` : nothing}
    <div class="actions"><button type="button" class="action primary" id="formal-close" data-first @click=${acts.closeFormal}>${t("close")}</button></div>
  </div>`;

export function formalDialog() {
  if (!formal.of || !page.signedIn || page.lost) return nothing;
  const close = () => { if (page.busy === "") acts.closeFormal(); };
  return dialog({ id: "formal", title: t("formal.title"), close, inside: formal.result ? issued(formal.result) : form() });
}
