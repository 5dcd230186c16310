// Each code of opening, issuer, status and validity (30 to 45) in the page's own words, in each language; and what the
// page says of a ledger that withholds a statement. The answers are the service's own for a revoked document, with
// another code: a document for each code, over HTTP, is made by tests/verifyd/test_codes.c.

import assert from "node:assert/strict";
import { test } from "node:test";
import { openPage, verdict } from "./browser.mjs";
import { browser, documents, service, setStage } from "./stage.mjs";
import { word } from "./words.mjs";

const CODES = [
  [30, "SPLICED", "open", "NOT_VALID", "spliced"],
  [31, "BAD_DOCUMENT", "document", "NOT_VALID", "faulty"],
  [32, "ISSUER_UNKNOWN", "issuer", "NOT_VALID", "wrong_issuer"],
  [33, "ISSUER_SIGNATURE", "issuer", "NOT_VALID", "issuer_signature"],
  [34, "ISSUER_KEY_TIME", "issuer", "NOT_VALID", "issuer_key_time"],
  [35, "ISSUER_SCOPE", "issuer", "NOT_VALID", "issuer_scope"],
  [40, "REVOKED", "status", "NOT_VALID", "revoked"],
  [41, "SUSPENDED", "status", "NOT_VALID", "suspended"],
  [42, "SUPERSEDED", "status", "NOT_VALID", "superseded"],
  [43, "EXPIRED", "validity", "NOT_VALID", "expired"],
  [44, "NOT_YET_VALID", "validity", "NOT_VALID", "not_yet_valid"],
  [45, "STATUS_STALE", "status", "INCONCLUSIVE", "status_stale"],
];
const LANGUAGES = ["km", "en", "fr"];

let answer;

setStage(async () => {
  const response = await fetch(`${service.url}v1/verify`, {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify({ qr: documents.codes.revoked }),
  });
  answer = await response.json();
  assert.equal(answer.name, "REVOKED");
});

// The answer with its checks passed up to one step, which failed with that code.
function answerWith(code, name, step, expected) {
  const at = answer.checks.findIndex((check) => check.step === step);
  const checks = answer.checks.map((check, place) => {
    if (check.state === "not_checked") return check;
    if (place < at) return { ...check, state: "passed", code: 0, name: "OK" };
    if (place === at) return { ...check, state: "failed", code, name };
    return { ...check, state: "not_reached", code: 0, name: "OK" };
  });
  const status_as_of = code < 40 ? null : answer.status_as_of;
  return { ...answer, verdict: expected, code, name, checks, status_as_of };
}

async function show(page, shown) {
  await page.unroute("**/v1/verify");
  await page.route("**/v1/verify", (route) =>
    route.fulfill({ contentType: "application/json", body: JSON.stringify(shown) }),
  );
  await page.goto("about:blank");
  await page.goto(service.link("revoked"));
  return verdict(page);
}

for (const language of LANGUAGES) {
  test(`every code has words of its own in ${language}`, async () => {
    const { context, page, complaints } = await openPage(browser, { language });
    const titles = new Set();
    for (const [code, name, step, expected, group] of CODES) {
      assert.equal(await show(page, answerWith(code, name, step, expected)), expected);
      const title = await page.textContent(".verdict-sentence");
      assert.equal(title, word(`result.${group}.title`, language));
      assert.equal(await page.textContent(".verdict-text"), word(`result.${group}.text`, language));
      assert.equal(await page.textContent(".next p"), word(`result.${group}.next`, language));
      assert.ok((await page.textContent(".reference")).includes(`${code} ${name}`));
      const before = code < 40 ? "ledgers.as_of" : "status.as_of";
      assert.ok((await page.textContent(".verdict-time")).startsWith(word(before, language)));
      titles.add(title);
    }
    assert.equal(titles.size, CODES.length);
    assert.deepEqual(complaints, []);
    await context.close();
  });
}

test("a verdict that no checkpoint stands behind says when it was made, in each language", async () => {
  for (const language of LANGUAGES) {
    const { context, page } = await openPage(browser, { language });
    const shown = { ...answerWith(12, "TOO_FEW_FRAGMENTS", "fragments", "INCONCLUSIVE"), as_of: null };
    assert.equal(await show(page, shown), "INCONCLUSIVE");
    assert.ok((await page.textContent(".verdict-time")).startsWith(word("checked.on", language)));
    assert.equal(await page.getAttribute(".verdict-time time", "datetime"), shown.checked);
    await context.close();
  }
});

test("a ledger that withholds a statement is told, in each language", async () => {
  for (const language of LANGUAGES) {
    const { context, page } = await openPage(browser, { language });
    const shown = structuredClone(answer);
    shown.checks.find((check) => check.step === "fragments").operators[1].withholds = true;
    assert.equal(await show(page, shown), "NOT_VALID");
    const states = await page.$$eval(".operator-state", (found) => found.map((state) => state.textContent));
    assert.equal(states[1], word("operator.withheld", language));
    assert.equal(states.filter((state) => state === states[1]).length, 1);
    await context.close();
  }
});
