// A code is shown that the customer reads. Nothing is paid before the agent
// says so, and a code whose time is over is not shown any longer.
import { html, nothing } from "../../vendor/lit.js";
import { page } from "../page.js";
import { printShown } from "../acts.js";
import { code, restOf } from "../parts/code.js";
import { faultNote } from "../parts/panel.js";
import { ring, shape } from "../parts/shapes.js";
import { bigYen } from "../parts/yen.js";
import { clockSeconds, t, walletName } from "../words.js";
import { refusalNote } from "./scan.js";
import { cancelAsk } from "./wait.js";

/** @param {import("../model.js").Sale} sale */
export function shown(sale) {
  const { show } = sale;
  const rest = show?.text ? restOf(show) : { seconds: 0, part: 0 }, open = rest.seconds > 0;
  return html`
    <div class="result frame shown" data-state=${sale.state}>
      <div class="drawing">${show && open ? code(show, t("shown.alt")) : shape("asking")}</div>
      <section>
        <h1 id="title" tabindex="-1">${t(open ? "shown.title" : show ? "shown.over" : "asking.title")}</h1>
        ${bigYen(sale)}
        <p class="wallet-name">${t("wallet")}: <b>${walletName(sale)}</b></p>
        <div class="clockwork">${open ? ring(rest) : nothing}
          <p class="step" id="step">${show && open ? t("shown.text", { time: clockSeconds(show.until) }) : t("shown.over.text")}</p></div>
        <p class="goods">${t("asking.hold")}</p>
        ${refusalNote()} ${faultNote()}
        <div class="actions">${cancelAsk()}
          ${page.sure || !open ? nothing : html`<button type="button" class="action" id="print" ?disabled=${page.busy !== ""} @click=${printShown}>${t("shown.print")}</button>`}
        </div>
      </section>
    </div>`;
}
