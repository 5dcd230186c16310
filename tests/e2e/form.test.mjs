// The start page's forms: a photo or the text of the code, with JavaScript and without.

import assert from "node:assert/strict";
import { test } from "node:test";
import { openPage, rows, screenshot, verdict, violations } from "./browser.mjs";
import { expectedValues, ISSUER, ROWS } from "./documents.mjs";
import { photograph } from "./photo.mjs";
import { browser, documents, service, setStage } from "./stage.mjs";
import { word } from "./words.mjs";

let photo;

setStage(async () => {
  photo = { name: "IMG_0001.jpg", mimeType: "image/jpeg", buffer: await photograph(browser, documents.pictures.good) };
});

async function emptyPhoto() {
  return { name: "table.jpg", mimeType: "image/jpeg", buffer: await photograph(browser, null) };
}

async function problem(page, field) {
  await page.waitForSelector(`#${field}-problem h3`, { state: "visible", timeout: 20_000 });
  return page.textContent(`#${field}-problem h3`);
}

test("a photo is sent in the body, without what the camera wrote into it, and answered in the page", async () => {
  const { context, page, requests, complaints } = await openPage(browser);
  // Playwright does not see the bytes of a file that is sent, so the page keeps a copy.
  await page.addInitScript(() => {
    const { fetch } = window;
    window.sent = [];
    window.fetch = async (address, options) => {
      window.sent.push(
        Array.from(new Uint8Array(await options.body.arrayBuffer()), (byte) => String.fromCharCode(byte)).join(""),
      );
      return fetch(address, options);
    };
  });
  await page.goto(service.url);
  // A camera's note in the file: an application segment with a place in it, after the start of the JPEG.
  const note = Buffer.from("\u00ff\u00e1\u0000\u0016Exif\0\0GPS 11.556, 104.9", "latin1");
  note.writeUInt16BE(note.length - 2, 2);
  const marked = { ...photo, buffer: Buffer.concat([photo.buffer.subarray(0, 2), note, photo.buffer.subarray(2)]) };
  await page.setInputFiles("#photo", marked);
  assert.equal(await verdict(page), "VALID");
  const [sent] = await page.evaluate(() => window.sent);
  assert.ok(marked.buffer.includes("GPS 11.556") && sent.startsWith("\u00ff\u00d8"));
  assert.ok(!sent.includes("GPS 11.556"), "the place is not sent");
  assert.deepEqual(
    (await rows(page, "attributes")).map(([, value]) => value),
    expectedValues(ROWS.good),
  );
  assert.equal(page.url(), service.url);
  assert.ok(requests.every(({ url }) => url.startsWith(service.url)));
  assert.equal(await page.inputValue("#photo"), "");
  assert.deepEqual(complaints, []);
  await context.close();
});

test("the picture that verifyctl made is read, too", async () => {
  const { context, page } = await openPage(browser);
  await page.goto(service.url);
  await page.setInputFiles("#photo", documents.pictures.good);
  assert.equal(await verdict(page), "VALID");
  await context.close();
});

test("a photo without a code is told at the form, and is no verdict", async () => {
  const { context, page } = await openPage(browser);
  await page.goto(service.url);
  await page.setInputFiles("#photo", await emptyPhoto());
  assert.equal(await problem(page, "photo"), word("problem.no_code_in_picture.title"));
  assert.equal(await page.locator(".result").count(), 0);
  assert.equal(await page.evaluate(() => document.activeElement.textContent), word("problem.no_code_in_picture.title"));
  assert.deepEqual(await violations(page), []);
  await screenshot(page, "start-problem");
  await page.setInputFiles("#photo", photo);
  assert.equal(await verdict(page), "VALID");
  await context.close();
});

test("a file that is no picture is told at the form, and not sent", async () => {
  const { context, page, requests } = await openPage(browser);
  await page.goto(service.url);
  await page.setInputFiles("#photo", { name: "notes.txt", mimeType: "text/plain", buffer: Buffer.from("no picture") });
  assert.equal(await problem(page, "photo"), word("problem.picture_type.title"));
  assert.ok(requests.every(({ url }) => !url.includes("verify")));
  await page.setInputFiles("#photo", {
    name: "broken.png",
    mimeType: "image/png",
    buffer: Buffer.from("\u0089PNG\r\n\u001a\nbroken", "latin1"),
  });
  await page.waitForFunction(
    (text) => document.querySelector("#photo-problem h3")?.textContent === text,
    word("problem.picture_unreadable.title"),
  );
  await context.close();
});

for (const [what, text] of [
  ["the text after the #", (name) => documents.codes[name]],
  ["the whole text", (name) => `https://verify.example/#${documents.codes[name]}`],
  ["the text with spaces around it", (name) => `  https://verify.example/#${documents.codes[name]}\n`],
]) {
  test(`${what} can be entered`, async () => {
    const { context, page } = await openPage(browser);
    await page.goto(service.url);
    await page.fill("#code", text("good"));
    await page.click("#code-form [type=submit]");
    assert.equal(await verdict(page), "VALID");
    assert.equal(await page.inputValue("#code"), "");
    await context.close();
  });
}

test("an entered text that is no code gets a verdict, and blanks get a request to enter something", async () => {
  const { context, page } = await openPage(browser);
  await page.goto(service.url);
  await page.fill("#code", "   ");
  await page.click("#code-form [type=submit]");
  assert.equal(await problem(page, "code"), word("problem.no_input.title"));
  await page.fill("#code", "hello");
  await page.click("#code-form [type=submit]");
  assert.equal(await verdict(page), "NOT_VALID");
  assert.equal(await page.textContent(".verdict-sentence"), word("result.foreign_code.title"));
  await context.close();
});

// ---- without JavaScript ----

function openPlainPage(language) {
  return openPage(browser, { language, javaScriptEnabled: false });
}

const PLAIN_STARTS = { km: "", en: "index.en.html", fr: "index.fr.html" };

for (const [language, path] of Object.entries(PLAIN_STARTS)) {
  test(`a photo is answered without JavaScript: ${language}`, async () => {
    const { context, page, requests } = await openPlainPage(language);
    await page.goto(service.url + path);
    await screenshot(page, `plain-start-${language}`);
    await page.setInputFiles("#photo", photo);
    await page.click("#photo-form [type=submit]");
    assert.equal(await verdict(page), "VALID");
    assert.equal(page.url(), `${service.url}verify`);
    assert.equal(await page.getAttribute("html", "lang"), language);
    assert.equal(await page.title(), `${word("result.valid.title", language)} – ${word("site.name", language)}`);
    assert.equal(await page.textContent(".verdict-sentence"), word("result.valid.title", language));
    assert.deepEqual(
      (await rows(page, "attributes")).map(([, value]) => value),
      expectedValues(ROWS.good),
    );
    const facts = Object.fromEntries(await rows(page, "facts"));
    assert.equal(facts[word("fact.issuer", language)], language === "km" ? ISSUER.km : ISSUER.en);
    assert.equal(facts[word("fact.serial", language)], ROWS.good.serial);
    assert.ok(requests.every(({ url }) => url.startsWith(service.url) && !url.includes(documents.codes.good)));
    await screenshot(page, `plain-valid-${language}`);
    await page.click(".result .actions a");
    assert.equal(await page.textContent("#start-title"), word("start.title", language));
    await context.close();
  });
}

// Elements of the result with their classes, states, languages and words. What only one of the renderers can know is left
// out: the address, the reader's own form of times and days, buttons, and what is for paper.
function outline(page) {
  return page.$$eval(".result *", (found) => {
    for (const note of document.querySelectorAll(".row-note")) note.remove();
    return found
      .filter((node) => node.isConnected && !node.closest(".address, .actions, .print-note, time"))
      .map((node) => {
        const kept = [...node.attributes].filter(({ name }) => /^(class|lang|dir|href|data-.*|aria-.*)$/.test(name));
        const text = node.children.length === 0 ? node.textContent.trim() : "";
        return [node.localName, ...kept.map(({ name, value }) => `${name}=${value}`).sort(), text].join(" ");
      });
  });
}

for (const name of ["good", "hostile", "revoked", "expired", "elsewhere"]) {
  test(`both renderers draw the same verdict: ${name}`, async () => {
    const scripted = await openPage(browser);
    await scripted.page.goto(service.link(name));
    await verdict(scripted.page);
    const plain = await openPlainPage("en");
    await plain.page.goto(`${service.url}index.en.html`);
    await plain.page.fill("#code", documents.codes[name]);
    await plain.page.click("#code-form [type=submit]");
    await verdict(plain.page);
    assert.deepEqual(await outline(plain.page), await outline(scripted.page));
    await scripted.context.close();
    await plain.context.close();
  });
}

test("a revoked document shows nothing without JavaScript either", async () => {
  const { context, page } = await openPlainPage("en");
  await page.goto(`${service.url}index.en.html`);
  await page.fill("#code", documents.codes.revoked);
  await page.click("#code-form [type=submit]");
  assert.equal(await verdict(page), "NOT_VALID");
  assert.equal(await page.textContent(".verdict-sentence"), word("result.revoked.title"));
  assert.ok(!(await page.content()).includes(ROWS.revoked.name_latin));
  await screenshot(page, "plain-revoked-en");
  await context.close();
});

test("a photo without a code is told without JavaScript", async () => {
  const { context, page } = await openPlainPage("fr");
  await page.goto(`${service.url}index.fr.html`);
  await page.setInputFiles("#photo", await emptyPhoto());
  await page.click("#photo-form [type=submit]");
  assert.equal(await page.textContent(".problem h1"), word("problem.no_code_in_picture.title", "fr"));
  assert.equal(await page.locator(".result").count(), 0);
  await screenshot(page, "plain-problem-fr");
  await page.click(".problem .actions a");
  assert.equal(await page.textContent("#start-title"), word("start.title", "fr"));
  await context.close();
});

test("a scanned link without JavaScript explains what to do", async () => {
  const { context, page } = await openPlainPage("km");
  await page.goto(service.link("good"));
  assert.equal(await page.textContent("noscript .notice"), word("site.noscript", "km"));
  assert.equal(await page.locator("#photo").isVisible(), true);
  await context.close();
});
