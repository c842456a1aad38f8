// Waiting for the customer's code. Whatever else is scanned gets its own
// sentence, and the sale goes on.
import { html, nothing } from "../../vendor/lit.js";
import { page, set } from "../page.js";
import { cancel, givePicture, showCode } from "../acts.js";
import { closeCamera, hasCamera, openCamera, view } from "../camera.js";
import { faultNote } from "../parts/panel.js";
import { shape, sign } from "../parts/shapes.js";
import { how } from "../parts/bar.js";
import { bigYen } from "../parts/yen.js";
import { clockSeconds, reason, said, t } from "../words.js";

/** Why the last scan was not taken. */
export function refusalNote() {
  const { refusal } = page;
  if (!refusal) return nothing;
  return html`
    <div class="notice look" id="refusal" data-why=${refusal.why}>${sign("look")}
      <div><b>${t("refusal.title")} <time>${clockSeconds(refusal.at)}</time></b>
        <p>${said(refusal)}</p>${page.sale && !page.sale.show ? html`<p class="small">${t("refusal.goes")}</p>` : nothing}
        ${page.sale && refusal.override ? html`<button type="button" class="action" id="override" @click=${askManager}>${t("override.ask")}</button>` : nothing}</div>
    </div>`;
}

/** Calls the manager for the limit that refused the last scan. */
function askManager() {
  if (page.refusal?.override) set({ override: { limit: page.refusal.override, pin: "" }, fault: null });
}

/** The manager let the sale pass: the code may be shown again. @param {import("../model.js").Sale} sale */
function passes(sale) {
  if (!sale.lifted?.length || page.refusal) return nothing;
  return html`<div class="notice good" id="lifted">${sign("good")}<p>${said({ text: sale.lifted_text, text_en: sale.lifted_text_en })}</p></div>`;
}

/** The scanner's own state: the best one, for any of them can read the code. */
function scanner() {
  const scanners = page.devices.filter((d) => d.kind === "scanner" && d.state !== "disabled");
  if (!scanners.length) return html`<p class="device look">${sign("look")}${t("scan.none")}</p>`;
  const good = scanners.find((d) => d.state === "ready" || d.state === "degraded");
  if (good) return html`<p class="device good">${sign("good")}${t("scan.ready")}</p>`;
  return html`<div class="device bad">${sign(how[scanners[0].state] ?? "bad")}<div><b>${t("scan.notready")}</b><p>${said(scanners[0])}</p></div></div>`;
}

/** @param {Event} event */
function chosen(event) {
  const input = /** @type {HTMLInputElement} */ (event.target);
  const file = input.files?.[0];
  input.value = ""; // the same file may be chosen again
  void givePicture(file);
}

/** @param {import("../model.js").Sale} sale */
function warning(sale) {
  if (!page.again) return nothing;
  const twice = sale.state === "reversing" || sale.state === "owed";
  return html`<div class="notice look" id="again">${sign("look")}<p>${t(twice ? "scan.twice" : "scan.again")}</p></div>`;
}

/** Why the last request did not leave: the sale is as it was. @param {import("../model.js").Sale} sale */
function missed(sale) {
  if (sale.state !== "prepared" || !sale.reason) return nothing;
  return html`<div class="notice bad" id="missed">${sign("bad")}<div><b>${reason(sale)}</b><p class="small">${t("refusal.goes")}</p></div></div>`;
}

/** A code for the customer to read instead, of each wallet that gives one. */
function shows() {
  const many = page.presenters.length > 1;
  return page.presenters.map((p) => html`
    <button type="button" class="action show" data-wallet=${p.wallet} ?disabled=${page.busy !== ""} @click=${() => showCode(p.wallet)}>${
      many ? t("scan.show.of", { wallet: said({ text: p.name, text_en: p.name_en }) }) : t("scan.show")}</button>`);
}

/** @param {import("../model.js").Sale} sale */
export function scan(sale) {
  const reading = page.busy.startsWith("picture");
  const back = () => (page.again ? set({ again: false, refusal: null, fault: null }) : cancel());
  return html`
    <div class="scan">
      ${page.camera ? html`<div class="drawing seen">${view()}<p class="small">${t("camera.hint")}</p></div>` : html`<div class="drawing">${shape("scan")}</div>`}
      <section>
        <h1 id="title" tabindex="-1">${t("scan.title")}</h1>
        ${bigYen(sale)}
        <p class="hint">${t("scan.hint")}</p>
        ${scanner()} ${warning(sale)} ${page.refusal || sale.lifted?.length ? nothing : missed(sale)} ${passes(sale)} ${refusalNote()} ${faultNote()}
        <div class="actions">
          <button type="button" class="action" id="back" ?disabled=${page.busy !== ""} @click=${back}>${t(page.again ? "scan.return" : "scan.back")}</button>
          ${hasCamera() ? html`<button type="button" class="action" id="use-camera" aria-pressed=${page.camera ? "true" : "false"} ?disabled=${page.busy !== ""}
            @click=${() => (page.camera ? closeCamera() : openCamera())}>${t(page.camera ? "camera.close" : "camera.open")}</button>` : nothing}
          <label class="action file ${reading ? "busy" : ""}">
            <input type="file" id="picture" accept="image/png,image/jpeg" ?disabled=${page.busy !== ""} @change=${chosen}>
            <span>${t(reading ? "scan.reading" : "scan.picture")}</span></label>
          ${shows()}
        </div>
      </section>
    </div>`;
}
