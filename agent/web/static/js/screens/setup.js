// The first start: whoever has the one-time code of the machine becomes the
// first manager. There is no PIN before that, and nobody to sign in as.
import { html, nothing } from "../../vendor/lit.js";
import { page, set } from "../page.js";
import * as signing from "../signing.js";
import { onLeave } from "../door.js";
import { pinFault } from "../pins.js";
import { field } from "../parts/field.js";
import { said, t } from "../words.js";

const empty = { code: "", id: "manager", name: "", pin: "", again: "" };
let form = { ...empty };
onLeave(() => { form = { ...empty }; });

/** @param {keyof typeof empty} name @param {string} value */
function fill(name, value) {
  form = { ...form, [name]: value };
  set({});
}

/** What keeps the form from being sent; "" when nothing does. */
export function unfinished() {
  if (!form.code.trim() || !form.name.trim() || !form.pin) return "setup.fill";
  if (!/^[0-9A-Za-z_-]{1,32}$/.test(form.id)) return "people.id.form";
  return pinFault(form.pin, form.again, "manager");
}

/** @param {Event} event */
function submit(event) {
  event.preventDefault();
  if (unfinished()) return;
  void signing.setUp({ code: form.code.trim(), id: form.id, name: form.name.trim(), pin: form.pin });
}

export function setUp() {
  const { fault } = page;
  const lacks = unfinished();
  const one = (/** @type {keyof typeof empty} */ name, /** @type {object} */ more = {}) =>
    field({ id: `setup-${name}`, label: t(`setup.${name}`), value: form[name], input: (value) => fill(name, value), ...more });
  return html`
    <form class="sheet setup" id="setup" @submit=${submit}>
      <h1 id="title" tabindex="-1">${t("setup.title")}</h1>
      <p class="hint">${t("setup.hint")}</p>
      ${one("code", { longest: 20, help: t("setup.code.where") })}
      ${one("name", { longest: 40 })}
      ${one("id", { longest: 32, help: t("people.id.form") })}
      ${one("pin", { longest: 12, secret: true, help: t("people.pin.manager") })}
      ${one("again", { longest: 12, secret: true })}
      <p class="fault" id="setup-fault" role="alert">${fault ? (fault.said ? said(fault.said) : t(fault.key, fault.values)) : nothing}</p>
      <p class="small" id="setup-lacks">${lacks ? t(lacks) : nothing}</p>
      <button type="submit" class="action primary" id="setup-go" ?disabled=${page.busy !== "" || lacks !== ""}>${t("setup.go")}</button>
    </form>`;
}
