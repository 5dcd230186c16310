// What the page says of public blockchains: the service's own answer with anchors put into it, in three languages. With
// real chains: tests/chain/portal_anchor.test.mjs.

import assert from "node:assert/strict";
import { test } from "node:test";
import { DESKTOP, openPage, screenshot, verdict, violations } from "./browser.mjs";
import { browser, service, setStage } from "./stage.mjs";
import { word } from "./words.mjs";

const HASH = `0x${"a1b2c3d4".repeat(8)}`;
const FINAL = {
  chain: "sepolia",
  state: "final",
  transaction: HASH,
  block: 4711,
  block_hash: `0x${"0f".repeat(32)}`,
  time: "2026-10-06T07:03:00Z",
  covers: 9,
  url: `https://scan.example/tx/${HASH}`,
};
const none = (state, chain = "sepolia") => ({
  chain, state, transaction: null, block: null, block_hash: null, time: null, covers: null, url: null,
});
const OVERVIEW = {
  passed: [[FINAL], [FINAL]],
  pending: [[none("pending")], [FINAL]],
  overdue: [[none("overdue")], [FINAL]],
};
const CODES = { passed: [0, "OK"], pending: [23, "ANCHOR_PENDING"], overdue: [24, "ANCHOR_MISSING"] };

setStage();

function anchored(answer, what) {
  const step = (name) => answer.checks.find((check) => check.step === name);
  OVERVIEW[what].forEach((anchors, i) => Object.assign(step("fragments").operators[i], { anchors }));
  const [code, name] = CODES[what];
  Object.assign(step("anchor"), { state: what === "passed" ? "passed" : "warning", code, name });
  return { ...answer, existed_by: { time: FINAL.time, anchored: true } };
}

async function open(language, change, options = {}) {
  const opened = await openPage(browser, { language, ...options });
  await opened.page.route("**/v1/verify", async (route) =>
    route.fulfill({ json: change(await (await route.fetch()).json()) }));
  await opened.page.goto(service.link("good"));
  return opened;
}

const check = (page) => page.locator(".check").nth(3);

for (const language of ["km", "en", "fr"]) {
  for (const what of Object.keys(OVERVIEW)) {
    test(`the records on public blockchains are told: ${what}, ${language}`, async () => {
      const { context, page, complaints, requests } = await open(language, (answer) => anchored(answer, what));
      assert.equal(await verdict(page), "VALID");
      const state = what === "passed" ? "passed" : "warning";
      assert.equal(await check(page).getAttribute("data-state"), state);
      const warnings = await page.$$eval(".warning", (found) => found.map((item) => item.textContent));
      assert.deepEqual(warnings, what === "passed" ? [] : [word(`warning.${CODES[what][1]}`, language)]);
      const shown = await check(page).locator(".anchor").evaluateAll((found) =>
        found.map((item) => [item.dataset.state, item.querySelector(".anchor-state").textContent]));
      const words = (of) => word(`anchor.${of}`, language).replace("{chain}", "sepolia");
      const first = what === "passed" ? "final" : what;
      assert.deepEqual(shown, [[first, words(first)], ["final", words("final")]]);
      const existed = check(page).locator(".anchor-existed");
      assert.ok((await existed.textContent()).startsWith(word("anchor.existed", language)));
      assert.equal(await existed.locator("time").getAttribute("datetime"), FINAL.time);
      const place = check(page).locator(".anchor[data-state=final] .anchor-place").last();
      assert.equal(await place.textContent(),
        `${word("anchor.block", language)} 4711, ${word("anchor.transaction", language)} 0xa1b2c3d4…b2c3d4`);
      assert.deepEqual(await violations(page), []);
      assert.ok(requests.every(({ url }) => url.startsWith(service.url)), "nobody else is asked");
      assert.deepEqual(complaints, []);
      await screenshot(page, `anchor-${what}-${language}`);
      await context.close();
    });
  }
}

test("the link opens the explorer elsewhere and tells it nothing", async () => {
  const { context, page } = await open("en", (answer) => anchored(answer, "passed"), DESKTOP);
  let asked = null;
  await context.route("https://scan.example/**", async (route) => {
    asked = await route.request().allHeaders();
    await route.fulfill({ contentType: "text/html", body: "<title>elsewhere</title>" });
  });
  await verdict(page);
  const link = check(page).locator("a").first();
  assert.equal(await link.getAttribute("href"), FINAL.url);
  assert.equal(await link.getAttribute("rel"), "noopener noreferrer");
  const [other] = await Promise.all([context.waitForEvent("page"), link.click()]);
  await other.waitForLoadState();
  assert.equal(other.url(), FINAL.url);
  assert.equal(asked.referer, undefined);
  assert.equal(await other.evaluate(() => window.opener), null);
  assert.equal(await verdict(page), "VALID"); /* the answer is still there */
  await context.close();
});

test("only an address of the web becomes a link", async () => {
  for (const url of [null, "javascript:alert(1)", "data:text/html,x", 7]) {
    const { context, page, complaints } = await open("en", (answer) => {
      const changed = anchored(answer, "passed");
      for (const operator of changed.checks[1].operators)
        if (operator.anchors.length > 0) operator.anchors = [{ ...FINAL, url }];
      return changed;
    });
    await verdict(page);
    assert.equal(await check(page).locator("a").count(), 0);
    assert.equal(await check(page).locator("code").first().getAttribute("title"), HASH);
    assert.deepEqual(complaints, []);
    await context.close();
  }
});

test("a log that is not the one that was anchored is told", async () => {
  for (const language of ["km", "en", "fr"]) {
    const { context, page, complaints } = await open(language, (answer) => {
      const [fragments, log, anchor] = answer.checks.slice(1, 4);
      Object.assign(fragments.operators[2], { state: "log_failed", log: "EQUIVOCATION", checkpoint: null,
        anchors: [{ ...FINAL, state: "refused" }] });
      for (const failed of [fragments, log]) failed.state = "warning";
      anchor.state = "passed";
      return answer;
    });
    assert.equal(await verdict(page), "VALID");
    const failed = page.locator(".operator[data-state=log_failed] .operator-state");
    assert.equal(await failed.textContent(), word("operator.anchor_refused", language));
    const refused = check(page).locator(".anchor[data-state=refused]");
    assert.match(await refused.textContent(), /sepolia.*4711.*0xa1b2c3d4…b2c3d4/);
    assert.equal(await check(page).locator(".anchor-existed").count(), 0);
    assert.deepEqual(complaints, []);
    await screenshot(page, `anchor-refused-${language}`);
    await context.close();
  }
});

test("without a chain the page says so, and an answer of an older service is drawn", async () => {
  const { context, page, complaints } = await open("en", (answer) => {
    assert.equal(answer.existed_by.anchored, false);
    assert.deepEqual(answer.checks[1].operators.map(({ anchors }) => anchors), [[], [], []]);
    return answer;
  });
  assert.equal(await verdict(page), "VALID");
  assert.equal(await check(page).locator(".check-text").last().textContent(), word("anchor.none"));
  await context.close();
  const older = await open("en", (answer) => {
    delete answer.existed_by;
    for (const operator of answer.checks[1].operators) delete operator.anchors;
    return answer;
  });
  assert.equal(await verdict(older.page), "VALID");
  assert.deepEqual([...complaints, ...older.complaints], []);
  await older.context.close();
});
