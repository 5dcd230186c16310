// Bitcoin nodes that lie, are silent, answer garbage or do not agree: no anchor becomes final by one's word, and none is sent
// by it.

import assert from "node:assert/strict";
import { setTimeout as pause } from "node:timers/promises";
import { checkAnchors, checkEvidence, inPool, runAll, sentId } from "./bitcoin_world.mjs";

const WATCH_MS = 700;
const HASH = "ab".repeat(32);

const by = (name, change) => (method, params, answer) => (method === name ? change(answer, params) : undefined);
const output = (change) => by("gettxout", ({ result }) => (result ? { result: { ...result, ...change(result) } } : undefined));
const blockHash = (change) => by("getblockhash", (answer, [number]) => (number === 0 ? undefined : change(answer)));

// What an endpoint may say in place of the truth about an anchor that is final.
const LIES = {
  silence: () => "silence",
  garbage: () => "<html>",
  error: () => ({ error: { code: -1, message: "no" } }),
  outputsWithheld: by("gettxout", () => ({ result: null })),
  fewerConfirmations: output(() => ({ confirmations: 1 })),
  moreConfirmations: output(({ confirmations }) => ({ confirmations: confirmations + 1 })),
  absurdConfirmations: output(() => ({ confirmations: 2 ** 40 })),
  negativeConfirmations: output(() => ({ confirmations: -1 })),
  anotherTip: output(() => ({ bestblock: HASH })),
  noTip: output(() => ({ bestblock: undefined })),
  valueAsText: output(() => ({ value: "0.1" })),
  anotherBlock: blockHash(() => ({ result: HASH })),
  noBlock: blockHash(() => ({ error: { code: -8, message: "out of range" } })),
  anotherHeight: by("getblockchaininfo", ({ result }) => ({ result: { ...result, blocks: result.blocks + 1 } })),
  lowHeight: by("getblockchaininfo", ({ result }) => ({ result: { ...result, blocks: 3 } })),
  anotherNetwork: by("getblockchaininfo", ({ result }) => ({ result: { ...result, chain: "main" } })),
};

async function survives(world, node, lie, isAlone) {
  const liar = await world.liar(node);
  const endpoint = isAlone ? liar.url : [node.url, liar.url];
  const anchoring = await world.anchoring(node, { endpoint, confirmations: 2, timeout_ms: 3000 });
  anchoring.grow(5);
  anchoring.start();
  await inPool(node, await sentId(anchoring));
  liar.alter = lie;
  await node.mine(2);
  await pause(WATCH_MS);
  assert.deepEqual(anchoring.seen(/anchor_final|anchor_halted/), []);
  liar.alter = undefined;
  await anchoring.wait(/^status idle final_count=1 /);
  await anchoring.stop();
  await checkAnchors(node, anchoring, [5]);
  await checkEvidence(node, anchoring, [5]);
}

await runAll({
  ...Object.fromEntries(Object.entries(LIES).map(([name, lie]) => [name, (world, node) => survives(world, node, lie, false)])),

  // A single endpoint is believed about what is final, but not against the block itself.
  aloneWithAnotherBlock: (world, node) => survives(world, node,
    by("getblock", ({ result }) => ({ result: `${result.slice(0, 80)}00${result.slice(82)}` })), true),
  aloneWithHalfABlock: (world, node) => survives(world, node, by("getblock", ({ result }) => ({ result: result.slice(0, 300) })), true),
  aloneWithMoreConfirmations: (world, node) => survives(world, node, output(({ confirmations }) => (
    { confirmations: confirmations + 1 })), true),

  // Two nodes on different chains: one has the anchor, the other one never heard of it, until it follows.
  async differentChains(world, node) {
    const other = await world.node({ isFunded: false, apiKey: node.apiKey });
    const anchoring = await world.anchoring(node, { endpoint: [node.url, other.url], confirmations: 3 });
    anchoring.grow(5);
    anchoring.start();
    await anchoring.wait(/anchor_disagreement/);
    assert.deepEqual(anchoring.seen(/anchor_sent/), []);
    await other.follow(node);
    const id = await sentId(anchoring);
    await inPool(node, id);
    await inPool(other, id);
    await other.forget();
    await node.mine(3);
    await pause(WATCH_MS);
    assert.deepEqual(anchoring.seen(/anchor_final/), []);
    await other.follow(node);
    await anchoring.wait(/anchor_final/);
    await anchoring.stop();
    await checkAnchors(node, anchoring, [5]);
    await checkEvidence(other, anchoring, [5]);
  },
});
