// Codes that must not lead to a document: what is said, and that nothing of a document is shown or sent.

import assert from "node:assert/strict";
import { test } from "node:test";
import { openPage, rows, screenshot, verdict } from "./browser.mjs";
import { ROWS } from "./documents.mjs";
import { Service } from "./service.mjs";
import { browser, documents, service, setStage } from "./stage.mjs";
import { word } from "./words.mjs";

setStage();

function otherLetter(letter) {
  return letter === "A" ? "B" : "A";
}

// A code with its letter at place changed to another one.
function altered(code, place) {
  return code.slice(0, place) + otherLetter(code[place]) + code.slice(place + 1);
}

const CASES = [
  ["a revoked document", () => documents.codes.revoked, "NOT_VALID", "revoked", "40 REVOKED", "status"],
  ["an expired document", () => documents.codes.expired, "NOT_VALID", "expired", "43 EXPIRED", "validity"],
  [
    "a code that is not in the ledgers",
    () => documents.codes.elsewhere,
    "NOT_VALID",
    "not_issued",
    "10 NOT_FOUND",
    "fragments",
  ],
  [
    "a code with one letter changed",
    () => altered(documents.codes.good, 40),
    "NOT_VALID",
    "misread_code",
    "2 QR_CHECKSUM",
    "qr",
  ],
  ["a code cut short", () => documents.codes.good.slice(0, 80), "NOT_VALID", "foreign_code", "1 QR_MALFORMED", "qr"],
  [
    "the link of another service",
    () => "https://example.org/ticket/12345",
    "NOT_VALID",
    "foreign_code",
    "1 QR_MALFORMED",
    "qr",
  ],
];

for (const [what, code, expected, group, reference, failing] of CASES) {
  test(`${what} is answered in its own words, and shows nothing`, async () => {
    const { context, page, complaints } = await openPage(browser);
    const answers = [];
    page.on("response", async (response) => {
      if (response.url().endsWith("v1/verify")) answers.push(await response.text());
    });
    await page.goto(`${service.url}#${encodeURI(code())}`);
    assert.equal(await verdict(page), expected);
    assert.equal(await page.textContent(".verdict-sentence"), word(`result.${group}.title`));
    assert.equal(await page.textContent(".next p"), word(`result.${group}.next`));
    assert.ok((await page.textContent(".reference")).includes(reference));
    assert.equal(
      await page.locator(".check[data-state=failed] .check-name").textContent(),
      word(`check.${failing}.name`),
    );
    assert.equal(await page.locator(".sheet, .attributes, .facts, .address").filter({ visible: true }).count(), 0);
    const everything = (await page.content()) + answers.join("");
    for (const row of Object.values(ROWS)) {
      for (const value of [row.name_latin, row.name_km, row.serial])
        assert.ok(!everything.includes(value), "no attribute anywhere");
    }
    assert.equal(page.url(), service.url);
    assert.deepEqual(complaints, []);
    await screenshot(page, `refused-${group}`);
    await context.close();
  });
}

test("ledgers that cannot be asked make a document neither valid nor invalid", async (t) => {
  const other = await new Service(documents).start("two-ledgers.conf");
  t.after(() => other.stop());
  const { context, page } = await openPage(browser);
  await page.goto(other.link("scattered"));
  assert.equal(await verdict(page), "INCONCLUSIVE");
  assert.equal(await page.textContent(".verdict-sentence"), word("result.cannot_check.title"));
  assert.equal(
    await page.locator(".check[data-state=failed]").count(),
    0,
    "no check is drawn as a fault of the document",
  );
  assert.equal(await page.locator(".check[data-state=undecided] .check-state").textContent(), word("state.undecided"));
  assert.equal(await page.locator(".operator[data-state=unreachable]").count(), 1);
  assert.equal(await page.locator("[data-action=retry]").count(), 1);
  await screenshot(page, "inconclusive-cannot-check");
  await page.goto(other.link("good"));
  await page.waitForSelector(".result[data-verdict=VALID]");
  await context.close();
});

test("a service that is gone says nothing about the document, and can be asked again", async (t) => {
  const other = await new Service(documents).start();
  t.after(() => other.kill());
  const { context, page } = await openPage(browser);
  await page.goto(other.url);
  await other.kill();
  await page.evaluate((code) => {
    location.hash = code;
  }, documents.codes.good);
  assert.equal(await verdict(page), "INCONCLUSIVE");
  assert.equal(await page.textContent(".verdict-sentence"), word("result.no_answer.title"));
  assert.equal(await page.locator(".checks").count(), 0);
  assert.equal(page.url(), other.url);
  await screenshot(page, "inconclusive-no-answer");
  await page.route("**/v1/verify", async (route) => {
    const response = await route.fetch({ url: `${service.url}v1/verify` });
    await route.fulfill({ response });
  });
  await page.click("[data-action=retry]");
  await page.waitForSelector(".result[data-verdict=VALID]");
  assert.equal((await rows(page, "attributes"))[1][1], ROWS.good.name_latin);
  await context.close();
});

for (const [what, answer] of [
  [
    "a fault of the service",
    { status: 500, contentType: "application/problem+json", body: '{"type":"urn:problem-type:verifyd:internal"}' },
  ],
  ["an answer that is no JSON", { status: 200, contentType: "application/json", body: "<html>" }],
  [
    "a valid verdict without a document",
    { status: 200, contentType: "application/json", body: '{"verdict":"VALID","code":0,"name":"OK","checks":[]}' },
  ],
  [
    "a verdict that does not exist",
    { status: 200, contentType: "application/json", body: '{"verdict":"PERHAPS","code":0,"name":"OK","checks":[]}' },
  ],
  ["a page of a proxy", { status: 502, contentType: "text/html", body: "<h1>Bad Gateway</h1>" }],
]) {
  test(`${what} is no verdict`, async () => {
    const { context, page } = await openPage(browser);
    await page.route("**/v1/verify", (route) => route.fulfill(answer));
    await page.goto(service.link("good"));
    assert.equal(await verdict(page), "INCONCLUSIVE");
    assert.equal(await page.textContent(".verdict-sentence"), word("result.no_answer.title"));
    await context.close();
  });
}

test("a service that is busy is told apart", async () => {
  const { context, page } = await openPage(browser);
  await page.route("**/v1/verify", (route) =>
    route.fulfill({
      status: 503,
      contentType: "application/problem+json",
      body: '{"type":"urn:problem-type:verifyd:busy","status":503}',
    }),
  );
  await page.goto(service.link("good"));
  assert.equal(await verdict(page), "INCONCLUSIVE");
  assert.equal(await page.textContent(".verdict-sentence"), word("result.busy.title"));
  await context.close();
});

test("an answer to an earlier code is never taken for one to a later code", async () => {
  const { context, page } = await openPage(browser);
  const release = {};
  await page.route("**/v1/verify", async (route) => {
    const { qr } = route.request().postDataJSON();
    await new Promise((resolve) => {
      release[qr] = resolve;
    });
    await route.continue().catch(() => {});
  });
  const { good, revoked } = documents.codes;
  await page.goto(service.link("good"));
  await page.waitForSelector(".progress");
  await page.evaluate((code) => {
    location.hash = code;
  }, revoked);
  while (!release[good] || !release[revoked]) await page.waitForTimeout(50);
  release[good]();
  await page.waitForTimeout(500);
  assert.equal(await page.locator(".result").count(), 0, "the first question is no longer of interest");
  assert.equal(await page.locator(".progress").count(), 1);
  release[revoked]();
  assert.equal(await verdict(page), "NOT_VALID");
  await context.close();
});
