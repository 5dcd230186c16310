// The program that anchors is killed with SIGKILL, or its machine loses power, at every step of the outbox: at every
// write and sync of its files, and before and after each transaction leaves it. Started again it goes on: every slot
// is one transaction on the chain, with the log's newest size, nothing is lost, and no nonce is used twice.

import assert from "node:assert/strict";
import { checkAnchors, keepMining, runAll } from "./evm_world.mjs";
import { anchorTwice, everyStep } from "./crash.mjs";

async function atEachStep(world, mode) {
  const anvil = await world.anvil(["--no-mining"]);
  const mining = world.keep(keepMining(anvil, 40));
  const survivors = await everyStep(mode, () => world.anchoring([anvil]));
  await mining.stop();
  for (const anchoring of survivors) await checkAnchors(anvil, anchoring, [5, 9]);
}

// At the n-th transaction that it sends, before or after the node has it.
async function atSending(world, nth, isAfter) {
  const anvil = await world.anvil(["--no-mining"]);
  const proxy = await world.proxy(anvil);
  const mining = world.keep(keepMining(anvil, 40));
  let sent = 0;
  let kill = () => {};
  proxy.alter = async ({ method }, ask) => {
    if (method !== "eth_sendRawTransaction") return ask();
    sent += 1;
    if (sent !== nth) return ask();
    if (isAfter) await ask();
    await kill();
    return null;
  };
  const anchoring = await world.anchoring([anvil], { endpoint: proxy.url });
  kill = () => anchoring.kill();
  await anchorTwice(anchoring);
  await mining.stop();
  assert.equal(anchoring.starts, 2);
  await checkAnchors(anvil, anchoring, [5, 9]);
}

await runAll({
  before: (world) => atEachStep(world, "before"),
  cut: (world) => atEachStep(world, "cut"),
  torn: (world) => atEachStep(world, "torn"),
  async sending(world) {
    await Promise.all([1, 2].flatMap((nth) => [false, true].map((isAfter) => atSending(world, nth, isAfter))));
  },
});
