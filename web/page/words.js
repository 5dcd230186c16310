// Every word of the page, in one language at a time.

import source from "./words.json";

export const LANGUAGES = ["km", "en", "fr"];

const table = new Map(Object.entries(source.words));
const groups = new Map(Object.entries(source.codes));

export class Words {
  constructor(language) {
    this.language = language;
  }

  // The text of a key, its {placeholders} filled in. An unknown key is a mistake in the program.
  text(key, values = {}) {
    const entry = table.get(key);
    if (!entry) throw new Error(`words.json has no ${key}`);
    return entry[this.language].replace(/\{(\w+)\}/g, (whole, name) => values[name] ?? whole);
  }

  has(key) {
    return table.has(key);
  }

  // The text of the first of these keys that there is, or null.
  first(keys) {
    const found = keys.find((key) => this.has(key));
    return found === undefined ? null : this.text(found);
  }

  // The group of messages for the name of a code; a code that is newer than this page falls back on its verdict.
  group(name, verdict) {
    const fallback = { VALID: "valid", NOT_VALID: "not_valid", INCONCLUSIVE: "cannot_check" };
    return groups.get(name) ?? fallback[verdict];
  }

  // Picks from {language: label}: this language, then English, then the first there is, then the raw name.
  // Returns the text and its language, which is null when it is this language or unknown.
  label(labels, raw) {
    for (const language of [this.language, "en", ...Object.keys(labels ?? {})]) {
      const text = labels?.[language];
      if (typeof text === "string" && text !== "") {
        return { text, lang: language === this.language ? null : language };
      }
    }
    return { text: raw, lang: null };
  }
}

// Fills every [data-word] element, [data-word-label] and [data-language-value] under root.
export function fill(root, words) {
  for (const found of root.querySelectorAll("[data-word]")) found.textContent = words.text(found.dataset.word);
  for (const found of root.querySelectorAll("[data-word-label]")) {
    found.setAttribute("aria-label", words.text(found.dataset.wordLabel));
  }
  for (const found of root.querySelectorAll("[data-language-value]")) found.value = words.language;
}
