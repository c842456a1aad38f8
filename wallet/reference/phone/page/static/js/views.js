// What is drawn before somebody is signed in, and the frame of all.
import { html, live, nothing } from "../vendor/lit.js";
import { home } from "./home.js";
import { qr } from "./picture.js";
import { lang, speak, t } from "./words.js";

/** A line to type in. */
export function field(s, a, name, { type = "text", mode = "text", auto = "off", first = false, most = 100, label = `field.${name}` } = {}) {
  return html`<div class="field"><label for=${name}>${t(label)}</label>
    <input id=${name} type=${type} inputmode=${mode} autocomplete=${auto} autocapitalize="off" spellcheck="false" maxlength=${most} ?data-first=${first} .value=${live(s.form[name] ?? "")} @input=${a.type(name)}></div>`;
}

export const button = (s, id, text, go, kind = "") => html`<button id=${id} type="button" class=${kind} ?disabled=${s.busy} @click=${go}>${text}</button>`;

/** A form that Enter sends. */
export const form = (s, id, go, inside, text) => html`<form @submit=${(e) => { e.preventDefault(); go(); }}>${inside}<button id=${id} class="main" ?disabled=${s.busy}>${text}</button></form>`;

const head = (key, id = "") => html`<h1 id=${id || nothing}>${t(key)}</h1>`;

const screens = {
  start: (s, a) => html`${head("start.title")}<p>${t("start.about")}</p>
    ${button(s, "to-signup", t("start.signup"), () => a.go("signup"), "main")}
    ${button(s, "passkey-in", t("signin.passkey"), a.signInPasskey)}
    ${button(s, "to-signin", t("start.signin"), () => a.go("signin"))}`,
  signup: (s, a) => html`${head("signup.title")}<p>${t("signup.about")}</p>
    ${form(s, "send", a.signUp, field(s, a, "contact", { auto: "username", first: true, most: 254 }), t("signup.send"))}${back(s, a)}`,
  forgot: (s, a) => html`${head("forgot.title")}<p>${t("forgot.about")}</p>
    ${form(s, "send", a.forgot, field(s, a, "contact", { auto: "username", first: true, most: 254 }), t("signup.send"))}${back(s, a)}`,
  verify: (s, a) => html`${head("verify.title")}<p>${t("verify.about", { contact: s.form.contact ?? "" })}</p>
    ${form(s, "verify", a.verify, field(s, a, "code", { mode: "numeric", auto: "one-time-code", first: true, most: 12 }), t("next"))}${back(s, a)}`,
  choose: (s, a) => html`${head("choose.title")}<p>${t("choose.about")}</p>
    ${button(s, "make-passkey", t("choose.passkey"), a.makePasskey, "main")}<p class="small">${t("choose.passkey.about")}</p>
    ${button(s, "to-password", t("choose.password"), () => a.go("password"))}<p class="small">${t("choose.password.about")}</p>`,
  password: (s, a) => html`${head("password.title")}<p>${t("password.about")}</p>
    ${form(s, "set-password", a.password, field(s, a, "password", { type: "password", auto: "new-password", first: true, most: 128 }), t("next"))}${back(s, a)}`,
  factor: (s, a) => html`${head("factor.title")}<p>${t("factor.about")}</p>
    <div class="code">${qr(s.enroll.url, t("factor.picture"))}</div><p class="small">${t("factor.secret")}<br><code id="secret">${s.enroll.secret}</code></p>
    ${form(s, "confirm", a.confirm, field(s, a, "code", { mode: "numeric", auto: "one-time-code", first: true, most: 8, label: "field.app" }), t("next"))}`,
  signin: (s, a) => html`${head("signin.title")}
    ${form(s, "signin", a.signIn, html`${field(s, a, "contact", { auto: "username", first: true, most: 254 })}${field(s, a, "password", { type: "password", auto: "current-password", most: 128 })}${field(s, a, "code", { mode: "numeric", auto: "one-time-code", most: 8, label: "field.app" })}`, t("signin.go"))}
    ${button(s, "passkey-in", t("signin.passkey"), a.signInPasskey)}
    ${button(s, "to-forgot", t("signin.forgot"), () => a.go("forgot"), "plain")}${back(s, a)}`,
  home,
};

const back = (s, a) => button(s, "back", t("back"), () => a.go("start"), "plain");

/** A second factor is asked for, and then what was wanted is done. */
const proof = (s, a) => html`<h1>${t("proof.title")}</h1><p>${t("proof.about")}</p>
  ${button(s, "prove-passkey", t("signin.passkey"), a.provePasskey, "main")}
  ${form(s, "prove", a.prove, html`${field(s, a, "password", { type: "password", auto: "current-password", most: 128 })}${field(s, a, "code", { mode: "numeric", auto: "one-time-code", most: 8, label: "field.app" })}`, t("proof.go"))}
  ${button(s, "cancel", t("cancel"), a.cancelProof, "plain")}`;

export function view(s, a) {
  const other = lang() === "ja" ? "en" : "ja";
  document.body.className = `on-${s.proof ? "proof" : s.screen}`;
  return html`<header><span class="brand">${t("title")}</span>
      <button id="language" class="plain" lang=${other} @click=${() => { speak(other); a.draw(); }}>${other === "en" ? "English" : "日本語"}</button></header>
    <main>
      ${s.error ? html`<p class="error" role="alert">${s.error}</p>` : nothing}
      ${s.said() ? html`<p class="told">${s.said()}</p>` : nothing}
      ${s.proof ? proof(s, a) : screens[s.screen](s, a)}
    </main>`;
}
