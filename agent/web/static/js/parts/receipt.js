// The picture of a receipt: fetched with the session's secret, which an <img>
// cannot send, and shown from memory.
import { html, nothing } from "../../vendor/lit.js";
import { ask, path } from "../api.js";
import { set } from "../page.js";
import { lang, money, t } from "../words.js";

/** Pictures by charge and language: an address in memory, or "" when it failed. @type {Map<string, string|null>} */
const pictures = new Map();

/** How many pictures stay in memory. */
const kept = 8;

/** @param {string} key @param {string} name */
async function fetchPicture(key, name) {
  pictures.set(name, null); // under way
  let address = "";
  try {
    const answer = await ask(`${path.receipt(key)}?lang=${lang()}`, { accept: "image/png" });
    address = URL.createObjectURL(await answer.blob());
  } catch {
    // The words below say so; the sale does not depend on a picture.
  }
  pictures.set(name, address);
  for (const [old, was] of pictures) {
    if (pictures.size <= kept) break;
    pictures.delete(old);
    if (was) URL.revokeObjectURL(was);
  }
  set({});
}

/**
 * @param {{key: string, amount: number, currency: string, reprints?: number}} of
 */
export function receiptPicture({ key, amount, currency, reprints = 0 }) {
  const name = `${key} ${lang()} ${reprints}`;
  if (!pictures.has(name)) queueMicrotask(() => pictures.has(name) || fetchPicture(key, name));
  const address = pictures.get(name);
  if (address === "") return html`<p class="paper-note">${t("receipt.failed")}</p>`;
  if (!address) return html`<p class="paper-note">${t("receipt.wait")}</p>`;
  return html`<div class="slip" tabindex="0" role="region" aria-label=${t("receipt.title")}>
    <img src=${address} alt=${t("receipt.alt", { amount: money(amount, currency), key })}></div>`;
}

/** The state of the paper, in words with a sign. @param {string} paper */
export const paperWord = (paper) => (paper ? t(`paper.${paper}`) : nothing);

/** Tells that someone must look at the printer. @param {string} paper */
export const paperTrouble = (paper) => paper === "failed" || paper === "unknown";
