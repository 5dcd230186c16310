// Who may issue documents: the page's view and the server's, in three languages, over a list with keys of every kind.

import assert from "node:assert/strict";
import { copyFileSync, readFileSync } from "node:fs";
import { after, before, test } from "node:test";
import { DESKTOP, openBrowser, openPage, PHONE, screenshot, violations } from "./browser.mjs";
import { Documents, ISSUER, TYPE } from "./documents.mjs";
import { need } from "./environment.mjs";
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

let browser, documents, service;

before(async () => {
  documents = new Lists().make();
  service = await new Service(documents).start();
  browser = await openBrowser();
});

after(async () => {
  await browser?.close();
  await service?.stop();
  documents?.remove();
});

async function openView(page) {
  await page.goto(service.url);
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
