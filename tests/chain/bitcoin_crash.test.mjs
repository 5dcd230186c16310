// The program that anchors on Bitcoin is killed with SIGKILL, or its machine loses power, at every step of the outbox: at
// every write and sync of its files, and before and after each transaction leaves it. Started again it goes on: every slot
// is one transaction on the chain, with the log's newest size, nothing is lost, and no coin is spent twice.

import assert from "node:assert/strict";
import { realpathSync } from "node:fs";
import { until } from "./anvil.mjs";
import { checkAnchors, keepMining, runAll } from "./bitcoin_world.mjs";

const AT_ONCE = 4;
const STEPS_MAX = 200;
const WAIT_MS = 60_000;

const shim = () => {
  const path = process.env.VERIFYD_CHAIN_FAULT_SHIM;
  assert.ok(path, "VERIFYD_CHAIN_FAULT_SHIM is not set; run this with ctest");
  return path;
};

// Two anchors; whenever the program has ended it is started again.
async function anchorTwice(anchoring, environment) {
  anchoring.grow(5);
  anchoring.start(environment);
  for (const [size, count] of [[5, 1], [9, 2]]) {
    anchoring.grow(size);
    await until(async () => {
      if (!anchoring.isRunning) {
        await anchoring.ended;
        anchoring.start();
      }
      return anchoring.seen(new RegExp(`^status idle final_count=${count} `)).length > 0;
    }, () => `${count} anchors\n${anchoring.errors}${anchoring.lines.join("\n")}`, WAIT_MS);
  }
  assert.deepEqual(anchoring.all(/^alarm|^failed/), []);
  await anchoring.end();
}

// Each step of the disk, until there are no more.
async function everyStep(world, node, mode) {
  const survivors = [];
  let step = 0;
  let last = STEPS_MAX;
  await Promise.all(Array.from({ length: AT_ONCE }, async () => {
    while (step < last) {
      step += 1;
      const mine = step;
      const anchoring = await world.anchoring(node, { confirmations: 1 });
      await anchorTwice(anchoring, { LD_PRELOAD: shim(), ASAN_OPTIONS: "verify_asan_link_order=0",
        FAULT_FOLDER: `${realpathSync(anchoring.folder)}/outbox`, FAULT_MODE: mode, FAULT_AT: String(mine) });
      if (anchoring.starts === 1) last = Math.min(last, mine);
      survivors.push(anchoring);
    }
  }));
  for (const anchoring of survivors) await checkAnchors(node, anchoring, [5, 9]);
  assert.ok(last > 8 && last < STEPS_MAX, `${last} steps`);
  console.log(`  ${mode}: killed at each of ${last - 1} steps`);
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
  before: (world, node) => withMining(world, node, () => everyStep(world, node, "before")),
  cut: (world, node) => withMining(world, node, () => everyStep(world, node, "cut")),
  torn: (world, node) => withMining(world, node, () => everyStep(world, node, "torn")),
  sending: (world, node) => withMining(world, node, () => Promise.all([1, 2].flatMap((nth) =>
    [false, true].map((isAfter) => atSending(world, node, nth, isAfter))))),
});
