// What our pages may use of Lit. vendor.sh bundles this one file, so that the
// pages load a single module and need no import map (the CSP forbids one).
export { html, svg, css, render, nothing, noChange, LitElement } from "lit";
export { classMap } from "lit/directives/class-map.js";
export { styleMap } from "lit/directives/style-map.js";
export { repeat } from "lit/directives/repeat.js";
export { keyed } from "lit/directives/keyed.js";
export { guard } from "lit/directives/guard.js";
export { live } from "lit/directives/live.js";
export { ref, createRef } from "lit/directives/ref.js";
export { ifDefined } from "lit/directives/if-defined.js";
export { when } from "lit/directives/when.js";
export { map } from "lit/directives/map.js";
