// Operators that anchor their logs on a real EVM chain, and a portal that finds the anchors by itself: what it answers
// and shows before and after, when an anchor is overdue, when every node is down, when an operator's log is not the one
// that was anchored, and what anchors mean for documents of a stolen key.

import assert from "node:assert/strict";
import { copyFileSync, readFileSync, readdirSync, renameSync, rmSync } from "node:fs";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { openBrowser, openPage, screenshot, verdict, violations } from "../e2e/browser.mjs";
import { word } from "../e2e/words.mjs";
import { pause, withWorld } from "../network/world.mjs";
import { Anvil, until } from "./anvil.mjs";

const COUNT = 3;
const DUE_S = 60;
const EXPLORER = "https://scan.example/tx/{transaction}";
const WAIT_MS = 60_000;

let browser;
before(async () => { browser = await openBrowser(); });
after(() => browser?.close());

// --- a country with a chain ---

const anchors = (n) => `anchors = ( { chain = "anvil"; outbox = "outbox-${n}"; key = "anchor-${n}.key"; interval_s = 1;
    entries = 1; replace_s = 600; fee_max = 200; tip = 1; } );`;

async function withChain(steps) {
  const anvil = await Anvil.start(["--no-mining"]);
  try {
    await withWorld(async (world) => {
      const accounts = {};
      for (let n = 1; n <= COUNT; n += 1) {
        const said = world.ctl(0, "keygen", "--kind", "anchor", "--out", `anchor-${n}.key`);
        accounts[n] = /^evm:\s+(0x\w{40})$/m.exec(said)[1];
        await anvil.fund(accounts[n], 1);
      }
      await anvil.mine(1);
      await world.build(COUNT, 2, {
        extra: anchors,
        anchored: (n) => `anchored = ( { chain = "anvil"; account = "${accounts[n]}"; due_s = ${DUE_S}; } );`,
        chains: `chains = ( { name = "anvil"; kind = "evm"; id = ${anvil.chainId}; endpoints = [ "${anvil.url}" ];
  poll_s = 1; timeout_ms = 20000; explorer = "${EXPLORER}"; } );`,
        portal: `web_root = "${process.env.VERIFYD_E2E_WEB_ROOT}"; trust_reload_s = 1;`,
      });
      await world.startAll();
      await steps(world, anvil, accounts);
    });
  } finally {
    anvil.process.kill("SIGCONT");
    await anvil.stop();
  }
}

let seed = 100;

// Issues a document to all operators; returns the name of its picture.
function issue(world) {
  const name = `batch-${(seed += 1)}`;
  world.graduates(`${name}.csv`, 1, seed);
  world.ctl(0, ...world.issueWords(`${name}.csv`, name));
  return world.pictures(name)[0];
}

const step = (answer, name) => answer.checks.find((check) => check.step === name);
const operators = (answer) => step(answer, "fragments").operators;
const allAnchors = (answer) => operators(answer).flatMap(({ anchors: found }) => found);
const seconds = (time) => Date.parse(time) / 1000;

function assertWarned(answer, code, state) {
  assert.deepEqual([answer.verdict, answer.code], ["VALID", 0], JSON.stringify(answer.checks));
  assert.deepEqual([step(answer, "anchor").state, step(answer, "anchor").code], ["warning", code]);
  assert.equal(answer.existed_by.anchored, false);
  assert.deepEqual(allAnchors(answer).map((anchor) => anchor.state), [state, state]);
}

// Mines a block now and then until the picture's answer is as wanted.
async function mineUntil(world, anvil, picture, wanted, what) {
  let answer;
  return until(async () => {
    await anvil.mine(1);
    await pause(300);
    answer = await world.ask(picture);
    return wanted(answer) ? answer : null;
  }, () => `${what}: ${JSON.stringify(answer)}`, WAIT_MS);
}

const mineUntilFinal = (world, anvil, picture) =>
  mineUntil(world, anvil, picture, (answer) => step(answer, "anchor").state === "passed", "a final anchor");

// --- what is told ---

// The chain itself, asked here, has what the answer says of it.
async function assertOnChain(anvil, answer, accounts) {
  const times = [];
  for (const { number, anchors: [anchor] } of operators(answer).filter((operator) => operator.anchors.length > 0)) {
    assert.deepEqual([anchor.chain, anchor.state], ["anvil", "final"]);
    const found = await anvil.rpc("eth_getTransactionByHash", anchor.transaction);
    const block = await anvil.rpc("eth_getBlockByHash", anchor.block_hash, false);
    assert.equal(found.from, accounts[number].toLowerCase());
    assert.equal(found.blockHash, anchor.block_hash);
    assert.equal(Number(block.number), anchor.block);
    assert.equal(Number(block.timestamp), seconds(anchor.time));
    const payload = Buffer.from(found.input.slice(2), "hex");
    assert.equal(payload.length, 52);
    assert.equal(payload.toString("latin1", 0, 4), "FRA1");
    assert.equal(Number(payload.readBigUInt64BE(12)), anchor.covers);
    assert.equal(anchor.url, EXPLORER.replace("{transaction}", anchor.transaction));
    times.push(anchor.time);
  }
  assert.equal(times.length, 2);
  assert.deepEqual(answer.existed_by, { time: times.sort()[0], anchored: true });
}

async function look(world, picture, language, see) {
  const { context, page, complaints, requests } = await openPage(browser, { language });
  await page.goto(language === "km" ? world.portalUrl : `${world.portalUrl}index.${language}.html`);
  await page.setInputFiles("#photo", world.path(picture));
  assert.equal(await verdict(page), "VALID");
  await see(page, page.locator(".check").nth(3));
  assert.deepEqual(await violations(page), []);
  assert.deepEqual(complaints, []);
  assert.ok(requests.every(({ url }) => url.startsWith(world.portalUrl)), "nobody but the portal is asked");
  await context.close();
}

async function serverPage(world, picture) {
  const form = new FormData();
  form.set("lang", "en");
  form.set("photo", new Blob([readFileSync(world.path(picture))], { type: "image/png" }), "code.png");
  const answer = await fetch(new URL("verify", world.portalUrl), { method: "POST", body: form });
  assert.equal(answer.status, 200);
  assert.match(answer.headers.get("referrer-policy"), /no-referrer/);
  return answer.text();
}

// The first two operators that answer are used, so each answer may tell of others: `seen` has the anchor of each.
async function allOperators(world, picture) {
  const seen = {};
  await until(async () => {
    remember(seen, await world.ask(picture));
    return Object.keys(seen).length === COUNT;
  }, "each operator's anchor", WAIT_MS);
  return seen;
}

// Whoever was told of before is told of in the same way.
function remember(seen, answer) {
  for (const { number, anchors: found } of operators(answer)) {
    if (found.length === 0) continue;
    seen[number] ??= found;
    assert.deepEqual(found, seen[number]);
  }
}

async function assertShownFinal(world, picture) {
  const seen = Object.values(await allOperators(world, picture)).flat();
  const html = await serverPage(world, picture);
  const linked = seen.filter(({ url, block, time }) => html.includes(`block ${block}, `) && html.includes(time) &&
    html.includes(`<a href="${url}" rel="noopener noreferrer" target="_blank"`));
  assert.equal(linked.length, 2, html);
  const said = world.ctl(0, "verify", "--config", "portal.conf", "--lang", "en", picture);
  assert.match(said, /^ +anchor +passed\n +the document existed at the latest on /m);
  const printed = seen.filter(({ time, block, transaction, url }) => said.includes(
    `recorded for good on anvil, on ${time} (block ${block}, transaction ${transaction}) ${url}\n`));
  assert.equal(printed.length, 2, said);
  const json = JSON.parse(world.ctl(0, "verify", "--config", "portal.conf", "--json", picture));
  assert.equal(step(json, "anchor").state, "passed");
  assert.equal(json.existed_by.anchored, true);
  for (const language of ["km", "en", "fr"]) {
    await look(world, picture, language, async (page, check) => {
      assert.equal(await check.getAttribute("data-state"), "passed");
      const item = check.locator(".anchor").first();
      const href = await item.locator("a").getAttribute("href");
      const told = seen.find(({ url }) => url === href);
      assert.equal(await item.locator(".anchor-state").textContent(),
        word("anchor.final", language).replace("{chain}", "anvil"));
      assert.equal(await item.locator("time").getAttribute("datetime"), told.time);
      assert.match(await item.locator(".anchor-place").textContent(), new RegExp(` ${told.block}, `));
      await screenshot(page, `portal-anchor-final-${language}`);
    });
  }
}

// --- the story ---

async function medianOf(world, picture, wanted) {
  const times = [];
  for (let i = 0; i < 101; i += 1) {
    const began = performance.now();
    wanted(await world.ask(picture));
    times.push(performance.now() - began);
  }
  return times.sort((a, b) => a - b)[50];
}

// Nodes that do not answer at all are the worst: whoever waited for them would wait for timeout_ms, 20 s.
async function downAndBack(world, anvil, old) {
  const seen = {};
  const same = (answer) => {
    assert.deepEqual([answer.verdict, step(answer, "anchor").state], ["VALID", "passed"]);
    remember(seen, answer);
  };
  const up = await medianOf(world, old, same);
  anvil.process.kill("SIGSTOP");
  const down = await medianOf(world, old, same);
  console.log(`an answer takes ${up.toFixed(1)} ms, and with the nodes down ${down.toFixed(1)} ms (median of 101)`);
  const fresh = issue(world);
  assertWarned(await world.ask(fresh), 23, "pending");
  await pause(2000);
  assertWarned(await world.ask(fresh), 23, "pending");
  anvil.process.kill("SIGCONT");
  return fresh;
}

async function overdue(world, anvil) {
  for (const operator of world.operators) {
    await operator.stop();
    const name = `${operator.name}.conf`;
    copyFileSync(world.path(name), world.path(`${name}.anchoring`));
    world.write(name, readFileSync(world.path(name), "utf8").replace(anchors(operator.number), ""));
    await operator.start();
  }
  const late = issue(world);
  await until(async () => (await world.ask(late)).verdict === "VALID", "the operators are asked again", WAIT_MS);
  assertWarned(await world.ask(late), 23, "pending");
  await anvil.rpc("evm_increaseTime", 10 * DUE_S);
  const isMissed = (answer) => step(answer, "anchor").code === 24;
  const missed = await mineUntil(world, anvil, late, isMissed, "an overdue anchor");
  assertWarned(missed, 24, "overdue");
  await look(world, late, "en", async (page, check) => {
    assert.equal(await page.locator(".warning").textContent(), word("warning.ANCHOR_MISSING"));
    assert.equal(await check.locator(".anchor-state").first().textContent(),
      word("anchor.overdue").replace("{chain}", "anvil"));
  });
  assert.match(world.ctl(0, "verify", "--config", "portal.conf", "--lang", "en", late),
    /should have been recorded on anvil by now/);
  for (const operator of world.operators) {
    await operator.stop();
    renameSync(world.path(`${operator.name}.conf.anchoring`), world.path(`${operator.name}.conf`));
    await operator.start();
  }
  await mineUntilFinal(world, anvil, late);
}

// Operator 1 begins another log with the same key. A portal that has never seen the old one, and only knows what it
// finds on the chain, does not take it for the one that was anchored.
async function forked(world, anvil, old) {
  const [first, second] = world.operators;
  await world.portal.stop();
  await first.stop();
  renameSync(world.path("ledger-1"), world.path("ledger-1.old"));
  rmSync(world.path("outbox-1"), { recursive: true });
  rmSync(world.path("seen"), { recursive: true });
  world.write("operator-1.conf", readFileSync(world.path("operator-1.conf"), "utf8").replace(anchors(1), ""));
  await first.start();
  const newest = issue(world);
  issue(world);
  await world.portal.start();
  const refused = (answer) => operators(answer)[0].anchors.some(({ state }) => state === "refused");
  const answer = await mineUntil(world, anvil, newest, refused, "a contradiction");
  assert.deepEqual([answer.verdict, answer.code], ["VALID", 0]);
  assert.deepEqual([operators(answer)[0].state, operators(answer)[0].log], ["log_failed", "EQUIVOCATION"]);
  assert.equal(step(answer, "log").state, "warning");
  assert.equal((await world.ask(old)).verdict, "VALID");
  const evidence = await until(() =>
    readdirSync(world.path("seen/anchors")).filter((name) => name.startsWith("anchor-evidence-")), "evidence");
  assert.ok(readFileSync(world.path(join("seen/anchors", evidence[0])), "utf8").includes(first.origin));
  await look(world, newest, "en", async (page, check) => {
    assert.equal(await page.locator(".operator[data-state=log_failed] .operator-state").textContent(),
      word("operator.anchor_refused"));
    assert.equal(await check.locator(".anchor[data-state=refused]").count(), 1);
    await screenshot(page, "portal-anchor-refused-en");
  });
  await second.kill();
  const open = await until(async () => {
    const now = await world.ask(newest);
    return now.verdict === "VALID" ? null : now;
  }, "too few operators", WAIT_MS);
  assert.deepEqual([open.verdict, open.code, open.name], ["INCONCLUSIVE", 25, "EQUIVOCATION"]);
  assert.equal(open.document, null);
  assert.deepEqual([step(open, "anchor").state, refused(open)], ["not_reached", true]);
}

test("pending, final, unseen, overdue, and a log that was replaced", async () => {
  await withChain(async (world, anvil, accounts) => {
    const picture = issue(world);
    assertWarned(await world.ask(picture), 23, "pending");
    await look(world, picture, "km", async (page, check) => {
      assert.equal(await page.locator(".warning").textContent(), word("warning.ANCHOR_PENDING", "km"));
      assert.equal(await check.locator(".anchor-state").first().textContent(),
        word("anchor.pending", "km").replace("{chain}", "anvil"));
    });
    const said = world.ctl(0, "verify", "--config", "portal.conf", "--lang", "en", picture);
    assert.match(said, /not yet recorded on anvil/);
    const answer = await mineUntilFinal(world, anvil, picture);
    assert.deepEqual([answer.verdict, answer.code], ["VALID", 0]);
    await assertOnChain(anvil, answer, accounts);
    await assertShownFinal(world, picture);
    const fresh = await downAndBack(world, anvil, picture);
    await mineUntilFinal(world, anvil, fresh);
    await overdue(world, anvil);
    await forked(world, anvil, picture);
  });
});

// The key is stolen at some time: what was anchored before stays valid, whatever operators say of anything else.
function publishTheft(world, since_s) {
  const since = new Date(since_s * 1000).toISOString().replace(".000Z", "Z");
  const kid = world.line("issuer.key.pub", "kid");
  world.ctl(0, "trust", "next", "--list", "trust.list", "--out", "next.list");
  world.ctl(0, "trust", "change", "--list", "next.list", "--kid", kid, "--compromised-since", since);
  world.ctl(0, "trust", "sign", "--list", "next.list", "--root-key", "root.key");
  renameSync(world.path("next.list"), world.path("trust.list"));
}

test("a document that was anchored before its key was stolen stays valid, one that was not does not", async () => {
  await withChain(async (world, anvil) => {
    const before_it = issue(world);
    const proven = await mineUntilFinal(world, anvil, before_it);
    await pause(2100);
    const claimed = issue(world); /* entered before the theft, and not anchored yet */
    await pause(2100);
    const since_s = Math.floor(Date.now() / 1000);
    assert.ok(seconds(proven.existed_by.time) < since_s);
    await pause(1100);
    const after_it = issue(world);
    publishTheft(world, since_s);
    const known = await until(async () => {
      const answer = await world.ask(after_it);
      return answer.verdict === "VALID" ? null : answer;
    }, "the new trust list", WAIT_MS);
    assert.deepEqual([known.verdict, known.code, known.existed_by.anchored], ["NOT_VALID", 34, false]);
    const stays = async () => {
      const { verdict: said, existed_by: by } = await world.ask(before_it);
      assert.deepEqual([said, by.anchored, seconds(by.time) < since_s], ["VALID", true, true]);
    };
    await stays();
    const word_of_operators = await world.ask(claimed);
    assertWarned(word_of_operators, 23, "pending");
    assert.ok(seconds(word_of_operators.existed_by.time) < since_s);

    const judged = await mineUntil(world, anvil, claimed, ({ verdict: said }) => said !== "VALID", "the block's word");
    assert.deepEqual([judged.verdict, judged.code, judged.document], ["NOT_VALID", 34, null]);
    assert.equal(judged.existed_by.anchored, true);
    assert.ok(seconds(judged.existed_by.time) >= since_s);
    await mineUntil(world, anvil, after_it, (answer) => answer.existed_by.anchored, "the last anchor");
    assert.equal((await world.ask(after_it)).code, 34);
    await stays();
    world.ctl(0, "verify", "--config", "portal.conf", before_it);
    world.ctl(1, "verify", "--config", "portal.conf", claimed);
  });
});
