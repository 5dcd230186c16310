// Which of the page's languages to use, and remembering it: two letters in local storage, nothing else.

import { LANGUAGES } from "./words.js";

const KEY = "language";

// Local storage throws when the reader has switched it off; then the choice lasts as long as the page.
function remembered() {
  try {
    return localStorage.getItem(KEY);
  } catch {
    return null;
  }
}

export function remember(language) {
  try {
    localStorage.setItem(KEY, language);
  } catch {
    // The language has changed all the same.
  }
}

// A page opened as index.en.html was asked for in English; otherwise the earlier choice, then the browser's wish.
export function initialLanguage(path, wished) {
  const named = /index\.([a-z]{2})\.html$/.exec(path)?.[1];
  const primary = wished.map((tag) => tag.toLowerCase().split("-")[0]);
  return [named, remembered(), ...primary].find((tag) => LANGUAGES.includes(tag)) ?? LANGUAGES[0];
}
