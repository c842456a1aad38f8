// The keyboard: digits type the amount, Enter goes on, Escape goes back.
// Controls keep their own keys.
import { page, screen, set } from "./page.js";
import * as acts from "./acts.js";
import { choose, door } from "./door.js";
import * as split from "./split.js";
import { inDialog } from "./parts/dialog.js";

/** Keys closer together than this come from a scanner that types, not from a hand. */
const handPace = 25;

/** This many of them in a row are taken back. */
const burst = 6;

let lastKey = 0;
let fast = 0;

/** @param {KeyboardEvent} event */
function typedByScanner(event) {
  const gap = event.timeStamp - lastKey;
  lastKey = event.timeStamp;
  fast = gap < handPace ? fast + 1 : 0;
  return fast >= burst;
}

/** @param {KeyboardEvent} event */
function onAmount(event) {
  // A scanner that types its code as digits must not become an amount.
  if (typedByScanner(event)) acts.type("clear");
  else if (/^\d$/.test(event.key)) acts.type(event.key);
  else if (event.key === "Backspace") acts.type("back");
  else if (event.key === "Escape" || event.key === "Delete") acts.type("clear");
  else if (event.key === "Enter") void acts.pay();
  else return;
  event.preventDefault();
}

/** @param {KeyboardEvent} event */
function onSplit(event) {
  if (typedByScanner(event)) split.type("clear");
  else if (/^\d$/.test(event.key)) split.type(event.key);
  else if (event.key === "Backspace") split.type("back");
  else if (event.key === "Delete") split.type("clear");
  else if (event.key === "Escape") split.notInCash();
  else return;
  event.preventDefault();
}

/**
 * Digits go into the PIN wherever the focus is.
 * @param {KeyboardEvent} event @param {Element} on
 */
export function onSignIn(event, on) {
  if (event.key === "Escape" && door.choose) return choose("");
  const pin = document.getElementById("pin");
  if (!pin || on === pin || !/^\d$/.test(event.key)) return;
  pin.focus(); // the browser types the digit where the focus now is
}

/** @param {KeyboardEvent} event */
function pressed(event) {
  if (event.ctrlKey || event.altKey || event.metaKey || event.isComposing) return;
  if (inDialog()) return; // its keys are its own
  const on = /** @type {Element} */ (event.target);
  if (page.tip && event.key === "Escape") return set({ tip: false });
  if (page.panel && event.key === "Escape") return set({ panel: false });
  const name = screen();
  if (name === "signin") return onSignIn(event, on);
  if (name === "override") return event.key === "Escape" ? set({ override: null, fault: null }) : onSignIn(event, on);
  const control = on.closest("button, a, label.file, input[type=file]");
  if (control && (event.key === "Enter" || event.key === " ")) return;
  if (name === "amount") return onAmount(event);
  if (name === "split") return onSplit(event);
  if (name === "approved" && (event.key === "Enter" || event.key === "Escape")) return acts.next();
  if (event.key !== "Escape") return;
  if (name === "charges") set({ view: "sale", charges: null });
  else if (page.sure) set({ sure: false });
  else if (name === "scan" && page.again) set({ again: false });
  else if (name === "scan") void acts.cancel(); // nothing was sent yet
}

export function listen() {
  document.addEventListener("keydown", pressed);
}
