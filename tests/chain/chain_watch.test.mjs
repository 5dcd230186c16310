// A portal over three operators whose logs are anchored on a real EVM chain: it finds the anchors by itself, has the
// logs confirm them, keeps what it knows when every node is down, and catches an operator that anchored something else
// than its log shows.

import assert from "node:assert/strict";
import { readdirSync, readFileSync, renameSync } from "node:fs";
import { test } from "node:test";
import { ethers } from "ethers";
import { pause, withWorld } from "../network/world.mjs";
import { payloadOf } from "./anchoring.mjs";
import { Anvil, hex } from "./anvil.mjs";

const wallets = ["41", "42", "43"].map((byte) => new ethers.Wallet(`0x${byte.repeat(32)}`));
const nonces = [0, 0, 0];

// What the log shows now.
async function checkpointOf(operator) {
  const [origin, size, root] = (await (await fetch(`${operator.url}/checkpoint`)).text()).split("\n");
  assert.equal(origin, operator.origin);
  return { size: Number(size), root: Buffer.from(root, "base64").toString("hex") };
}

async function anchor(anvil, operator, { size, root }) {
  const i = operator.number - 1;
  const raw = await wallets[i].signTransaction({ type: 2, chainId: anvil.chainId, nonce: nonces[i],
    to: wallets[i].address, value: 0, gasLimit: 100_000, maxFeePerGas: 10n ** 11n, maxPriorityFeePerGas: 10n ** 9n,
    data: `0x${payloadOf(size, root, operator.origin).toString("hex")}` });
  nonces[i] += 1;
  await anvil.rpc("eth_sendRawTransaction", raw);
  await anvil.mine(4);
}

function configure(world, anvil) {
  const list = world.operators.map((operator) =>
    `{ number = ${operator.number}; name = "Operator ${operator.number}"; url = "${operator.url}"; ` +
    `vkey = "${operator.vkey}"; ` +
    `anchored = ( { chain = "devnet"; account = "${wallets[operator.number - 1].address}"; } ); }`);
  world.write("portal.conf", `realm = 1;
threshold = 2;
listen = "127.0.0.1:${world.ports[0]}";
operations = "127.0.0.1:${world.ports[1]}";
${world.trust()}
operators = ( ${list.join(",\n  ")} );
memory = "seen";
limits = { operator_ms = 20000; };
profiles = [ "degree.conf" ];
chains = ( { name = "devnet"; kind = "evm"; id = ${anvil.chainId}; endpoints = [ "${anvil.url}" ]; poll_s = 1;
  timeout_ms = 20000; } );
`);
}

async function waitLog(world, pattern, count = 1) {
  for (let tries = 0; tries < 600; tries += 1) {
    if ([...world.portal.log.matchAll(pattern)].length >= count) return;
    await pause(100);
  }
  assert.fail(`not in the log: ${pattern}\n${world.portal.log}`);
}

const operations = async (world, path) => {
  const answer = await fetch(`http://127.0.0.1:${world.ports[1]}/${path}`);
  return { status: answer.status, text: await answer.text() };
};

// Waits until /readyz says that; it always says that the service is ready.
async function waitReady(world, pattern) {
  for (let tries = 0; ; tries += 1) {
    const { status, text } = await operations(world, "readyz");
    assert.equal(status, 200, text);
    if (pattern.test(text)) return text;
    assert.ok(tries < 600, `${pattern}\n${text}`);
    await pause(100);
  }
}

const stepOf = (answer, name) => answer.checks.find(({ step }) => step === name);

async function expectValid(world, picture, anchored) {
  const answer = await world.ask(picture);
  assert.equal(answer.verdict, "VALID", JSON.stringify(answer.checks));
  assert.equal(stepOf(answer, "anchor").state, anchored, JSON.stringify(answer.checks));
}

test("anchors are followed, confirmed, kept, and caught", () => withWorld(async (world) => {
  let anvil = await Anvil.start(["--no-mining"]);
  try {
    for (const wallet of wallets) await anvil.fund(wallet.address, 10);
    await world.build(3, 2);
    configure(world, anvil);
    await world.startAll();
    world.graduates("graduates.csv", 5, 1);
    world.ctl(0, ...world.issueWords("graduates.csv", "out"));
    const [picture] = world.pictures("out");
    await expectValid(world, picture, "warning"); // not anchored yet

    for (const operator of world.operators) await anchor(anvil, operator, await checkpointOf(operator));
    await waitLog(world, /event=anchor_found chain=devnet log=\S+ size=5 block=\d+ transaction=0x[0-9a-f]{64}/g, 3);
    await waitLog(world, /event=anchor_confirmed chain=devnet log=\S+ size=5$/gm, 3);
    await expectValid(world, picture, "passed");
    const ready = await waitReady(world, /^chain devnet: followed$/m);
    for (const number of [1, 2, 3])
      assert.match(ready, new RegExp(
        `^anchors of operator ${number} on devnet: 1, the last of 5 entries; seen up to block \\d+, \\d+ s old$`, "m"));
    const { text: metrics } = await operations(world, "metrics");
    assert.match(metrics, /^verifyd_anchors_found\{operator="2",chain="devnet"\} 1$/m);
    assert.match(metrics, /^verifyd_anchored_entries\{operator="3",chain="devnet"\} 5$/m);
    assert.match(metrics, /^verifyd_anchors_unchecked\{operator="1",chain="devnet"\} 0$/m);
    assert.match(metrics, /^verifyd_anchors_refused\{operator="1",chain="devnet"\} 0$/m);
    assert.match(metrics, /^verifyd_chain_stuck\{chain="devnet"\} 0$/m);

    // Every node is down: documents verify as before, with what is known, after a restart too.
    const last = await anvil.number();
    await anvil.stop();
    await waitLog(world, /level=warning event=chain_stuck chain=devnet reason="endpoint 1 did not answer/g);
    await expectValid(world, picture, "passed");
    await waitReady(world, /^chain devnet: its nodes do not answer or do not agree; see the log$/m);
    assert.match((await operations(world, "metrics")).text, /^verifyd_chain_stuck\{chain="devnet"\} 1$/m);
    await world.portal.stop();
    await world.portal.start();
    await expectValid(world, picture, "passed");

    // A chain of the same name and id on which nothing of that is: an alarm, and nothing covers any more.
    anvil = await Anvil.start(["--no-mining"], { port: anvil.port });
    for (const wallet of wallets) await anvil.fund(wallet.address, 10);
    nonces.fill(0);
    await anvil.mine(last + 10);
    await waitLog(world, /level=error event=chain_contradicts_final chain=devnet/g, 3);
    await waitLog(world, /level=error event=anchor_gone chain=devnet log=\S+ size=5/g, 3);
    await expectValid(world, picture, "warning");

    // Operator 3 anchors a root that its log does not have; the others are honest.
    await world.portal.stop();
    for (const operator of world.operators.slice(0, 2)) await anchor(anvil, operator, await checkpointOf(operator));
    await anchor(anvil, world.operators[2], { size: 3, root: "ab".repeat(32) });
    await world.portal.start();
    await waitLog(world,
      new RegExp(`level=error event=equivocation chain=devnet log=${world.operators[2].origin} size=3`, "g"));
    await waitLog(world, /event=anchor_confirmed chain=devnet log=\S+ size=5$/gm, 5);
    await expectValid(world, picture, "passed");
    await waitReady(world, /^anchors of operator 3 on devnet: .*REFUSED/m);
    assert.match((await operations(world, "metrics")).text,
      /^verifyd_anchors_refused\{operator="3",chain="devnet"\} 1$/m);
    const [evidence] = readdirSync(world.path("seen/anchors")).filter((name) => name.startsWith("anchor-evidence-"));
    const text = readFileSync(world.path(`seen/anchors/${evidence}`), "utf8");
    assert.match(text, new RegExp(`^anchored root: ${"ab".repeat(32)}$`, "m"));
    assert.ok(text.includes(`\n\n${world.operators[2].origin}\n5\n`), text);

    // With one of the others dead the doubted one is not enough.
    await world.operators[0].kill();
    const answer = await world.ask(picture);
    assert.notEqual(answer.verdict, "VALID");
    assert.equal(hex(answer.code), hex(25));
  } finally {
    await anvil.stop();
  }
}));

// Under the same keys, anchored by the same account; the portal has seen and confirmed the old one.
test("a log that is begun anew is caught by what was seen of it", () => withWorld(async (world) => {
  nonces.fill(0);
  const anvil = await Anvil.start(["--no-mining"]);
  try {
    for (const wallet of wallets) await anvil.fund(wallet.address, 10);
    await world.build(3, 2);
    configure(world, anvil);
    await world.startAll();
    const issue = (rows, seed) => {
      world.graduates(`${seed}.csv`, rows, seed);
      world.ctl(0, ...world.issueWords(`${seed}.csv`, `out-${seed}`));
      return world.pictures(`out-${seed}`)[0];
    };
    const picture = issue(3, 1);
    const [rewriter] = world.operators;
    await anchor(anvil, rewriter, await checkpointOf(rewriter));
    await waitLog(world, /event=anchor_confirmed chain=devnet log=\S+ size=3$/gm);
    await expectValid(world, picture, "warning");

    await rewriter.stop();
    renameSync(world.path("ledger-1"), world.path("ledger-1.old"));
    await rewriter.start();
    const late = issue(2, 2);
    issue(5, 3);
    await anchor(anvil, rewriter, await checkpointOf(rewriter));
    await waitLog(world, new RegExp(`level=error event=equivocation log=${rewriter.origin}$`, "gm"));
    await waitReady(world, /^operator 1: its log is not right: EQUIVOCATION, entries 3/m);
    const [evidence] = readdirSync(world.path("seen")).filter((name) => name.startsWith("evidence-"));
    const text = readFileSync(world.path(`seen/${evidence}`), "utf8");
    assert.match(text, new RegExp(`^${rewriter.origin} has signed a tree of 3 entries .* of 7 entries of which`));
    assert.match((await operations(world, "metrics")).text, /^verifyd_equivocating_logs 1$/m);
    for (const one of [picture, late]) {
      const answer = await world.ask(one);
      assert.equal(answer.verdict, "VALID", JSON.stringify(answer.checks)); // the other two are enough
      assert.equal(stepOf(answer, "fragments").operators[0].log, "EQUIVOCATION");
    }
  } finally {
    await anvil.stop();
  }
}));
