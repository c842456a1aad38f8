// Nothing is heard from the agent. The page says whether a payment was under
// way, from what it last knew, and goes on by itself.
import { html, nothing } from "../../vendor/lit.js";
import { page } from "../page.js";
import { settled } from "../model.js";
import { shape } from "../parts/shapes.js";
import { money, t, tFirst } from "../words.js";

const stored = "posagent.known";

/**
 * Remembers the sale on the screen for this tab, so that even a reload without
 * an agent can tell of it.
 */
export function rememberSale() {
  if (!page.ready) return;
  const { sale } = page;
  const known = sale && { amount: sale.amount, currency: sale.currency, state: sale.state, charge_key: sale.charge_key };
  if (known) sessionStorage.setItem(stored, JSON.stringify(known));
  else sessionStorage.removeItem(stored);
}

export function lost() {
  const known = page.sale ?? JSON.parse(sessionStorage.getItem(stored) ?? "null");
  const open = known && !settled(known.state);
  const seconds = Math.max(0, Math.floor((Date.now() - page.lostSince) / 1000));
  return html`
    <div class="result frame lost">
      <div class="drawing">${shape("lost")}</div>
      <section>
        <h1 id="title" tabindex="-1">${t("lost.title")}</h1>
        <p class="count-text">${t("lost.for", { n: seconds })}</p>
        <p class="goods ${open ? "strong" : ""}" id="under-way">${open ? t("lost.sale", { amount: money(known.amount, known.currency) }) : t("lost.none")}</p>
        ${known ? html`<p>${t("lost.last", { state: tFirst(`state.${known.state}`, "state.other") })}</p>
          <dl class="facts"><div><dt>${t("key")}</dt><dd class="key-text">${known.charge_key}</dd></div></dl>` : nothing}
        <p class="hint">${t("lost.do")}</p>
      </section>
    </div>`;
}
