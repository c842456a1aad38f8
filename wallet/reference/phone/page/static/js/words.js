// Words, money and times, in the language that is switched on. A test holds
// that both catalogues have the same keys.
const catalogues = { ja: {}, en: {} };
let current = localStorage.getItem("lang") ?? (navigator.language.startsWith("ja") ? "ja" : "en");

export async function loadWords() {
  for (const lang of ["ja", "en"]) catalogues[lang] = await (await fetch(`/i18n/${lang}.json`)).json();
  speak(current);
}

export const lang = () => current;

export function speak(to) {
  current = to === "en" ? "en" : "ja";
  localStorage.setItem("lang", current);
  document.documentElement.lang = current;
  document.title = t("title");
}

/** @param {string} key @param {Record<string, string|number>} [values] */
export function t(key, values = {}) {
  return (catalogues[current][key] ?? key).replace(/\{(\w+)\}/g, (all, name) => String(values[name] ?? all));
}

/** The text under a key, or under another where there is none. */
export const tOr = (key, other) => (key in catalogues[current] ? t(key) : other);

const digits = new Intl.NumberFormat("en-US");
export const yen = (n) => `¥${digits.format(n)}`;

const when = new Intl.DateTimeFormat("en-CA", { timeZone: "Asia/Tokyo", month: "2-digit", day: "2-digit", hour: "2-digit", minute: "2-digit", hour12: false });
export const moment = (at) => when.format(new Date(at)).replace(",", "");

/** What people call a browser, of what it says of itself; "" for none of those. @param {string} agent */
export const browser = (agent) => [/iPhone|iPad|Android|Windows|Mac|Linux/.exec(agent)?.[0], /Edg|Firefox|Chrome|Safari/.exec(agent)?.[0]].filter(Boolean).join(" · ");
