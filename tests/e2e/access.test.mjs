// Whether everybody can use the page: WCAG 2.2 A and AA by axe in every state, the keyboard alone, small screens, large
// text, forced colours and reduced motion.

import assert from "node:assert/strict";
import { test } from "node:test";
import { DESKTOP, openPage, PHONE, screenshot, verdict, violations } from "./browser.mjs";
import { ROWS } from "./documents.mjs";
import { browser, documents, service, setStage } from "./stage.mjs";
import { word } from "./words.mjs";

setStage();

// Each opens a state of the page.
const STATES = {
  start: async (page) => {
    await page.goto(service.url);
    await page.waitForSelector("html.js");
  },
  progress: async (page) => {
    await page.route("**/v1/verify", () => {});
    await page.goto(service.link("good"));
    await page.waitForSelector(".progress-step[data-state=now]");
  },
  valid: async (page) => {
    await page.goto(service.link("good"));
    assert.equal(await verdict(page), "VALID");
  },
  warning: async (page) => {
    await page.route("**/v1/verify", async (route) => {
      const answer = await (await route.fetch()).json();
      answer.checks.find(({ step }) => step === "anchor").state = "warning";
      await route.fulfill({ json: answer });
    });
    await page.goto(service.link("good"));
    assert.equal(await verdict(page), "VALID");
    assert.equal(await page.locator(".warning").count(), 1);
  },
  revoked: async (page) => {
    await page.goto(service.link("revoked"));
    assert.equal(await verdict(page), "NOT_VALID");
  },
  silence: async (page) => {
    await page.route("**/v1/verify", (route) => route.abort());
    await page.goto(service.link("good"));
    assert.equal(await verdict(page), "INCONCLUSIVE");
  },
};

const LOOKS = [
  ["phone", "light", PHONE.viewport],
  ["phone", "dark", PHONE.viewport],
  ["desktop", "light", DESKTOP.viewport],
];
const NARROW = { width: 320, height: 640 };

for (const [state, open] of Object.entries(STATES)) {
  test(`axe finds nothing wrong, and nothing is cut off on a small screen: ${state}`, async () => {
    const { context, page } = await openPage(browser, { ...DESKTOP, reducedMotion: "reduce" });
    await open(page);
    for (const language of ["km", "en", "fr"]) {
      await page.click(`.languages [lang=${language}]`);
      for (const [where, colorScheme, viewport] of LOOKS) {
        await page.emulateMedia({ colorScheme });
        await page.setViewportSize(viewport);
        assert.deepEqual(await violations(page), [], `${where}, ${colorScheme}, ${language}`);
        await screenshot(page, `${state}-${language}-${where}-${colorScheme}`);
      }
      await page.setViewportSize(NARROW);
      assert.ok((await page.evaluate(() => document.documentElement.scrollWidth)) <= NARROW.width, language);
    }
    await context.close();
  });
}

test("text can be twice as large without a sideways scroll", async () => {
  const { context, page } = await openPage(browser, {
    ...DESKTOP,
    viewport: { width: 640, height: 900 },
    language: "km",
  });
  await STATES.valid(page);
  await page.evaluate(() => {
    document.documentElement.style.setProperty("font-size", "200%");
  });
  assert.ok((await page.evaluate(() => document.documentElement.scrollWidth)) <= 640);
  await context.close();
});

test("the keyboard alone is enough", async () => {
  const { context, page } = await openPage(browser, DESKTOP);
  const focused = () => page.evaluate(() => document.activeElement.textContent.trim() || document.activeElement.id);
  await STATES.start(page);
  await page.evaluate(() => document.activeElement.blur());
  await page.keyboard.press("Tab");
  assert.equal(await focused(), word("site.skip"));
  await page.keyboard.press("Enter");
  assert.equal(await page.evaluate(() => document.activeElement.id), "main");
  assert.equal(page.url(), service.url);
  const seen = [];
  while (seen.length < 10 && (await page.evaluate(() => document.activeElement.id)) !== "code") {
    await page.keyboard.press("Tab");
    seen.push(await focused());
  }
  assert.deepEqual(seen, [word("photo.choose"), "code"]);
  await page.keyboard.type(documents.codes.good);
  await page.keyboard.press("Enter");
  assert.equal(await verdict(page), "VALID");
  assert.equal(await page.evaluate(() => document.activeElement.id), "verdict-title");
  await page.keyboard.press("Tab");
  assert.equal(await focused(), word("action.again"));
  await page.keyboard.press("Enter");
  assert.equal(await page.evaluate(() => document.activeElement.id), "start-title");
  assert.ok(!(await page.textContent("body")).includes(ROWS.good.name_latin));
  await context.close();
});

test("the focus can be seen on everything that takes it", async () => {
  const { context, page } = await openPage(browser, DESKTOP);
  await STATES.start(page);
  await page.evaluate(() => document.activeElement.blur());
  for (let i = 0; i < 8; i++) {
    await page.keyboard.press("Tab");
    const outline = await page.evaluate(() => {
      const { outlineStyle, outlineWidth } = getComputedStyle(document.activeElement);
      return `${outlineStyle} ${outlineWidth}`;
    });
    assert.equal(outline, "solid 3px");
  }
  await context.close();
});

test("a screen reader hears each step, then the verdict", async () => {
  const { context, page } = await openPage(browser);
  let release;
  await page.route("**/v1/verify", async (route) => {
    await new Promise((resolve) => { release = resolve; });
    await route.continue();
  });
  await page.addInitScript(() => {
    window.heard = [];
    new MutationObserver(() => {
      const text = document.querySelector("[role=status]")?.textContent;
      if (text && text !== window.heard.at(-1)) window.heard.push(text);
    }).observe(document, { subtree: true, childList: true, characterData: true });
  });
  await page.goto(service.link("good"));
  assert.equal(await page.evaluate(() => document.activeElement.id), "progress-title");
  await page.waitForSelector(".progress-slow");
  assert.equal(
    await page.evaluate(() => document.activeElement.id),
    "progress-title",
    "the focus stays while the steps change",
  );
  assert.equal(await page.getAttribute("[aria-current=step]", "data-state"), "now");
  release();
  assert.equal(await verdict(page), "VALID");
  const heard = await page.evaluate(() => window.heard);
  assert.deepEqual(heard.slice(-2), [`${word("progress.ask")}: ${word("progress.now")}`, word("progress.slow")]);
  assert.equal(await page.evaluate(() => document.activeElement.id), "verdict-title");
  assert.ok((await page.textContent("#verdict-title")).startsWith(word("verdict.VALID")));
  await context.close();
});

test("a state is never told by its colour alone", async () => {
  const { context, page } = await openPage(browser, { forcedColors: "active" });
  for (const state of ["valid", "revoked"]) {
    await STATES[state](page);
    const shown = await page.$$eval(".verdict, .check", (found) =>
      found.map((item) => [
        item.querySelector("use").getAttribute("href"),
        item.querySelector(".verdict-label, .check-state").textContent,
      ]),
    );
    assert.ok(shown.every(([shape, text]) => shape.startsWith("icons.svg#") && text !== ""));
    assert.ok(new Set(shown.map(([shape]) => shape)).size >= 3);
    await screenshot(page, `${state}-forced-colours`);
  }
  await context.close();
});

test("the icons come from the page's own file and are drawn", async () => {
  const { context, page, requests } = await openPage(browser);
  await STATES.valid(page);
  assert.ok((await page.locator("#view svg use").count()) >= 10);
  await page.waitForFunction(() =>
    [...document.querySelectorAll("header svg use, #view svg use")].every((use) => use.getBBox().width > 0),
  );
  assert.ok(requests.some(({ url }) => url === `${service.url}icons.svg`));
  await context.close();
});

test("who wants less motion gets none", async () => {
  const { context, page } = await openPage(browser, { reducedMotion: "reduce" });
  await STATES.progress(page);
  assert.equal(await page.evaluate(() => document.getAnimations().length), 0);
  await context.close();
});
