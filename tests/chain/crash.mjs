// An anchoring that is killed, or whose machine loses power, at each step of its outbox, and started again.

import assert from "node:assert/strict";
import { realpathSync } from "node:fs";
import { until } from "./anvil.mjs";

const AT_ONCE = 4;
const STEPS_MAX = 200;
const WAIT_MS = 60_000;

const shim = () => {
  const path = process.env.VERIFYD_CHAIN_FAULT_SHIM;
  assert.ok(path, "VERIFYD_CHAIN_FAULT_SHIM is not set; run this with ctest");
  return path;
};

// Two anchors; whenever the program has ended it is started again.
export async function anchorTwice(anchoring, environment) {
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

// Each step of the disk, until there are no more, with an anchoring of its own that `make` makes; returns them all.
export async function everyStep(mode, make) {
  const survivors = [];
  let step = 0;
  let last = STEPS_MAX;
  await Promise.all(Array.from({ length: AT_ONCE }, async () => {
    while (step < last) {
      step += 1;
      const mine = step;
      const anchoring = await make();
      await anchorTwice(anchoring, { LD_PRELOAD: shim(), ASAN_OPTIONS: "verify_asan_link_order=0",
        FAULT_FOLDER: `${realpathSync(anchoring.folder)}/outbox`, FAULT_MODE: mode, FAULT_AT: String(mine) });
      if (anchoring.starts === 1) last = Math.min(last, mine);
      survivors.push(anchoring);
    }
  }));
  assert.ok(last > 8 && last < STEPS_MAX, `${last} steps`);
  console.log(`  ${mode}: killed at each of ${last - 1} steps`);
  return survivors;
}
