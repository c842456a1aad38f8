// Devices and notices: what is wrong, and what to do about it. It lies beside
// the sale and never stops it.
import { html, nothing } from "../../vendor/lit.js";
import { page, set } from "../page.js";
import { money, said, t, tFirst } from "../words.js";
import { sign } from "./shapes.js";
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

/** Why the last act was not done, or what became of a sale left behind. */
export function notices() {
  const { fault, news } = page;
  return html`
    ${fault ? html`<div class="notice bad" id="fault">${sign("bad")}<div><b>${t("problem.title")}</b><p>${fault.said ? said(fault.said) : t(fault.key, fault.values)}</p></div></div>` : nothing}
    ${news ? html`<div class="notice good" id="news">${sign("good")}<p>${newsText(news)}</p></div>` : nothing}`;
}

/** @param {NonNullable<typeof page.news>} news */
export function newsText(news) {
  const { amount, state } = news.values;
  return t(news.key, state === undefined ? {} : { amount: money(Number(amount), news.of), state: tFirst(`state.${state}`, "state.other") });
}
