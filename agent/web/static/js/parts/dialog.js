// A dialog over the screen. The browser keeps the focus in it, and gives it
// back to where it was.
import { html } from "../../vendor/lit.js";

/**
 * @param {object} of
 * @param {string} of.id
 * @param {string} of.title
 * @param {() => void} of.close   Escape
 * @param {any} of.inside
 */
export const dialog = ({ id, title, close, inside }) => html`
  <dialog id=${id} aria-labelledby=${`${id}-title`} @cancel=${(/** @type {Event} */ e) => { e.preventDefault(); close(); }}>
    <h2 id=${`${id}-title`} tabindex="-1">${title}</h2>
    ${inside}
  </dialog>`;

/** Where the focus was before each dialog. @type {{of: Element, before: Element|null}[]} */
let opened = [];

/** Opens what is there and not open yet; the last one lies on top. */
export function followDialogs() {
  const gone = opened.filter((o) => !o.of.isConnected);
  opened = opened.filter((o) => o.of.isConnected);
  for (const it of /** @type {NodeListOf<HTMLDialogElement>} */ (document.querySelectorAll("dialog:not([open])"))) {
    opened.push({ of: it, before: document.activeElement });
    it.showModal();
    /** @type {HTMLElement|null} */ (it.querySelector("[data-first]") ?? it.querySelector("h2"))?.focus();
  }
  const back = gone[0]?.before;
  if (back instanceof HTMLElement && back.isConnected) back.focus();
}

/** Whether keys belong to a dialog. */
export const inDialog = () => document.querySelector("dialog[open]") !== null;
