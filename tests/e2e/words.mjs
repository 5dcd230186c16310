// The page's words, as the bundle has them.

import { readFileSync } from "node:fs";
import { join } from "node:path";
import { need } from "./environment.mjs";

const { words } = JSON.parse(readFileSync(join(need("WEB_ROOT"), "words.json"), "utf8"));

export function word(key, language = "en") {
  if (!words[key]) throw new Error(`words.json has no ${key}`);
  return words[key][language];
}
