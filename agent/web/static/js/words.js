// Words, money and times for people, in the language that is switched on.
// Catalogues are /web/i18n/{ja,en}.json: the same keys and placeholders in
// both, which a test holds.

/** @typedef {"ja"|"en"} Lang */

/** @type {Record<Lang, Record<string,string>>} */
const catalogues = { ja: {}, en: {} };

/** @type {Lang} */
let current = "ja";

/** Currencies without decimals; the others have two. */
const whole = new Set(["JPY", "KRW", "VND"]);

const digits = new Intl.NumberFormat("en-US");
const hour = new Intl.DateTimeFormat("en-GB", { timeZone: "Asia/Tokyo", hour: "2-digit", minute: "2-digit" });
const second = new Intl.DateTimeFormat("en-GB", { timeZone: "Asia/Tokyo", hour: "2-digit", minute: "2-digit", second: "2-digit" });

const day = new Intl.DateTimeFormat("en-CA", { timeZone: "Asia/Tokyo", month: "2-digit", day: "2-digit" });

/** The key of the page's title. */
let heading = "title";

/** Names the page, before its words are there. @param {string} key */
export const titled = (key) => { heading = key; };

/** Fetches both catalogues, so that switching the language never waits. */
export async function loadWords() {
  const get = async (/** @type {Lang} */ lang) => {
    const answer = await fetch(`/web/i18n/${lang}.json`);
    if (!answer.ok) throw new Error(`catalogue ${lang}: ${answer.status}`);
    catalogues[lang] = await answer.json();
  };
  await Promise.all([get("ja"), get("en")]);
  speak(localStorage.getItem("lang") === "en" ? "en" : "ja");
}

/** @returns {Lang} the language that is switched on */
export const lang = () => current;

/** Switches the language of the page. @param {Lang} to */
export function speak(to) {
  current = to;
  localStorage.setItem("lang", to);
  document.documentElement.lang = to; // Han glyphs differ by language: the font asks this
  document.title = t(heading);
}

/**
 * The text under a key, with {name} replaced. An unknown key shows itself.
 * @param {string} key
 * @param {Record<string, string|number>} [values]
 */
export function t(key, values = {}) {
  const text = catalogues[current][key] ?? key;
  return text.replace(/\{(\w+)\}/g, (all, name) => String(values[name] ?? all));
}

/** The text under a key in both languages, for a screen that people of both read. @param {string} key */
export const both = (key) => ({ ja: catalogues.ja[key] ?? key, en: catalogues.en[key] ?? key });

/** The text under the first key that there is. @param {...string} keys */
export function tFirst(...keys) {
  return t(keys.find((k) => k in catalogues[current]) ?? keys[keys.length - 1]);
}

/**
 * The agent's own sentence in the language that is switched on.
 * @param {{text?: string, text_en?: string}} said
 */
export const said = (said) => (current === "en" ? said.text_en || said.text : said.text || said.text_en) ?? "";

/**
 * An amount as on receipts: one yen sign, U+00A5, for both languages.
 * @param {number} minor @param {string} [currency]
 */
export function money(minor, currency = "JPY") {
  if (whole.has(currency)) {
    const amount = digits.format(Math.abs(minor));
    return `${minor < 0 ? "-" : ""}${currency === "JPY" ? `¥${amount}` : `${currency} ${amount}`}`;
  }
  const cents = String(Math.abs(minor) % 100).padStart(2, "0");
  return `${minor < 0 ? "-" : ""}${currency} ${digits.format(Math.trunc(Math.abs(minor) / 100))}.${cents}`;
}

/** 12:03 in Japan. @param {string|number} at */
export const clock = (at) => hour.format(new Date(at));

/** 12:03:07 in Japan. @param {string|number} at */
export const clockSeconds = (at) => second.format(new Date(at));

/** 12:03 in Japan, or 11-25 12:03 of another day than today. @param {string|number} at */
export function moment(at) {
  const of = day.format(new Date(at));
  return of === day.format(Date.now()) ? clock(at) : `${of} ${clock(at)}`;
}

/** A length of time: 23 h 12 min. @param {number} minutes */
export function span(minutes) {
  const h = Math.floor(minutes / 60), m = minutes % 60;
  return h > 0 ? t("span.hours", { h, m }) : t("span.minutes", { m });
}

/**
 * What people call the wallet of a sale.
 * @param {{wallet?: string, wallet_name?: string, wallet_name_en?: string}} sale
 */
export const walletName = (sale) => said({ text: sale.wallet_name, text_en: sale.wallet_name_en }) || (sale.wallet ?? "");

/**
 * Why a sale is where it is, in the agent's own words; "" when it gave none.
 * @param {{reason?: string, reason_text?: string, reason_text_en?: string}} sale
 */
export function reason(sale) {
  if (!sale.reason) return "";
  return said({ text: sale.reason_text, text_en: sale.reason_text_en }) || t("reason.other");
}
