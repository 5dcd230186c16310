// Who may issue documents: the page's view and the server's, in three languages, over a list with keys of every kind.

import assert from "node:assert/strict";
import { copyFileSync, readFileSync } from "node:fs";
import { after, before, test } from "node:test";
import { DESKTOP, openBrowser, openPage, PHONE, screenshot, violations } from "./browser.mjs";
import { Documents, ISSUER, TYPE } from "./documents.mjs";
import { need } from "./environment.mjs";
import { ManyIssuers } from "./many_issuers.mjs";
import { Service } from "./service.mjs";
import { word } from "./words.mjs";

const HOSTILE = '<img src=x onerror="window.attacked=true"> & <b>University</b>';
const LANGUAGES = ["km", "en", "fr"];
const LOOKS = [
  ["phone", "light", PHONE.viewport],
  ["phone", "dark", PHONE.viewport],
  ["desktop", "light", DESKTOP.viewport],
];
const NARROW = { width: 320, height: 640 };
const MANY = 120;

// A trust list with more keys, and one document, which makes the ledgers.
class Lists extends Documents {
  trust(...words) {
    return this.run("VERIFYCTL", "trust", ...words);
  }

  add(key, role, issuer, names, ...more) {
    this.run("VERIFYCTL", "keygen", "--kind", "issuer", "--out", key);
    const named = names.flatMap((name) => ["--name", name]);
    const whom = ["--key", `${key}.pub`, "--role", role, "--issuer", issuer, "--not-after", "2050-01-01"];
    this.trust("add", "--list", "trust.list", ...whom, ...named, ...more);
  }

  makeTrust() {
    this.run("VERIFYCTL", "keygen", "--kind", "root", "--out", "root.key");
    this.trust("create", "--realm", "1", "--out", "trust.list");
    this.add("old.key", "issuer", ISSUER.id, ["en=Old name"]);
    const kid = /kid: ([0-9a-f]{16})/.exec(readFileSync(this.path("old.key.pub"), "utf8"))[1];
    this.trust("change", "--list", "trust.list", "--kid", kid, "--compromised-since", "2026-01-01");
    this.add("issuer.key", "issuer", ISSUER.id, [`km=${ISSUER.km}`, `en=${ISSUER.en}`], "--type", TYPE);
    this.add("hostile.key", "issuer", "uni.example", [`en=${HOSTILE}`]);
    this.add("registrar.key", "registrar", "registrar.example", ["fr=Le greffe"]);
    this.trust("sign", "--list", "trust.list", "--root-key", "root.key");
  }

  make() {
    this.makeTrust();
    this.configure("verifyd.conf", ["ledger-1", "ledger-2", "ledger-3"]);
    copyFileSync(need("PROFILE"), this.path("degree.conf"));
    this.run("VERIFYCTL", "keygen", "--kind", "status", "--out", "status.key");
    this.issue("batch", "degree.conf", ["good"], "--config", "verifyd.conf");
    return this;
  }
}

let browser, documents, service, many, manyService;

before(async () => {
  documents = new Lists().make();
  service = await new Service(documents).start();
  many = new ManyIssuers().make(
    MANY,
    1,
    [1, 2, 3].map((number) => documents.path(`ledger-${number}`)),
  );
  manyService = await new Service(many).start();
  browser = await openBrowser();
});

after(async () => {
  await browser?.close();
  await service?.stop();
  await manyService?.stop();
  documents?.remove();
  many?.remove();
});

async function openView(page, { url } = service) {
  await page.goto(url);
  await page.waitForSelector("html.js");
  await page.click(".site-footer a");
  await page.waitForSelector(".issuer");
}

function names(page) {
  return page.$$eval(".issuer h2", (found) => found.map((heading) => heading.textContent));
}

// Elements of the view with their classes, states, languages and words, as form.test.mjs compares verdicts.
function outline(page) {
  return page.$$eval(".issuers *", (found) =>
    found
      .filter((node) => !node.closest(".actions, time"))
      .map((node) => {
        const kept = [...node.attributes].filter(({ name }) => /^(class|lang|dir|href|id|data-.*|aria-.*)$/.test(name));
        const text = node.children.length === 0 ? node.textContent.trim() : "";
        return [node.localName, ...kept.map(({ name, value }) => `${name}=${value}`).sort(), text].join(" ");
      }),
  );
}

test("the list is shown in the page, without anything wrong for axe or cut off", async () => {
  const { context, page, requests, complaints } = await openPage(browser, { ...DESKTOP, reducedMotion: "reduce" });
  await openView(page);
  assert.equal(await page.evaluate(() => document.activeElement.id), "issuers-title");
  assert.equal(await page.title(), `${word("issuers.title")} – ${word("site.name")}`);
  assert.deepEqual(await names(page), [ISSUER.en, "Le greffe", HOSTILE]);
  assert.equal(await page.locator(".issuer-key[data-state=compromised]").count(), 1);
  assert.equal(await page.evaluate(() => window.attacked), undefined);
  for (const language of LANGUAGES) {
    await page.click(`.languages [lang=${language}]`);
    assert.equal(await page.textContent("#issuers-title"), word("issuers.title", language));
    for (const [where, colorScheme, viewport] of LOOKS) {
      await page.emulateMedia({ colorScheme });
      await page.setViewportSize(viewport);
      assert.deepEqual(await violations(page), [], `${where}, ${colorScheme}, ${language}`);
      await screenshot(page, `issuers-${language}-${where}-${colorScheme}`);
    }
    await page.setViewportSize(NARROW);
    assert.ok((await page.evaluate(() => document.documentElement.scrollWidth)) <= NARROW.width, language);
  }
  await page.click(".issuers .actions button");
  assert.equal(await page.evaluate(() => document.activeElement.id), "start-title");
  assert.ok(requests.every(({ url }) => url.startsWith(service.url)));
  assert.deepEqual(complaints, []);
  await context.close();
});

for (const language of LANGUAGES) {
  test(`the list is shown without JavaScript: ${language}`, async () => {
    const { context, page } = await openPage(browser, { language, javaScriptEnabled: false });
    await page.goto(service.url + (language === "km" ? "" : `index.${language}.html`));
    await page.click(".site-footer a");
    assert.equal(page.url(), `${service.url}issuers.${language}`);
    assert.equal(await page.getAttribute("html", "lang"), language);
    assert.equal(await page.title(), `${word("issuers.title", language)} – ${word("site.name", language)}`);
    assert.ok((await names(page)).includes(language === "km" ? ISSUER.km : ISSUER.en));
    await screenshot(page, `plain-issuers-${language}`);
    await page.click(".issuers .actions a");
    assert.equal(await page.textContent("#start-title"), word("start.title", language));
    await context.close();
  });
}

test("both renderers draw the same list", async () => {
  const scripted = await openPage(browser);
  await openView(scripted.page);
  await scripted.page.$eval("#issuers-title", (title) => title.removeAttribute("tabindex"));
  const plain = await openPage(browser, { javaScriptEnabled: false });
  await plain.page.goto(`${service.url}issuers`);
  assert.deepEqual(await outline(plain.page), await outline(scripted.page));
  await scripted.context.close();
  await plain.context.close();
});

test("a list that cannot be had is no empty list, and can be asked for again", async () => {
  const { context, page } = await openPage(browser);
  await page.route("**/v1/issuers", (route) => route.abort());
  await page.goto(service.url);
  await page.waitForSelector("html.js");
  await page.click(".site-footer a");
  await page.waitForFunction(
    (text) => document.querySelector(".issuers .notice")?.textContent === text,
    word("issuers.silence"),
  );
  assert.equal(await page.locator(".issuer").count(), 0);
  assert.deepEqual(await violations(page), []);
  await page.unroute("**/v1/issuers");
  await page.click(".issuers [data-action=retry]");
  await page.waitForSelector(".issuer");
  await context.close();
});

test("a list past its next update says so", async () => {
  const { context, page } = await openPage(browser);
  await page.route("**/v1/issuers", async (route) => {
    const list = await (await route.fetch()).json();
    await route.fulfill({ json: { ...list, overdue: true } });
  });
  await openView(page);
  assert.equal(await page.textContent(".issuers .warning span"), word("issuers.overdue"));
  assert.deepEqual(await violations(page), []);
  await screenshot(page, "issuers-overdue-en");
  await context.close();
});

// ---- a long list ----

const found = (first, last, total, language = "en") =>
  word("issuers.found", language)
    .replace("{first}", first)
    .replace("{last}", last)
    .replace("{total}", total);

const foundText = (page) => page.textContent("#issuers-found");
const focused = (page) => page.evaluate(() => document.activeElement.id);

async function search(page, text) {
  await page.fill("#issuers-q", text);
  await page.press("#issuers-q", "Enter");
}

async function expectFound(page, text) {
  await page.waitForFunction((wanted) => document.querySelector("#issuers-found")?.textContent === wanted, text);
}

test("a long list is shown page after page, by the keyboard alone", async () => {
  const { context, page, complaints } = await openPage(browser, DESKTOP);
  await openView(page, manyService);
  assert.equal(await foundText(page), found(1, 50, MANY));
  for (const last of [100, MANY]) {
    await page.focus("[data-action=more]");
    await page.keyboard.press("Enter");
    await expectFound(page, found(1, last, MANY));
    assert.equal(await focused(page), `issuer-${last === 100 ? 51 : 101}`);
  }
  assert.equal(await page.locator("[data-action=more]").count(), 0);
  const ids = await page.$$eval(".issuer-id", (all) => all.map((id) => id.lastChild.textContent.trim()));
  assert.deepEqual(ids, Array.from({ length: MANY }, (_, at) => ManyIssuers.id(at)));
  assert.deepEqual(await page.$$eval("details[open]", (all) => all.map((one) => one.parentElement.firstChild.id)), [
    "issuer-2",
    "issuer-42",
    "issuer-82",
  ]);
  await page.focus("#issuer-3 ~ details summary");
  await page.keyboard.press("Enter");
  assert.ok(await page.isVisible("#issuer-3 ~ details .issuer-key"));
  assert.deepEqual(complaints, []);
  await context.close();
});

test("an issuer is found by a name in any language or by its id", async () => {
  const { context, page, requests, complaints } = await openPage(browser);
  await openView(page, manyService);
  for (const text of ["nobody", "LYCEE 14 takeo", "TAKÉO no. 14", "តាកែវ ទី14", "lycee-0014"]) {
    await search(page, text);
    if (text === "nobody") continue; // whatever is asked for last is shown
    const isTold = (id) =>
      document.activeElement.id === "issuers-found" && document.querySelector(".issuer-id")?.textContent.includes(id);
    await page.waitForFunction(isTold, ManyIssuers.id(14)); // the search before may have found the same
    assert.equal(await page.inputValue("#issuers-q"), text);
  }
  assert.deepEqual(await names(page), [ManyIssuers.names(14).en]);
  await page.click(".languages [lang=fr]");
  assert.deepEqual(await names(page), [ManyIssuers.names(14).fr]);
  assert.equal(await page.inputValue("#issuers-q"), "lycee-0014");
  await page.click(".languages [lang=en]");
  await search(page, "takeo");
  await expectFound(page, found(1, 24, 24));
  await page.click(".issuers-all a");
  await expectFound(page, found(1, 50, MANY));
  assert.equal(await page.inputValue("#issuers-q"), "");
  await search(page, '<b>"nobody"</b>');
  await expectFound(page, word("issuers.not_found"));
  assert.equal(await page.locator(".issuer").count(), 0);
  assert.deepEqual(await violations(page), []);
  assert.ok(requests.every(({ url }) => url.startsWith(manyService.url)));
  assert.ok(!/LYCEE|takeo|nobody/.test(manyService.log));
  assert.deepEqual(complaints, []);
  await context.close();
});

for (const language of LANGUAGES) {
  test(`what is found is shown without anything cut off or, in English, wrong for axe: ${language}`, async () => {
    const { context, page } = await openPage(browser, { language, reducedMotion: "reduce" });
    await openView(page, manyService);
    await search(page, "takeo");
    await expectFound(page, found(1, 24, 24, language));
    for (const [where, colorScheme, viewport] of LOOKS) {
      await page.emulateMedia({ colorScheme });
      await page.setViewportSize(viewport);
      if (language === "en") assert.deepEqual(await violations(page), [], `${where}, ${colorScheme}`);
      await screenshot(page, `issuers-found-${language}-${where}-${colorScheme}`);
    }
    await page.setViewportSize(NARROW);
    assert.ok((await page.evaluate(() => document.documentElement.scrollWidth)) <= NARROW.width);
    await context.close();
  });

  test(`a long list is looked through without JavaScript: ${language}`, async () => {
    const { context, page } = await openPage(browser, { language, javaScriptEnabled: false });
    await page.goto(`${manyService.url}issuers.${language}`);
    assert.equal(await foundText(page), found(1, 50, MANY, language));
    await page.click(".issuers-pages [rel=next]");
    assert.equal(await foundText(page), found(51, 100, MANY, language));
    await page.click(".issuers-pages [rel=next]");
    assert.equal(await foundText(page), found(101, MANY, MANY, language));
    assert.equal(await page.locator(".issuers-pages [rel=next]").count(), 0);
    assert.equal((await names(page))[0], ManyIssuers.names(100)[language]);
    await page.click(".issuers-pages [rel=prev]");
    assert.equal(await foundText(page), found(51, 100, MANY, language));
    assert.ok((await page.evaluate(() => document.documentElement.scrollWidth)) <= PHONE.viewport.width);
    await page.goto(`${manyService.url}issuers.${language}`);
    await screenshot(page, `plain-issuers-long-${language}`);
    await search(page, "ទី11");
    assert.equal(await foundText(page), found(1, 11, 11, language)); /* 11 and 110 to 119 */
    assert.equal(await page.inputValue("#issuers-q"), "ទី11");
    await page.click(".issuers-all a");
    assert.equal(await foundText(page), found(1, 50, MANY, language));
    await search(page, "nobody");
    assert.equal(await foundText(page), word("issuers.not_found", language));
    await context.close();
  });
}

test("both renderers draw the same of what was found", async () => {
  const scripted = await openPage(browser);
  await openView(scripted.page, manyService);
  await search(scripted.page, "takeo");
  await expectFound(scripted.page, found(1, 24, 24));
  await scripted.page.$eval(".issuers-all a", (link) => link.removeAttribute("data-action"));
  const plain = await openPage(browser, { javaScriptEnabled: false });
  await plain.page.goto(`${manyService.url}issuers?q=takeo`);
  assert.deepEqual(await outline(plain.page), await outline(scripted.page));
  await scripted.context.close();
  await plain.context.close();
});

test("a page that cannot be had leaves what is there, and can be asked for again", async () => {
  const { context, page } = await openPage(browser);
  await openView(page, manyService);
  await page.route("**/v1/issuers?*", (route) => route.abort());
  await page.click("[data-action=more]");
  await page.waitForSelector(".issuers .notice");
  assert.equal(await page.textContent(".issuers .notice"), word("issuers.silence"));
  assert.equal(await page.locator(".issuer").count(), 50);
  assert.deepEqual(await violations(page), []);
  await page.unroute("**/v1/issuers?*");
  await page.click("[data-action=more]");
  await expectFound(page, found(1, 100, MANY));
  assert.equal(await page.locator(".issuers .notice").count(), 0);
  await context.close();
});

test("a new list while one is read begins again and says so", async () => {
  const { context, page } = await openPage(browser);
  await page.route("**/v1/issuers", async (route) => {
    const list = await (await route.fetch()).json();
    await route.fulfill({ json: { ...list, next: "0000000000000000-50" } });
  });
  await openView(page, manyService);
  await page.unroute("**/v1/issuers");
  await page.click("[data-action=more]");
  await page.waitForSelector(".issuers .warning");
  assert.equal(await page.textContent(".issuers .warning span"), word("issuers.changed"));
  assert.equal(await foundText(page), found(1, 50, MANY));
  assert.deepEqual(await violations(page), []);
  await page.click("[data-action=more]");
  await expectFound(page, found(1, 100, MANY));
  await context.close();
});
