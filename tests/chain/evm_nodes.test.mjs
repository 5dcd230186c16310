// Nodes that lie, are late, answer garbage or do not agree: no anchor becomes final by one's word, none is sent by
// it, and the operator is told once when it begins and once when it is over.

import assert from "node:assert/strict";
import { hex, pause } from "./anvil.mjs";
import { GWEI, Reply, checkAnchors, inPool, keepMining, runAll } from "./evm_world.mjs";

const WATCH_MS = 700;
const LATE_MS = 6000;
const AT_ONCE = 5;

// What an endpoint may say in place of the truth.
const by = (name, change) => async ({ method, params }, ask) => {
  const result = await ask();
  return method === name && result !== null ? change(result, params) : result;
};
const receipt = (change) => by("eth_getTransactionReceipt", (result) => ({ ...result, ...change }));
const transaction = (change) => by("eth_getTransactionByHash", (result) => ({ ...result, ...change }));
const block = (change, tag) => by("eth_getBlockByNumber", (result, [which]) =>
  (tag === undefined ? which.startsWith("0x") : which === tag) ? { ...result, ...change(result) } : result);
const HASH = `0x${"ab".repeat(32)}`;

// A lie of one of two endpoints about an anchor that the other shows as final.
const LIES = {
  receiptWithheld: by("eth_getTransactionReceipt", () => null),
  receiptOfAnotherBlock: receipt({ blockHash: HASH }),
  receiptOfAnotherNumber: receipt({ blockNumber: "0x0" }),
  receiptOfFailure: receipt({ status: "0x0" }),
  receiptOfAnother: receipt({ transactionHash: HASH }),
  receiptWithoutStatus: receipt({ status: undefined }),
  gasOfAnother: receipt({ gasUsed: "0x1" }),
  inputOfAnother: transaction({ input: "0x1234" }),
  senderOfAnother: transaction({ from: `0x${"12".repeat(20)}` }),
  nonceOfAnother: transaction({ nonce: "0x7" }),
  hashOfAnother: transaction({ hash: HASH }),
  blocksOfAnother: block(() => ({ hash: HASH })),
  numbersOfAnother: block(({ number }) => ({ number: hex(Number(number) + 1) })),
  noFinalizedTag: by("eth_getBlockByNumber", (result, [which]) => (which === "finalized" ? null : result)),
  noBaseFee: block(() => ({ baseFeePerGas: undefined }), "latest"),
  anotherChain: by("eth_chainId", () => "0x1"),
  error: () => { throw new Error("rate limited: \"come back\"\n later"); },
  notJson: () => new Reply(200, "<html>busy</html>"),
  empty: () => new Reply(200, ""),
  anotherId: () => new Reply(200, '{"jsonrpc":"2.0","id":999999999,"result":"0x1"}'),
  resultOfAnotherKind: () => ({ surprise: [1, 2, 3] }),
  status500: () => new Reply(500, "no"),
  deep: () => new Reply(200, "[".repeat(100_000)),
  late: async (_, ask) => { await pause(LATE_MS); return ask(); },
};

const TROUBLE = /^(warning|alarm) anchor_(unreachable|disagreement|wrong_chain)/;

async function lie(world, anvil, alter) {
  const proxy = await world.proxy(anvil);
  const anchoring = await world.anchoring([anvil],
    { endpoint: [anvil.url, proxy.url], timeout_ms: alter === LIES.late ? LATE_MS / 2 : 20_000 });
  anchoring.grow(5);
  anchoring.start();
  await anchoring.wait(/anchor_sent /);
  await inPool(anvil, anchoring);
  proxy.alter = alter;
  await anvil.mine(6);
  await anchoring.wait(TROUBLE);
  await anchoring.wait(/^status unreachable/);
  await pause(WATCH_MS);
  assert.equal(anchoring.seen(/anchor_final|anchor_halted|anchor_replaced|final_count=1/).length, 0);
  assert.equal(anchoring.seen(TROUBLE).length, 1);
  proxy.alter = null;
  await anchoring.wait(/final_count=1/);
  assert.equal(anchoring.seen(/anchor_recovered/).length, 1);
  assert.ok(!anchoring.lines.some((line) => /127\.0\.0\.1/.test(line)), "URLs are not told");
  await anchoring.stop();
  await checkAnchors(anvil, anchoring, [5]);
}

await runAll({
  // While one of two lies, nothing becomes final and nothing else is done; then it goes on by itself.
  async lies(world) {
    const left = Object.entries(LIES);
    await Promise.all(Array.from({ length: AT_ONCE }, async () => {
      const anvil = await world.anvil(["--no-mining"]);
      for (let next = left.shift(); next; next = left.shift()) {
        const [name, alter] = next;
        await lie(world, anvil, alter).catch((error) => { throw new Error(`${name}: ${error.stack}`); });
      }
    }));
  },

  // One that calls nothing final is waited for: that is what a chain without finality looks like.
  async nothingFinal(world) {
    const anvil = await world.anvil(["--no-mining"]);
    const proxy = await world.proxy(anvil);
    proxy.alter = block(() => ({ number: "0x0" }), "finalized");
    const anchoring = await world.anchoring([anvil], { endpoint: [anvil.url, proxy.url] });
    anchoring.grow(5);
    anchoring.start();
    await anchoring.wait(/anchor_sent /);
    await inPool(anvil, anchoring);
    await anvil.mine(6);
    await pause(WATCH_MS);
    assert.equal(anchoring.seen(/anchor_final|anchor_halted/).length, 0);
    proxy.alter = null;
    await anchoring.wait(/final_count=1/);
  },

  // A single endpoint that says that the chain is elsewhere: nothing is begun.
  async nothingBegun(world) {
    const anvil = await world.anvil(["--no-mining"]);
    const lies = {
      nonceOfOneOnly: by("eth_getTransactionCount", () => "0x5"),
      pending: async ({ method, params }, ask) =>
        method === "eth_getTransactionCount" && params[1] === "pending" ? "0x1" : ask(),
      poor: by("eth_getBalance", () => "0x1"),
      dear: block(() => ({ baseFeePerGas: hex(1000n * GWEI) }), "latest"),
      noBalance: by("eth_getBalance", () => "much"),
    };
    const cases = [];
    for (const [name, alter] of Object.entries(lies)) {
      const proxy = await world.proxy(anvil);
      proxy.alter = alter;
      const anchoring = await world.anchoring([anvil], { endpoint: [anvil.url, proxy.url] });
      anchoring.grow(5);
      anchoring.start();
      cases.push({ name, proxy, anchoring });
    }
    for (const { anchoring } of cases) await anchoring.wait(/^warning /);
    await pause(WATCH_MS);
    for (const { name, proxy, anchoring } of cases) {
      assert.equal(anchoring.seen(/anchor_sent|anchor_halted/).length, 0, name);
      assert.equal(anchoring.seen(/^warning/).length, 1, name);
      proxy.alter = null;
    }
    const mining = world.keep(keepMining(anvil));
    for (const { anchoring } of cases) await anchoring.wait(/final_count=1/);
    await mining.stop();
    for (const { anchoring } of cases) await checkAnchors(anvil, anchoring, [5]);
  },

  // A gas estimate above what a plain transaction needs is taken, with room, and up to a bound.
  async gas(world) {
    const anvil = await world.anvil(["--no-mining"]);
    for (const [estimate, gas] of [[40_000, 50_000], [10_000, 22_870], [900_000_000, 2_000_000]]) {
      const proxy = await world.proxy(anvil);
      proxy.alter = by("eth_estimateGas", () => hex(estimate));
      const anchoring = await world.anchoring([anvil], { endpoint: proxy.url });
      anchoring.grow(5);
      anchoring.start();
      assert.match(await anchoring.wait(/anchor_sent /), new RegExp(` gas=${gas} `));
      await anchoring.kill();
    }
  },

  // Two honest nodes of two chains with one id.
  async twoChains(world) {
    const anvils = [await world.anvil(["--no-mining"]),
      await world.anvil(["--no-mining", "--timestamp", "1700000000"])];
    for (const anvil of anvils) await anvil.mine(10);
    const anchoring = await world.anchoring(anvils);
    anchoring.grow(5);
    anchoring.start();
    await anchoring.wait(/^warning anchor_disagreement/);
    await pause(WATCH_MS);
    assert.equal(anchoring.seen(/anchor_sent|anchor_halted/).length, 0);
    assert.equal(anchoring.seen(TROUBLE).length, 1);
  },

  // One of two is away: no progress; when it is back, it goes on.
  async oneAway(world) {
    const anvil = await world.anvil(["--no-mining"]);
    const proxy = await world.proxy(anvil);
    const anchoring = await world.anchoring([anvil], { endpoint: [proxy.url, anvil.url] });
    anchoring.grow(5);
    anchoring.start();
    await anchoring.wait(/anchor_sent /);
    await inPool(anvil, anchoring);
    const { port } = new URL(proxy.url);
    await proxy.stop();
    await anvil.mine(5);
    await anchoring.wait(/^warning anchor_unreachable .*endpoint=1/);
    assert.equal(anchoring.seen(/anchor_final/).length, 0);
    await new Promise((resolve) => proxy.server.listen(Number(port), "127.0.0.1", resolve));
    await anchoring.wait(/final_count=1/);
    assert.equal(anchoring.seen(TROUBLE).length, 1);
  },

  // A node that swallows what it is sent: it is sent again, and then told; nothing is begun anew.
  async swallowed(world) {
    const anvil = await world.anvil(["--no-mining"]);
    const proxy = await world.proxy(anvil);
    proxy.alter = ({ method }, ask) => {
      if (method === "eth_sendRawTransaction") throw new Error("we are full");
      return ask();
    };
    const anchoring = await world.anchoring([anvil], { endpoint: proxy.url });
    anchoring.grow(5);
    anchoring.start();
    assert.match(await anchoring.wait(/^warning anchor_refused/), /we are full/);
    await pause(WATCH_MS);
    assert.equal(anchoring.seen(/^warning/).length, 1);
    assert.equal(anchoring.seen(/anchor_sent /).length, 1);
    proxy.alter = null;
    const mining = world.keep(keepMining(anvil));
    await anchoring.wait(/final_count=1/);
    await mining.stop();
    await checkAnchors(anvil, anchoring, [5]);
  },
});
