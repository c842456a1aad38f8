// What the phone's page uses of others. make vendor-web bundles this one file, so that
// the page needs no import map (the policy forbids one).
export { html, svg, render, nothing } from "lit";
export { live } from "lit/directives/live.js";
export { keyed } from "lit/directives/keyed.js";
export { encode } from "uqr";
