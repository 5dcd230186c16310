// What somebody sees who has scanned the code of a good document, and what the page gives away of it: nothing.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { DESKTOP, openPage, PHONE, rows, screenshot, verdict } from "./browser.mjs";
import { expectedValues, ISSUER, ROWS } from "./documents.mjs";
import { browser, documents, service, setStage } from "./stage.mjs";
import { word } from "./words.mjs";

setStage();

function labelsOf(language) {
  const profile = readFileSync(documents.path("degree.conf"), "utf8");
  const attributes = profile.slice(profile.indexOf("attributes"));
  return [...attributes.matchAll(new RegExp(`${language} = "([^"]+)"`, "g"))].map((match) => match[1]);
}

test("a scanned link shows the verdict and every attribute of the spreadsheet", async () => {
  const { context, page, complaints } = await openPage(browser);
  await page.goto(service.link("good"));
  assert.equal(await verdict(page), "VALID");
  const shown = await rows(page, "attributes");
  assert.deepEqual(
    shown.map(([, value]) => value),
    expectedValues(ROWS.good),
  );
  assert.deepEqual(
    shown.map(([label]) => label),
    labelsOf("en").slice(0, shown.length),
  );
  const facts = Object.fromEntries(await rows(page, "facts"));
  assert.equal(facts[word("fact.issuer")], ISSUER.en);
  assert.equal(facts[word("fact.issuer_id")], ISSUER.id);
  assert.equal(facts[word("fact.serial")], ROWS.good.serial);
  assert.equal(facts[word("fact.expires")], word("fact.expires_never"));
  assert.match(facts[word("fact.issued")], /^\d+ [A-Z][a-z]+ 20\d\d, \d\d:\d\d UTC\+7$/);
  assert.match(await page.textContent(".verdict-time"), /\d\d:\d\d UTC\+7$/);
  assert.equal(await page.textContent(".address .host"), new URL(service.url).host);
  assert.equal(await page.title(), `${word("result.valid.title")} – ${word("site.name")}`);
  assert.deepEqual(complaints, []);
  await context.close();
});

test("the checks say what was done and what was not", async () => {
  const { context, page } = await openPage(browser);
  await page.goto(service.link("good"));
  await verdict(page);
  const states = await page.$$eval(".check", (found) =>
    found.map((check) => [
      check.querySelector(".check-name").textContent,
      check.dataset.state,
      check.querySelector(".check-state").textContent,
    ]),
  );
  const expected = ["qr", "fragments", "log", "anchor", "open", "document", "issuer", "status", "validity"].map(
    (step) => {
      const state = step === "anchor" ? "not_checked" : "passed";
      return [word(`check.${step}.name`), state, word(`state.${state}`)];
    },
  );
  assert.deepEqual(states, expected);
  assert.equal(await page.locator(".operator").count(), 3);
  await context.close();
});

// The answer as it is, but for the third ledger, whose log failed; and when that leaves too few, no verdict.
function failLog(answer, code, name) {
  const [fragments, log] = answer.checks.filter(({ step }) => step === "fragments" || step === "log");
  Object.assign(fragments.operators[2], { state: "log_failed", log: name, checkpoint: null });
  for (const check of [fragments, log]) check.state = "warning";
  if (code === 0) return answer;
  Object.assign(log, { state: "failed", code, name });
  return { ...answer, verdict: "INCONCLUSIVE", code, name, document: null, attributes: [], issuer: null };
}

for (const [language, code, name, group] of [
  ["km", 20, "NOT_IN_LOG", "log_missing"],
  ["en", 21, "CHECKPOINT_SIGNATURE", "log_unsigned"],
  ["fr", 22, "LOG_INCONSISTENT", "log_rewritten"],
  ["en", 25, "EQUIVOCATION", "log_contradicts"],
]) {
  test(`a ledger whose log failed is told in plain words: ${name}, ${language}`, async () => {
    for (const decides of [false, true]) {
      const { context, page, complaints } = await openPage(browser, { language });
      await page.route("**/v1/verify", async (route) => {
        const answer = await (await route.fetch()).json();
        await route.fulfill({ json: failLog(answer, decides ? code : 0, name) });
      });
      await page.goto(service.link("good"));
      assert.equal(await verdict(page), decides ? "INCONCLUSIVE" : "VALID");
      const sentence = word(`result.${decides ? group : "valid"}.title`, language);
      assert.equal(await page.textContent(".verdict-sentence"), sentence);
      const warnings = ["fragments", "log"].slice(0, decides ? 1 : 2).map((step) => word(`warning.${step}`, language));
      assert.deepEqual(await page.$$eval(".warning", (found) => found.map((item) => item.textContent)), warnings);
      const failed = page.locator(".operator[data-state=log_failed] .operator-state");
      assert.equal(await failed.textContent(), word(`operator.${name}`, language));
      const shown = await page.$$eval(".check", (found) => found.map((check) => check.dataset.state));
      assert.equal(shown[2], decides ? "undecided" : "warning");
      assert.deepEqual(complaints, []);
      await context.close();
    }
  });
}

test("the code leaves the address bar, and is in no address, log or store", async () => {
  const { context, page, requests } = await openPage(browser);
  const code = documents.codes.good;
  await page.goto(service.link("good"));
  await verdict(page);
  assert.equal(page.url(), service.url);
  assert.ok(
    requests.every(({ url }) => url.startsWith(service.url)),
    "every request goes to the service",
  );
  const asked = requests.filter(({ body }) => body !== "");
  assert.deepEqual(
    asked.map(({ url, body }) => [url, JSON.parse(body)]),
    [[`${service.url}v1/verify`, { qr: code }]],
  );
  // The browser tells of the first address as the person gave it; over the network goes the part before the "#".
  assert.ok(
    requests.slice(1).every(({ url }) => !url.includes(code)),
    "no further address holds the code",
  );
  const kept = await page.evaluate(async () =>
    JSON.stringify([
      { ...localStorage },
      { ...sessionStorage },
      document.cookie,
      history.state,
      await indexedDB.databases(),
      await caches.keys(),
    ]),
  );
  assert.equal(kept, JSON.stringify([{}, {}, "", null, [], []]));
  assert.deepEqual(await context.cookies(), []);
  for (const secret of [code, code.slice(8, 40), ROWS.good.name_latin, ROWS.good.serial])
    assert.ok(!service.log.includes(secret), "the log holds no secret");
  assert.match(service.log, /started/);
  await context.close();
});

test("text of a document is shown as text, whatever it holds", async () => {
  const { context, page, complaints } = await openPage(browser);
  await page.goto(service.link("hostile"));
  assert.equal(await verdict(page), "VALID");
  assert.deepEqual(
    (await rows(page, "attributes")).map(([, value]) => value),
    expectedValues(ROWS.hostile),
  );
  assert.equal(await page.evaluate(() => window.attacked), undefined);
  assert.equal(await page.locator(".attributes :is(img, b)").count(), 0);
  assert.equal(await page.evaluate(() => document.documentElement.scrollWidth), page.viewportSize().width);
  assert.deepEqual(complaints, []);
  await screenshot(page, "valid-hostile-text");
  await context.close();
});

test("days are read out in words, and only days that exist", async () => {
  const notes = async (name, language) => {
    const { context, page } = await openPage(browser, { language });
    await page.goto(service.link(name));
    await verdict(page);
    const found = await page.$$eval(".row-note", (list) =>
      list.map((note) => note.textContent.replaceAll("\u200b", "")),
    );
    await context.close();
    return found;
  };
  assert.deepEqual(await notes("good", "en"), ["1 February 2008", "6 October 2026"]);
  assert.deepEqual(await notes("good", "fr"), ["1er février 2008", "6 octobre 2026"]);
  assert.deepEqual(await notes("good", "km"), ["ថ្ងៃទី១ ខែកុម្ភៈ ឆ្នាំ២០០៨", "ថ្ងៃទី៦ ខែតុលា ឆ្នាំ២០២៦"]);
  assert.deepEqual(await notes("hostile", "en"), ["6 October 2026"]);
});

for (const [language, issuer] of [
  ["km", ISSUER.km],
  ["en", ISSUER.en],
  ["fr", ISSUER.en],
]) {
  test(`the page speaks the reader's language: ${language}`, async () => {
    const { context, page } = await openPage(browser, { language });
    await page.goto(service.link("good"));
    await verdict(page);
    assert.equal(await page.getAttribute("html", "lang"), language);
    assert.equal(await page.textContent(".verdict-label"), word("verdict.VALID", language));
    assert.equal(await page.textContent(".verdict-sentence"), word("result.valid.title", language));
    assert.deepEqual(
      (await rows(page, "attributes")).map(([label]) => label),
      labelsOf(language).slice(0, 11),
    );
    assert.equal(Object.fromEntries(await rows(page, "facts"))[word("fact.issuer", language)], issuer);
    // The French page has the issuer's name in English only, and says so to a screen reader.
    assert.equal(
      await page.locator(".facts dd").first().getAttribute("lang"),
      { km: "km", en: null, fr: "en" }[language],
    );
    assert.equal(await page.locator(`.languages [aria-current]`).getAttribute("lang"), language);
    await screenshot(page, `valid-${language}-phone`);
    await page.setViewportSize(DESKTOP.viewport);
    await screenshot(page, `valid-${language}-desktop`);
    await context.close();
  });
}

test("the language changes in place, and is remembered as two letters", async () => {
  const { context, page, requests } = await openPage(browser, { language: "en" });
  await page.goto(service.link("good"));
  await verdict(page);
  const before = requests.length;
  await page.click(".languages [lang=km]");
  assert.equal(await page.textContent(".verdict-label"), word("verdict.VALID", "km"));
  assert.equal(requests.slice(before).filter(({ url }) => url.includes("verify")).length, 0, "nothing is asked again");
  assert.deepEqual(await page.evaluate(() => ({ ...localStorage })), { language: "km" });
  await page.goto(service.url);
  assert.equal(await page.textContent("#start-title"), word("start.title", "km"));
  await page.goto(`${service.url}index.fr.html`);
  assert.equal(await page.textContent("#start-title"), word("start.title", "fr"));
  await context.close();
});

test("a language the page does not have falls back on Khmer", async () => {
  const { context, page } = await openPage(browser, { locale: "de-DE" });
  await page.goto(service.url);
  assert.equal(await page.getAttribute("html", "lang"), "km");
  await context.close();
});

test("another code in the same page takes the place of the first", async () => {
  const { context, page } = await openPage(browser);
  await page.goto(service.link("good"));
  await verdict(page);
  await page.evaluate((code) => {
    location.hash = code;
  }, documents.codes.hostile);
  await page.waitForFunction(
    (serial) => document.querySelector(".facts")?.textContent.includes(serial),
    ROWS.hostile.serial,
  );
  assert.equal(page.url(), service.url);
  assert.ok(!(await page.textContent("body")).includes(ROWS.good.serial));
  await context.close();
});

test("nothing stays on the screen for whoever goes back to the page", async () => {
  const { context, page } = await openPage(browser);
  await page.goto(service.link("good"));
  await verdict(page);
  await page.goto("about:blank");
  await page.goBack();
  await page.waitForSelector("#start:not([hidden])");
  assert.ok(!(await page.textContent("body")).includes(ROWS.good.name_latin));
  await context.close();
});

// Chromium keeps no pages to go back to while it is driven from outside, so that the event is made here.
test("a page that is kept for going back holds nothing of the document", async () => {
  const { context, page } = await openPage(browser);
  await page.goto(service.link("good"));
  await verdict(page);
  await page.evaluate(() => window.dispatchEvent(new PageTransitionEvent("pagehide", { persisted: true })));
  assert.equal(await page.locator(".result").count(), 0);
  assert.ok(!(await page.content()).includes(ROWS.good.name_latin));
  assert.equal(await page.title(), word("site.name"));
  await context.close();
});

test("the way back leads to the start page, without the document", async () => {
  const { context, page } = await openPage(browser);
  await page.goto(service.link("good"));
  await verdict(page);
  await page.click("[data-action=again]");
  assert.equal(await page.locator("#start").isVisible(), true);
  assert.equal(await page.locator(".result").count(), 0);
  await context.close();
});

test("the parts of the answer stand in the order in which they are read", async () => {
  for (const size of [PHONE, DESKTOP]) {
    const { context, page } = await openPage(browser, size);
    await page.goto(service.link("good"));
    await verdict(page);
    const tops = await page.$$eval(".verdict, .document, .checks, .actions", (found) =>
      found.map((part) => part.getBoundingClientRect().top),
    );
    assert.equal(tops.length, 4);
    assert.deepEqual(
      tops,
      [...tops].sort((a, b) => a - b),
    );
    await context.close();
  }
});

test("a printout says where it comes from, and leaves out what cannot be used on paper", async () => {
  const { context, page } = await openPage(browser);
  await page.goto(service.link("good"));
  await verdict(page);
  assert.equal(await page.locator(".print-note").isVisible(), false);
  await page.emulateMedia({ media: "print" });
  assert.ok((await page.textContent(".print-note")).includes(new URL(service.url).host));
  assert.equal(await page.locator(".print-note").isVisible(), true);
  assert.equal(await page.locator(".languages").isVisible(), false);
  assert.equal(await page.locator(".result .actions").isVisible(), false);
  await screenshot(page, "valid-en-print");
  await context.close();
});
