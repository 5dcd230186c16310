// Bundles the verification page: node build.mjs OUTPUT_FOLDER
//
// index.html is written once for each language with its words filled in, so that the page works without JavaScript;
// answer.LANGUAGE.html is the same page around the two places that verifyd fills in (page/MARKUP.md).

import { build } from "esbuild";
import { cp, mkdir, readFile, rm, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const HERE = dirname(fileURLToPath(import.meta.url));
const PAGE = join(HERE, "page");
const FONT_PACKAGES = {
  "@fontsource-variable/noto-sans-khmer": "OFL-NotoSansKhmer.txt",
  "@fontsource/moul": "OFL-Moul.txt",
};
const LANGUAGES = ["km", "en", "fr"];

function fail(message) {
  throw new Error(`${message} (web/page/words.json)`);
}

function placeholders(text) {
  return [...text.matchAll(/\{(\w+)\}/g)]
    .map((match) => match[1])
    .sort()
    .join(" ");
}

// Every key in all languages, with the same placeholders; every group of messages complete.
function checkWords({ codes, words }) {
  for (const [key, entry] of Object.entries(words)) {
    if (Object.keys(entry).join(" ") !== LANGUAGES.join(" ")) fail(`${key} must have ${LANGUAGES.join(", ")}`);
    const wanted = placeholders(entry.en);
    for (const language of LANGUAGES) {
      if (entry[language].trim() === "") fail(`${key} is empty in ${language}`);
      if (placeholders(entry[language]) !== wanted) fail(`${key} has other placeholders in ${language} than in en`);
    }
  }
  for (const group of Object.values(codes)) {
    for (const part of ["title", "text", "next"])
      if (!words[`result.${group}.${part}`]) fail(`result.${group}.${part} is missing`);
  }
}

// Khmer is written without spaces. Not every phone's browser knows where its words end, so a zero-width space goes
// between words, where a line may then break; WHOLE lists words that the dictionary takes apart.
const WHOLE = ["ឯកសារ", "ឯកជនភាព", "ប្លុកឆេន"];

function breakKhmer(text) {
  const words = [...new Intl.Segmenter("km", { granularity: "word" }).segment(text)].map((found) => found.segment);
  const broken = words.reduce(
    (line, word) => line + (/[\u1780-\u17d3]$/.test(line) && /^[\u1780-\u17b3]/.test(word) ? "\u200b" : "") + word,
    "",
  );
  return WHOLE.reduce((line, word) => line.replace(new RegExp([...word].join("\u200b?"), "g"), word), broken);
}

function escape(text) {
  return text.replace(/[&<>"]/g, (character) => `&#${character.charCodeAt(0)};`);
}

// Fills the page's data-word attributes in one language, as words.js does in the browser.
function translate(html, words, language) {
  const text = (key) => escape(words[key]?.[language] ?? fail(`${key} is missing`));
  return html
    .replace('<html lang="en">', `<html lang="${language}">`)
    .replace(/(<[^<>]* data-word="([\w.]+)"[^<>]*>)(<\/)/g, (whole, open, key, close) => open + text(key) + close)
    .replace(/data-word-label="([\w.]+)"/g, (whole, key) => `${whole} aria-label="${text(key)}"`)
    .replace(/data-language-value/g, `$& value="${language}"`)
    .replace('href="issuers.en"', `href="issuers.${language}"`)
    .replace(`data-language="${language}"`, '$& aria-current="true"');
}

// The page around an answer made by the server: no script, and places for its title and its content.
function answerPage(html) {
  return html
    .replace(/<script[^>]*><\/script>\n/, "")
    .replace(/<title[^>]*>([^<]*)<\/title>/, "<title>{{title}} – $1</title>")
    .replace(/(<main[^>]*>)[^]*(<\/main>)/, "$1\n{{result}}\n$2");
}

async function writePages(out, words) {
  const template = await readFile(join(PAGE, "index.html"), "utf8");
  for (const language of LANGUAGES) {
    const page = translate(template, words, language);
    await writeFile(join(out, language === "km" ? "index.html" : `index.${language}.html`), page);
    await writeFile(join(out, `answer.${language}.html`), answerPage(page));
  }
}

async function bundle(out, wordsFile) {
  await build({
    absWorkingDir: HERE,
    entryPoints: [join(PAGE, "app.js"), join(PAGE, "app.css")],
    outdir: out,
    bundle: true,
    minify: true,
    format: "esm",
    charset: "utf8",
    target: ["chrome80", "firefox78", "safari14.1"],
    loader: { ".woff2": "file" },
    assetNames: "fonts/[name]",
    external: ["icons.svg"],
    logLevel: "warning",
    plugins: [
      { name: "words", setup: ({ onResolve }) => onResolve({ filter: /\/words\.json$/ }, () => ({ path: wordsFile })) },
    ],
  });
}

async function main(out) {
  if (!out) throw new Error("usage: node build.mjs OUTPUT_FOLDER");
  const source = JSON.parse(await readFile(join(PAGE, "words.json"), "utf8"));
  checkWords(source);
  for (const entry of Object.values(source.words)) entry.km = breakKhmer(entry.km);
  await rm(out, { recursive: true, force: true });
  await mkdir(join(out, "fonts"), { recursive: true });
  const wordsFile = join(out, "words.json");
  await writeFile(wordsFile, JSON.stringify(source));
  await bundle(out, wordsFile);
  await writePages(out, source.words);
  for (const file of ["icons.svg", "favicon.svg"]) await cp(join(PAGE, file), join(out, file));
  for (const [name, file] of Object.entries(FONT_PACKAGES)) {
    await cp(join(HERE, "node_modules", name, "LICENSE"), join(out, "fonts", file));
  }
}

await main(process.argv[2]);
