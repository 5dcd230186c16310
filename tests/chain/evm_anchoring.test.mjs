// An operator's anchors on an EVM chain, from the first transaction to finality, and what may go wrong with the chain
// in between: reorganisations, dropped transactions, fees, an empty account, a key that somebody else uses.

import assert from "node:assert/strict";
import { ethers } from "ethers";
import { Anvil, hex, pause, until } from "./anvil.mjs";
import { payloadOf } from "./anchoring.mjs";
import { GWEI, checkAnchors, inPool, keepMining, runAll, transactionsOf } from "./evm_world.mjs";

const NO_MINING = ["--no-mining"];

// Somebody else's transaction with the account's key.
async function sendForeign(anvil, wallet, nonce, more = {}) {
  const raw = await wallet.signTransaction({ type: 2, chainId: anvil.chainId, nonce, gasLimit: 30000,
    to: wallet.address, value: 0,
    maxFeePerGas: 90n * GWEI, maxPriorityFeePerGas: 50n * GWEI, data: "0x1234", ...more });
  await anvil.rpc("eth_sendRawTransaction", raw);
  return ethers.keccak256(raw);
}

// An anchoring whose first anchor is in the pool.
async function withOneSent(world, settings = {}, options = {}) {
  const anvil = await world.anvil(NO_MINING);
  const anchoring = await world.anchoring([anvil], settings, options);
  anchoring.grow(5);
  anchoring.start();
  const line = await anchoring.wait(/anchor_sent /);
  const id = /transaction=(0x[0-9a-f]{64})/.exec(line)[1];
  await until(() => anvil.rpc("eth_getTransactionByHash", id), "the transaction in the pool");
  return { anvil, anchoring, id };
}

async function becomeFinal(anvil, anchoring, count) {
  const mining = keepMining(anvil);
  try {
    await anchoring.wait(new RegExp(`final_count=${count} `));
  } finally {
    await mining.stop();
  }
}

// The program is restarted between halts: a halt outlives it, and nothing is sent.
async function expectHalt(anvil, anchoring, reason) {
  assert.match(await anchoring.wait(/^alarm anchor_halted/), reason);
  await anchoring.wait(/^status halted/);
  await anchoring.stop();
  const before = await transactionsOf(anvil, anchoring.wallet.address);
  const pending = await anvil.rpc("eth_getTransactionCount", anchoring.wallet.address, "pending");
  anchoring.grow(1000);
  anchoring.start();
  assert.match(await anchoring.wait(/^alarm anchor_halted/), reason);
  await anvil.mine(2);
  await pause(200);
  assert.equal((await transactionsOf(anvil, anchoring.wallet.address)).length, before.length);
  assert.equal(await anvil.rpc("eth_getTransactionCount", anchoring.wallet.address, "pending"), pending);
}

await runAll({
  async life(world) {
    const anvil = await world.anvil(["--block-time", 1]);
    const anchoring = await world.anchoring([anvil], { interval_s: 3600 });
    anchoring.start();
    await anchoring.wait(/^status idle/); // an empty log is not anchored
    anchoring.grow(5);
    await anchoring.wait(/^status idle final_count=1 final_size=5/);
    anchoring.grow(9);
    await pause(100);
    assert.equal(anchoring.seen(/anchor_sent/).length, 1, "the interval is not over");
    await anchoring.stop();
    anchoring.settings.interval_s = 6;
    anchoring.start();
    await anchoring.wait(/^status idle final_count=2 final_size=9/);
    await anchoring.stop();

    const provider = new ethers.JsonRpcProvider(anvil.url);
    for (const [i, size] of [5, 9].entries()) {
      const [, id] = /transaction=(0x[0-9a-f]{64})/.exec(anchoring.all(/anchor_sent/)[i]);
      const found = await provider.getTransaction(id);
      const receipt = await provider.getTransactionReceipt(id);
      const block = await provider.getBlock(receipt.blockNumber);
      const said = anchoring.all(/anchor_final/)[i];
      assert.equal(found.data, `0x${payloadOf(size).toString("hex")}`);
      assert.equal(found.from, anchoring.wallet.address);
      assert.match(said, new RegExp(`size=${size} block=${receipt.blockNumber} time=${block.timestamp} ` +
        `gas=${receipt.gasUsed} price=${receipt.gasPrice}$`));
      assert.ok(receipt.blockNumber <= (await provider.getBlock("finalized")).number);
      assert.ok(receipt.gasUsed < 24_000n, `${receipt.gasUsed}`);
    }
    provider.destroy();
    await checkAnchors(anvil, anchoring, [5, 9]);

    anchoring.start(); // everything is known again
    await anchoring.wait(/^status idle final_count=2 final_size=9/);
    assert.deepEqual(anchoring.seen(/^(warning|alarm)/), []);
  },

  // So many are anchored at once; fewer wait for more, but not for ever.
  async entries(world) {
    const anvil = await world.anvil(NO_MINING);
    const anchoring = await world.anchoring([anvil], { entries: 10, interval_s: 3600 });
    const mining = world.keep(keepMining(anvil));
    anchoring.grow(9);
    anchoring.start();
    await anchoring.wait(/^status idle/);
    await pause(200);
    assert.equal(anchoring.seen(/anchor_sent/).length, 0);
    anchoring.grow(10);
    await anchoring.wait(/final_count=1 final_size=10/);
    await anchoring.stop();
    anchoring.settings.interval_s = 1;
    anchoring.grow(13);
    anchoring.start();
    await anchoring.wait(/final_count=2 final_size=13/);
    await mining.stop();
    await checkAnchors(anvil, anchoring, [10, 13]);
  },

  // Nobody mines: it waits, with one attempt, and does not begin another slot.
  async nobodyMines(world) {
    const { anvil, anchoring } = await withOneSent(world);
    anchoring.grow(50);
    await pause(500);
    assert.equal(anchoring.seen(/anchor_sent |anchor_replaced/).length, 1);
    assert.equal(await anvil.rpc("eth_getTransactionCount", anchoring.wallet.address, "pending"), "0x1");
    await anchoring.stop();
    anchoring.start();
    await anchoring.wait(/^status sent final_count=0 final_size=0 sent_size=5 attempts=1/);
    await becomeFinal(anvil, anchoring, 2);
    await checkAnchors(anvil, anchoring, [5, 50]);
  },

  // Before the threshold a reorganisation takes the transaction out, and it is sent again.
  async reorgBefore(world) {
    await Promise.all([1, 2, 3, 4, 5, 6, 7, 8].map(async (depth) => {
      const anvil = await world.anvil(NO_MINING);
      const anchoring = await world.anchoring([anvil], { confirmations: depth + 1 });
      anchoring.grow(5);
      anchoring.start();
      await anchoring.wait(/anchor_sent /);
      await inPool(anvil, anchoring);
      await anvil.mine(depth);
      await pause(300);
      assert.equal(await anvil.rpc("eth_getTransactionCount", anchoring.wallet.address, "latest"), "0x1");
      await anvil.rpc("anvil_reorg", depth, []);
      assert.equal(await anvil.rpc("eth_getTransactionCount", anchoring.wallet.address, "latest"), "0x0");
      await anchoring.wait(/anchor_sent_again/);
      assert.equal(anchoring.seen(/final_count=1/).length, 0);
      await becomeFinal(anvil, anchoring, 1);
      await anchoring.stop();
      await checkAnchors(anvil, anchoring, [5]);
    }));
  },

  // After it the anchor was final: the chain has broken its promise.
  async reorgAfter(world) {
    await Promise.all([1, 2, 3, 4, 5, 6, 7, 8].map(async (depth) => {
      const anvil = await world.anvil(NO_MINING);
      const anchoring = await world.anchoring([anvil], { confirmations: depth });
      anchoring.grow(5);
      anchoring.start();
      await anchoring.wait(/anchor_sent /);
      await inPool(anvil, anchoring);
      await anvil.mine(depth);
      await anchoring.wait(/final_count=1/);
      await anvil.rpc("anvil_reorg", depth, []);
      await expectHalt(anvil, anchoring, /contradicts an anchor that was final/);
    }));
  },

  // The whole chain is another one, under the same id.
  async otherChain(world) {
    const { anvil, anchoring } = await withOneSent(world);
    await anvil.mine(20);
    await anchoring.wait(/final_count=1/);
    await anvil.stop();
    await anchoring.wait(/^warning anchor_unreachable .*does not answer/);
    const other = world.keep(await Anvil.start(NO_MINING, { port: anvil.port }));
    await other.fund(anchoring.wallet.address, 1);
    await anchoring.wait(/^warning anchor_unreachable .*has not reached the last final anchor/);
    anchoring.grow(9);
    await other.mine(20);
    await expectHalt(other, anchoring, /contradicts an anchor that was final/);
  },

  async dropped(world) {
    const { anvil, anchoring, id } = await withOneSent(world);
    await anvil.rpc("anvil_dropTransaction", id);
    await anchoring.wait(/anchor_sent_again .*nonce=0 attempt=1/);
    await until(() => anvil.rpc("eth_getTransactionByHash", id), "the same transaction again");
    await becomeFinal(anvil, anchoring, 1);
    await checkAnchors(anvil, anchoring, [5]);
  },

  async replaced(world) {
    const { anvil, anchoring, id } = await withOneSent(world, { replace_s: 1, fee_max: 60n * GWEI });
    const first = await anvil.rpc("eth_getTransactionByHash", id);
    await anvil.rpc("anvil_setNextBlockBaseFeePerGas", hex(20n * GWEI));
    await anvil.mine();
    anchoring.grow(8);
    await anchoring.wait(/anchor_replaced .*size=8/); // one that still says 5 may come before
    const [fee, second] = await until(async () => { // the last one, which may be replaced in its turn
      const line = anchoring.seen(/anchor_replaced .*size=8/).at(-1);
      const found = await anvil.rpc("eth_getTransactionByHash", /0x[0-9a-f]{64}/.exec(line)[0]);
      return found && [/fee=(\d+)/.exec(line)[1], found];
    }, "another attempt");
    assert.ok(BigInt(second.maxFeePerGas) * 8n >= BigInt(first.maxFeePerGas) * 9n);
    assert.ok(BigInt(second.maxPriorityFeePerGas) * 8n >= BigInt(first.maxPriorityFeePerGas) * 9n);
    assert.equal(BigInt(second.maxFeePerGas), BigInt(fee));
    assert.ok(BigInt(fee) <= 60n * GWEI && BigInt(fee) > 20n * GWEI);
    assert.equal(Number(second.nonce), 0);
    await becomeFinal(anvil, anchoring, 1);
    await anchoring.stop();
    await checkAnchors(anvil, anchoring, [8]);
  },

  // Above the cap nothing more is offered; what was sent stays, and is mined when fees fall.
  async capped(world) {
    const { anvil, anchoring } = await withOneSent(world, { replace_s: 1, fee_max: 10n * GWEI });
    await anvil.rpc("anvil_setNextBlockBaseFeePerGas", hex(500n * GWEI));
    await anvil.mine();
    await anchoring.wait(/^warning anchor_stuck .*fee_max allows no higher fee/);
    await pause(500);
    assert.equal(anchoring.seen(/anchor_stuck/).length, 1);
    const fees = anchoring.seen(/anchor_sent |anchor_replaced/).map((line) => BigInt(/fee=(\d+)/.exec(line)[1]));
    assert.ok(fees.length > 1 && fees.every((fee) => fee <= 10n * GWEI), fees.join(" "));
    await anvil.rpc("anvil_setNextBlockBaseFeePerGas", hex(GWEI));
    await becomeFinal(anvil, anchoring, 1);
    assert.equal(anchoring.seen(/anchor_recovered .*after=anchor_stuck/).length, 1);
    await checkAnchors(anvil, anchoring, [5]);
  },

  async tooDearToBegin(world) {
    const anvil = await world.anvil(NO_MINING);
    const anchoring = await world.anchoring([anvil], { fee_max: 5n * GWEI });
    await anvil.rpc("anvil_setNextBlockBaseFeePerGas", hex(500n * GWEI));
    await anvil.mine();
    anchoring.grow(5);
    anchoring.start();
    await anchoring.wait(/^warning anchor_stuck .*asks more than fee_max/);
    await pause(200);
    assert.equal(anchoring.seen(/anchor_stuck/).length, 1);
    assert.equal(anchoring.seen(/anchor_sent/).length, 0);
    anchoring.grow(7);
    await anvil.rpc("anvil_setNextBlockBaseFeePerGas", hex(GWEI));
    await becomeFinal(anvil, anchoring, 1);
    await checkAnchors(anvil, anchoring, [7]);
  },

  async wrongChain(world) {
    const anvil = await world.anvil(NO_MINING, { chainId: 31338 });
    const anchoring = await world.anchoring([anvil], { id: 31337 });
    anchoring.grow(5);
    anchoring.start();
    await anchoring.wait(/^alarm anchor_wrong_chain .*endpoint=1/);
    await pause(300);
    assert.equal(anchoring.seen(/anchor_wrong_chain/).length, 1);
    assert.equal(anchoring.seen(/anchor_sent|anchor_halted/).length, 0);
    assert.equal(await anvil.rpc("eth_getTransactionCount", anchoring.wallet.address, "pending"), "0x0");
    await anvil.stop();
    const right = world.keep(await Anvil.start(NO_MINING, { port: anvil.port }));
    await right.fund(anchoring.wallet.address, 1);
    await becomeFinal(right, anchoring, 1); // it was the settings: no halt
    await checkAnchors(right, anchoring, [5]);
  },

  async unfunded(world) {
    const anvil = await world.anvil(NO_MINING);
    const anchoring = await world.anchoring([anvil], {}, { ether: 0.00001 });
    anchoring.grow(5);
    anchoring.start();
    await anchoring.wait(/^status unfunded/);
    await pause(200);
    assert.equal(anchoring.seen(/^warning anchor_unfunded/).length, 1);
    assert.equal(anchoring.seen(/anchor_sent/).length, 0);
    await anvil.fund(anchoring.wallet.address, 1);
    await becomeFinal(anvil, anchoring, 1);
    assert.equal(anchoring.seen(/anchor_recovered .*after=anchor_unfunded/).length, 1);
    await checkAnchors(anvil, anchoring, [5]);
  },

  // Between two anchors somebody sends something with the key.
  async keyUsedWhileIdle(world) {
    const { anvil, anchoring } = await withOneSent(world);
    await becomeFinal(anvil, anchoring, 1);
    await sendForeign(anvil, anchoring.wallet, 1);
    anchoring.grow(9);
    await anchoring.wait(/^warning anchor_foreign .*on its way/); // not mined: nothing is begun
    assert.equal(anchoring.seen(/anchor_sent /).length, 1);
    await anvil.mine();
    await anchoring.wait(/^warning anchor_foreign .*has sent something/);
    await anvil.mine(5);
    await expectHalt(anvil, anchoring, /key is used elsewhere/);
  },

  // Somebody else's transaction takes the nonce of one that is under way.
  async keyUsedWhileSent(world) {
    const { anvil, anchoring } = await withOneSent(world);
    await sendForeign(anvil, anchoring.wallet, 0);
    await anvil.mine();
    await anchoring.wait(/^warning anchor_foreign .*has sent something/); // a reorganisation may yet undo that
    await anvil.mine(5);
    await expectHalt(anvil, anchoring, /key is used elsewhere/);
  },

  // The account had a life before: its nonce comes from the chain, once, and not while something is on its way.
  async usedAccount(world) {
    const anvil = await world.anvil(NO_MINING);
    const anchoring = await world.anchoring([anvil]);
    for (const nonce of [0, 1]) await sendForeign(anvil, anchoring.wallet, nonce);
    await anvil.mine(3);
    await sendForeign(anvil, anchoring.wallet, 2);
    anchoring.grow(5);
    anchoring.start();
    await anchoring.wait(/^warning anchor_foreign .*on its way/);
    assert.equal(anchoring.seen(/anchor_sent/).length, 0);
    await anvil.mine();
    await becomeFinal(anvil, anchoring, 1);
    assert.match(anchoring.seen(/anchor_final/)[0], /nonce=3 /);
  },

  // The log itself goes back: nothing that contradicts an anchor is sent.
  async logWentBack(world) {
    const { anvil, anchoring } = await withOneSent(world);
    await becomeFinal(anvil, anchoring, 1);
    anchoring.grow(5, payloadOf(4).subarray(20).toString("hex"));
    await expectHalt(anvil, anchoring, /log contradicts what was anchored/);
  },

  async twoProcesses(world) {
    const { anvil, anchoring } = await withOneSent(world);
    const { wallet } = anchoring;
    const second = await world.anchoring([anvil], { outbox: anchoring.settings.outbox }, { wallet });
    second.start();
    assert.notEqual(await second.ended, 0);
    assert.match(second.lines.join("\n"), /^failed /m);
  },
});
