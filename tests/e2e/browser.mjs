// Debian's Chromium for the tests, and a page that remembers every request it made.

import { mkdirSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { join } from "node:path";
import { need } from "./environment.mjs";

const require = createRequire(join(need("WEB_SOURCE"), "package.json"));
const { chromium } = require("playwright-core");
const axe = await readFile(require.resolve("axe-core/axe.min.js"), "utf8");

const FLAGS = [
  "--headless",
  "--no-sandbox",
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
];
const LOCALES = { km: "km-KH", en: "en-GB", fr: "fr-FR" };

export const PHONE = { viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true };
export const DESKTOP = { viewport: { width: 1280, height: 900 }, hasTouch: false, isMobile: false };

export function openBrowser() {
  return chromium.launch({ executablePath: need("CHROMIUM"), args: FLAGS });
}

// A fresh context and page. options: language, and anything Playwright's newContext takes.
// requests: { url, body } of each request; complaints: errors of scripts and of the content security policy.
export async function openPage(browser, { language = "en", ...options } = {}) {
  const context = await browser.newContext({
    ...PHONE,
    locale: LOCALES[language],
    timezoneId: "Asia/Phnom_Penh",
    ...options,
  });
  const page = await context.newPage();
  const requests = [];
  const complaints = [];
  context.on("request", (request) => requests.push({ url: request.url(), body: request.postData() ?? "" }));
  page.on("pageerror", (error) => complaints.push(error.message));
  page.on("console", (message) => {
    if (message.type() === "error" || /content security/i.test(message.text())) complaints.push(message.text());
  });
  return { context, page, requests, complaints };
}

export async function verdict(page) {
  await page.waitForSelector(".result", { timeout: 20_000 });
  return page.getAttribute(".result", "data-verdict");
}

// The rows of a list of the sheet ("attributes" or "facts") as [label, value] pairs, in order. The reading of a day in
// words, which stands under a value, is not part of the value.
export function rows(page, list) {
  return page.$$eval(`.${list} .row`, (found) =>
    found.map((row) => {
      const dd = row.querySelector("dd").cloneNode(true);
      for (const note of dd.querySelectorAll(".row-note")) note.remove();
      return [row.querySelector("dt").textContent, dd.textContent];
    }),
  );
}

// Violations of WCAG 2.2 A and AA, and of axe's best practice, as readable lines.
export async function violations(page) {
  await page.evaluate(axe);
  const found = await page.evaluate(() =>
    window.axe.run(document, {
      runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"],
    }),
  );
  return found.violations.flatMap(({ id, nodes }) =>
    nodes.map(({ target, failureSummary }) => `${id}: ${target} ${failureSummary}`),
  );
}

export async function screenshot(page, name) {
  const folder = need("ARTIFACTS");
  mkdirSync(folder, { recursive: true });
  await page.screenshot({ path: join(folder, `${name}.png`), fullPage: true });
}
