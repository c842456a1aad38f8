// Devices and notices: what is wrong, and what to do about it. It lies beside
// the sale and never stops it.
import { html, nothing } from "../../vendor/lit.js";
import { page, read, set } from "../page.js";
import { money, said, t, tFirst } from "../words.js";
import { shapeOf, sign } from "./shapes.js";
import { how } from "./bar.js";

export function panel() {
  if (!page.panel) return nothing;
  const fine = !page.troubles.length && page.devices.every((d) => d.state === "ready" || d.state === "disabled");
  return html`
    <aside class="panel" id="panel" aria-labelledby="panel-title" tabindex="-1">
      <h2 id="panel-title">${t("devices.title")}</h2>
      <ul>
        ${page.troubles.map((trouble) => html`
          <li class="look">${sign("look")}
            <div><b>${said({ text: trouble.title, text_en: trouble.title_en })}</b>
              <p>${said(trouble)}</p><p class="small">${tFirst(`devices.act.${trouble.act}`)}</p></div></li>`)}
        ${page.devices.map((device) => html`
          <li class=${how[device.state] ?? "look"}>${sign(how[device.state] ?? "look")}
            <div><b>${tFirst(`device.${device.kind}`)} ${device.id}: ${tFirst(`device.${device.state}`)}</b>
              <p>${said(device)}</p></div></li>`)}
      </ul>
      ${page.devices.length ? nothing : html`<p>${t("devices.none")}</p>`}
      ${fine ? html`<p>${t("devices.good")}</p>` : nothing}
      <button type="button" class="action" id="panel-close" @click=${() => set({ panel: false })}>${t("close")}</button>
    </aside>`;
}

let opened = false;
/** @type {Element|null} */
let before = null;

/** The panel takes the focus when it opens, and gives it back. */
export function followPanel() {
  if (page.panel === opened) return;
  opened = page.panel;
  if (page.panel) {
    before = document.activeElement;
    document.getElementById("panel")?.focus();
  } else if (before instanceof HTMLElement && before.isConnected) {
    before.focus();
  }
}

/** Why the last act was not done. */
export function faultNote() {
  const { fault } = page;
  return fault ? html`<div class="notice bad" id="fault">${sign("bad")}<div><b>${t("problem.title")}</b><p>${fault.said ? said(fault.said) : t(fault.key, fault.values)}</p></div></div>` : nothing;
}

/** What became of sales left behind: told between sales only, or it would be
 * taken for the result of the sale on the screen. */
export function notices() {
  const { news, stopped } = page;
  return html`${faultNote()}
    ${news.map((sale) => html`
      <div class="notice info" data-news=${sale.state}>${shapeOf(sale.state)}<p>${newsText(sale)}</p>
        <button type="button" class="action" @click=${() => read(sale.id)}>${t("news.read")}</button></div>`)}
    ${stopped ? html`<div class="notice info" id="stopped">${shapeOf("abandoned")}<p>${t("news.stopped")}</p></div>` : nothing}`;
}

/** @param {import("../model.js").Sale} sale */
export function newsText(sale) {
  return t("news.parked", { amount: money(sale.amount, sale.currency), state: tFirst(`state.${sale.state}`, "state.other") });
}
