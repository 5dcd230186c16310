// The program that anchors on Bitcoin is killed with SIGKILL, or its machine loses power, at every step of the outbox: at
// every write and sync of its files, and before and after each transaction leaves it. Started again it goes on: every slot
// is one transaction on the chain, with the log's newest size, nothing is lost, and no coin is spent twice.

import assert from "node:assert/strict";
import { checkAnchors, keepMining, runAll } from "./bitcoin_world.mjs";
import { anchorTwice, everyStep } from "./crash.mjs";

async function atEachStep(world, node, mode) {
  const survivors = await everyStep(mode, () => world.anchoring(node, { confirmations: 1 }));
  for (const anchoring of survivors) await checkAnchors(node, anchoring, [5, 9]);
}

// At the n-th transaction that it sends, before or after the node has it.
async function atSending(world, node, nth, isAfter) {
  const liar = await world.liar(node);
  let sent = 0;
  let anchoring = null;
  const count = async (method) => {
    if (method !== "sendrawtransaction") return undefined;
    sent += 1;
    if (sent !== nth) return undefined;
    await anchoring.kill();
    return { result: null };
  };
  liar[isAfter ? "alter" : "instead"] = count;
  anchoring = await world.anchoring(node, { endpoint: liar.url, confirmations: 1 });
  await anchorTwice(anchoring);
  assert.equal(anchoring.starts, 2);
  await checkAnchors(node, anchoring, [5, 9]);
}

// While blocks are mined all the time.
const withMining = async (world, node, steps) => {
  const mining = world.keep(keepMining(node, 100));
  await steps();
  await mining.stop();
};

await runAll({
  before: (world, node) => withMining(world, node, () => atEachStep(world, node, "before")),
  cut: (world, node) => withMining(world, node, () => atEachStep(world, node, "cut")),
  torn: (world, node) => withMining(world, node, () => atEachStep(world, node, "torn")),
  sending: (world, node) => withMining(world, node, () => Promise.all([1, 2].flatMap((nth) =>
    [false, true].map((isAfter) => atSending(world, node, nth, isAfter))))),
});
