// The customer's display: the amount, a code to read when one is shown, and
// what became of it, in both languages at once. It may see nothing else, and
// nothing can be done here.
import { html, nothing, render } from "../vendor/lit.js";
import { hasSecret, keepToken } from "./api.js";
import { code, restOf } from "./parts/code.js";
import { ring, shape } from "./parts/shapes.js";
import { Stream } from "./stream.js";
import { both, loadWords, money, titled } from "./words.js";

/** @typedef {{text: string, until: string, size?: number, modules?: string}} Shown */
/** @typedef {{amount: number, currency: string, state: string, goods: string, wallet_name?: string, wallet_name_en?: string, show?: Shown}} Sale */

const root = /** @type {HTMLElement} */ (document.getElementById("page"));
const polite = /** @type {HTMLElement} */ (document.getElementById("polite"));

/** @type {{ready: boolean, lost: boolean, barred: boolean, store: string, demo: boolean, sale: Sale|null}} */
const seen = { ready: false, lost: false, barred: false, store: "", demo: false, sale: null };

const stored = "posagent.display";

/** The token comes behind the # of the address, which no server and no log sees. */
function token() {
  const given = new URLSearchParams(location.hash.slice(1)).get("token");
  if (given) {
    sessionStorage.setItem(stored, given);
    history.replaceState(null, "", location.pathname);
  }
  return given ?? sessionStorage.getItem(stored) ?? "";
}

/** What the customer reads in each state; any other is "ask the staff". @type {Record<string, [string, string]>} */
const states = {
  prepared: ["pay", "scan"], sent: ["wait", "asking"], pending: ["confirm", "confirm"], indoubt: ["wait", "asking"],
  approved: ["paid", "approved"], queued: ["taken", "approved"], forwarding: ["taken", "approved"],
  declined: ["declined", "declined"], abandoned: ["hello", ""], reversing: ["undone", "reversing"], reversed: ["undone", "reversed"],
};

/** The screen of the moment: its words, its shape, and whether the amount is told. */
function now() {
  const { sale } = seen;
  if (seen.barred) return { name: "barred", word: "barred", drawing: "lost", amount: false };
  if (seen.lost || !seen.ready) return { name: "lost", word: seen.lost ? "lost" : "hello", drawing: seen.lost ? "lost" : "", amount: false };
  if (!sale) return { name: "hello", word: "hello", drawing: "", amount: false };
  if (sale.show && !(sale.show.text && restOf(sale.show).seconds > 0)) return { name: "over", word: "wait", drawing: "asking", amount: true };
  if (sale.show) return { name: "shown", word: "shown", drawing: "", amount: true };
  const [word, drawing] = states[sale.state] ?? ["ask", "owed"];
  return { name: sale.state, word, drawing, amount: word !== "hello" };
}

/** A sentence in both languages. @param {string} key */
const lines = (key) => html`<p class="ja" lang="ja">${both(key).ja}</p><p class="en" lang="en">${both(key).en}</p>`;

/** @param {Sale} sale */
const owed = (sale) => html`<p class="yen big">${money(sale.amount, sale.currency)}</p>`;

let was = "";

function paint() {
  const { name, word, drawing, amount } = now();
  const { sale } = seen;
  document.body.className = `on-${name} display${seen.demo ? " demo" : ""}`;
  render(html`<main class="customer at-${name}" data-state=${sale?.state ?? ""}>
    ${name === "shown" && sale?.show ? html`
      <div class="drawing">${code(sale.show, both("display.alt").ja)}</div>
      <section>${owed(sale)}<h1>${lines("display.shown")}</h1>
        <p class="wallet-name"><span lang="ja">${sale.wallet_name}</span>${sale.wallet_name_en === sale.wallet_name ? nothing : html` / <span lang="en">${sale.wallet_name_en}</span>`}</p>
        ${ring(restOf(sale.show))}</section>` : html`
      ${drawing ? html`<div class="drawing">${shape(drawing)}</div>` : nothing}
      <section>${amount && sale ? owed(sale) : html`<p class="store">${seen.store}</p>`}<h1>${lines(`display.${word}`)}</h1></section>`}
    ${seen.demo ? html`<p class="ribbon">${both("demo.ribbon").ja} / ${both("demo.ribbon").en}</p>` : nothing}
  </main>`, root);
  if (name === was) return;
  was = name;
  polite.textContent = `${both(`display.${word}`).ja} ${amount && sale ? money(sale.amount, sale.currency) : ""}`;
}

const stream = new Stream({
  heard(name, body) {
    if (name === "register") Object.assign(seen, { ready: true, store: body.store, demo: body.demo, sale: body.sale ?? null });
    else if (name === "sale") seen.sale = body;
    paint();
  },
  up() { if (seen.lost) { seen.lost = false; paint(); } },
  down() {},
  lost() { seen.lost = true; paint(); },
  signedOut() { stream.stop(); seen.barred = true; paint(); },
});

titled("display.heading");
await loadWords();
keepToken(token());
seen.barred = !token() && !hasSecret();
paint();
if (!seen.barred) stream.start();
setInterval(() => { if (seen.sale?.show) paint(); }, 250);
