// The shape of each state. A shape means one thing on every screen and in the
// list, so that colour is never the only sign.
import { html, svg } from "../../vendor/lit.js";

/** @param {any} inside */
const frame = (inside) => html`<svg class="shape" viewBox="0 0 100 100" aria-hidden="true" focusable="false">${inside}</svg>`;

/** @type {Record<string, () => any>} */
const drawings = {
  // A ring: paid.
  approved: () => svg`<circle cx="50" cy="50" r="38" class="stroke"/>`,
  // A filled square with a cross: not paid.
  declined: () => svg`<rect x="8" y="8" width="84" height="84" rx="6" class="fill"/><path d="M30 30 70 70M70 30 30 70" class="stroke back"/>`,
  // A dashed triangle with a mark: not known.
  doubt: () => svg`<path d="M50 10 95 88H5Z" class="stroke thin dashed"/><path d="M50 38V62" class="stroke"/><circle cx="50" cy="76" r="5.5" class="fill"/>`,
  // An arrow that turns back: being undone, or undone.
  reversing: () => svg`<path d="M26 32A34 34 0 1 1 17 57" class="stroke thin dashed"/><path d="M24 8V34H50" class="stroke thin"/>`,
  reversed: () => svg`<path d="M26 32A34 34 0 1 1 17 57" class="stroke thin"/><path d="M24 8V34H50" class="stroke thin"/>`,
  // A bar in a square: stopped, nothing sent.
  abandoned: () => svg`<rect x="9" y="9" width="82" height="82" rx="6" class="stroke thin"/><path d="M28 50H72" class="stroke"/>`,
  // A diamond with an hour glass: on hold.
  queued: () => svg`<path d="M50 4 96 50 50 96 4 50Z" class="stroke thin"/><path d="M36 30H64L36 70H64Z" class="stroke thin"/>`,
  // A bell of the manager: someone must be called.
  owed: () => svg`<path d="M20 74C30 66 24 30 50 26C76 30 70 66 80 74Z" class="stroke thin"/><path d="M50 26V14M42 86H58" class="stroke thin"/>`,
  // Dots: under way.
  asking: () => svg`<circle cx="20" cy="50" r="9" class="fill"/><circle cx="50" cy="50" r="9" class="fill"/><circle cx="80" cy="50" r="9" class="fill"/>`,
  // A phone.
  confirm: () => svg`<rect x="27" y="6" width="46" height="88" rx="8" class="stroke thin"/><path d="M44 82H56M36 44 47 55 66 34" class="stroke thin"/>`,
  // A code under a reading line.
  scan: () => svg`<path d="M8 28V8H28M72 8H92V28M92 72V92H72M28 92H8V72" class="stroke thin"/><path d="M30 30H44V44H30ZM56 30H70V44H56ZM30 56H44V70H30ZM58 58H68M58 68H68" class="stroke hair"/><path d="M4 50H96" class="stroke thin mark"/>`,
  // A plug out of its socket.
  lost: () => svg`<path d="M8 50H30M30 34V66M30 40H44M30 60H44M56 34V66M56 34H74A8 8 0 0 1 82 42V58A8 8 0 0 1 74 66H56M82 50H94" class="stroke thin"/>`,
};
drawings.unpaid = drawings.owed;

/** The drawing of a screen or kind. @param {string} name */
export const shape = (name) => frame((drawings[name] ?? drawings.doubt)());

/** The kind of drawing for a charge's state. @type {Record<string,string>} */
const kinds = { sent: "asking", pending: "confirm", indoubt: "doubt", prepared: "scan", forwarding: "queued" };

/** The drawing of a charge's state. @param {string} state */
export const shapeOf = (state) => shape(kinds[state] ?? state);

/** Small signs of the bar: good, look, bad, turning. @param {"good"|"look"|"bad"|"wait"|"off"} how */
export function sign(how) {
  const inside = {
    good: svg`<circle cx="50" cy="50" r="36" class="stroke"/>`,
    look: svg`<path d="M50 12 93 86H7Z" class="stroke thin"/><path d="M50 42V60M50 72V76" class="stroke thin"/>`,
    bad: svg`<rect x="8" y="8" width="84" height="84" rx="6" class="fill"/><path d="M30 30 70 70M70 30 30 70" class="stroke back"/>`,
    wait: svg`<circle cx="20" cy="50" r="10" class="fill"/><circle cx="50" cy="50" r="10" class="fill"/><circle cx="80" cy="50" r="10" class="fill"/>`,
    off: svg`<path d="M15 50H85" class="stroke"/>`,
  }[how];
  return html`<svg class="sign" viewBox="0 0 100 100" aria-hidden="true" focusable="false">${inside}</svg>`;
}

/**
 * The ring of a countdown: part of a circle, and the seconds inside it.
 * @param {{seconds: number, part: number}} left
 */
export const ring = ({ seconds, part }) => html`
  <svg class="ring" viewBox="0 0 100 100" aria-hidden="true" focusable="false">
    <circle cx="50" cy="50" r="44" class="track"/>
    <circle cx="50" cy="50" r="44" class="rest" pathLength="100" stroke-dasharray="${(part * 100).toFixed(1)} 100" transform="rotate(-90 50 50)"/>
    <text x="50" y="52" class=${seconds > 99 ? "count long" : "count"}>${seconds}</text>
  </svg>`;
