// An operator's anchors on a real Bitcoin node (bcoin, regtest): from the first coin to final anchors whose evidence bcoin's
// library verifies; replacement, reorganisations, transactions that are dropped, an empty wallet, a key that is used
// elsewhere, a chain that contradicts what was final.

import assert from "node:assert/strict";
import { setTimeout as pause } from "node:timers/promises";
import { rootOf } from "./anchoring.mjs";
import { addressOf, bcoin, reversed } from "./bitcoin_node.mjs";
import { COIN_SAT, becomeFinal, checkAnchors, checkEvidence, inPool, newAccount, readOutbox, runAll, sentId,
  transactionsOf } from "./bitcoin_world.mjs";

const QUIET_MS = 600; // long enough for several looks

const never = async (anchoring, pattern) => {
  await pause(QUIET_MS);
  assert.deepEqual(anchoring.seen(pattern), []);
};

// An anchoring whose first anchor is in the pool; one whose first anchor is final.
async function withOneSent(world, node, settings) {
  const anchoring = await world.anchoring(node, settings);
  anchoring.grow(5);
  anchoring.start();
  const id = await sentId(anchoring);
  await inPool(node, id);
  return { anchoring, id };
}

async function withOneFinal(world, node, settings) {
  const { anchoring } = await withOneSent(world, node, settings);
  await becomeFinal(node, anchoring, 1);
  return anchoring;
}

// A transaction by somebody who has the key: spends an output of the account elsewhere.
function steal(account, { id, output, value }) {
  const transaction = new bcoin.MTX();
  transaction.addOutput(addressOf(newAccount().address), value - 5000);
  transaction.addCoin(new bcoin.Coin({ version: 2, height: 1, value, coinbase: false, hash: reversed(id), index: output,
    script: bcoin.Script.fromAddress(account.key.getAddress()) }));
  transaction.sign(account.key);
  assert.ok(transaction.verify());
  return transaction.toTX();
}

const outpoint = (coin) => ({ id: coin.split(":")[0], output: Number(coin.split(":")[1]) });

await runAll({
  async anchors(world, node) {
    const { anchoring, id } = await withOneSent(world, node, { confirmations: 3 });
    await never(anchoring, /anchor_final/);
    await node.mine(2);
    await never(anchoring, /anchor_final/);
    await node.mine();
    await anchoring.wait(/^status idle final_count=1 final_size=5 sent_size=0 attempts=0/);
    anchoring.grow(9);
    await becomeFinal(node, anchoring, 2);
    anchoring.grow(12);
    await becomeFinal(node, anchoring, 3);
    await anchoring.stop();
    const [first, second, third] = await checkAnchors(node, anchoring, [5, 9, 12]);
    assert.equal(first.txid(), id);
    for (const [one, next] of [[first, second], [second, third]]) { // the change pays for the next one
      assert.deepEqual(next.inputs.map(({ prevout }) => [prevout.hash, prevout.index]), [[one.hash("hex"), 1]]);
    }
    await checkEvidence(node, anchoring, [5, 9, 12]);
    assert.deepEqual(anchoring.all(/^alarm|^warning/), []);
  },

  async goesOnAfterRestart(world, node) {
    const { anchoring } = await withOneSent(world, node);
    await anchoring.stop();
    anchoring.grow(9);
    anchoring.start();
    await becomeFinal(node, anchoring, 1);
    await becomeFinal(node, anchoring, 2);
    await anchoring.stop();
    anchoring.start();
    await anchoring.wait(/^status idle final_count=2 /);
    await never(anchoring, /anchor_sent/);
    await checkAnchors(node, anchoring, [5, 9]);
  },

  async nothingWithoutALog(world, node) {
    const anchoring = await world.anchoring(node);
    anchoring.start();
    await anchoring.wait(/anchor_log_unreadable/);
    anchoring.grow(0, "0".repeat(64));
    await anchoring.wait(/anchor_recovered/);
    await never(anchoring, /anchor_sent/);
    anchoring.grow(1);
    await inPool(node, await sentId(anchoring));
  },

  // bcoin keeps what came first: one that replaces it is taken by a node that has just started.
  async replacement(world, node) {
    const { anchoring, id: first } = await withOneSent(world, node, { replace_s: 1 });
    anchoring.grow(8);
    const second = await sentId(anchoring, 1, "anchor_replaced .*size=8\\b"); // one that still says 5 may come before
    await node.forget();
    await anchoring.wait(/attempts=([3-9]|\d\d)/);
    const pool = await (async () => {
      for (;;) {
        const ids = await node.mempool();
        if (ids.length > 0) return ids;
        await pause(50);
      }
    })();
    assert.ok(!pool.includes(first));
    await becomeFinal(node, anchoring, 1);
    await anchoring.stop();
    const { attempts, finals } = await checkEvidence(node, anchoring, [8]);
    assert.ok(attempts.slice(1).some(({ id, size }) => reversed(id) === second && size === 8));
    for (let at = 1; at < attempts.length; at += 1) {
      const { fee } = attempts[at - 1];
      const size = bcoin.TX.fromRaw(attempts[at].raw, "hex").getVirtualSize();
      assert.ok(attempts[at].fee >= fee + size && attempts[at].fee >= fee * 1.125, "the fee is raised enough (BIP 125)");
      assert.deepEqual(bcoin.TX.fromRaw(attempts[at].raw, "hex").inputs.map(({ prevout }) => prevout),
        bcoin.TX.fromRaw(attempts[0].raw, "hex").inputs.map(({ prevout }) => prevout));
    }
    assert.ok(finals[0].attempt > 0);
    assert.equal((await transactionsOf(node, anchoring)).length, 1);
  },

  async anOldAttemptMayBeMined(world, node) {
    const { anchoring, id: first } = await withOneSent(world, node, { replace_s: 1 });
    anchoring.grow(8);
    await sentId(anchoring, 1, "anchor_replaced ");
    assert.deepEqual(await node.mempool(), [first]);
    await becomeFinal(node, anchoring, 1);
    await anchoring.wait(/anchor_final .*attempt=1 size=5/);
    await becomeFinal(node, anchoring, 2); // what it did not say comes next
    await anchoring.stop();
    await checkAnchors(node, anchoring, [5, 8]);
    await checkEvidence(node, anchoring, [5, 8]);
  },

  async feesStayUnderTheCap(world, node) {
    const liar = await world.liar(node);
    liar.alter = (method) => (method === "estimatesmartfee" ? { result: { feerate: 1.5, blocks: 6 } } : undefined);
    const { anchoring } = await withOneSent(world, node, { endpoint: liar.url, fee_max: 7, replace_s: 1 });
    await anchoring.wait(/anchor_stuck .*fee_max/);
    const [{ raw, fee }] = readOutbox(anchoring).attempts;
    const size = bcoin.TX.fromRaw(raw, "hex").getVirtualSize();
    assert.ok(fee <= 7 * (size + 1) && fee > 6 * size, `${fee} for ${size}`);
    await becomeFinal(node, anchoring, 1);
    await anchoring.wait(/anchor_recovered .*after=anchor_stuck/);
    assert.equal(readOutbox(anchoring).attempts.length, 1);
  },

  async feesAsEstimated(world, node) {
    const liar = await world.liar(node);
    const rates = [{ feerate: 0.0001 }, { fee: 0.0002 }, { fee: -1 }, { errors: ["none"] }, { feerate: "1" }];
    liar.alter = (method) => (method === "estimatesmartfee" ? { result: rates[0] } : undefined);
    const anchoring = await world.anchoring(node, { endpoint: liar.url });
    const sizes = [];
    anchoring.start();
    for (const [at] of [10, 20, 1, 1, 1].entries()) {
      sizes.push(5 + at);
      anchoring.grow(5 + at);
      await becomeFinal(node, anchoring, at + 1);
      rates.shift();
    }
    await anchoring.stop();
    const { attempts } = await checkEvidence(node, anchoring, sizes);
    for (const [at, rate] of [10, 20, 1, 1, 1].entries()) {
      const size = bcoin.TX.fromRaw(attempts[at].raw, "hex").getVirtualSize();
      assert.ok(attempts[at].fee >= rate * size && attempts[at].fee <= rate * (size + 2), `${attempts[at].fee}`);
    }
  },

  async reorganisations(world, node) {
    const anchoring = await world.anchoring(node, { confirmations: 9 });
    const sizes = [];
    anchoring.start();
    for (let depth = 1; depth <= 8; depth += 1) {
      sizes.push(10 * depth);
      anchoring.grow(10 * depth);
      const id = await sentId(anchoring, depth);
      await inPool(node, id);
      await node.mine(depth);
      await pause(QUIET_MS / 2);
      await node.unwind(depth); // bcoin forgets the transactions of these blocks
      await inPool(node, id);
      assert.equal(anchoring.seen(/anchor_final/).length, depth - 1);
      await node.mine(9);
      await anchoring.wait(/anchor_final/, depth);
    }
    await anchoring.stop();
    assert.deepEqual(anchoring.all(/^alarm/), []);
    await checkAnchors(node, anchoring, sizes);
    await checkEvidence(node, anchoring, sizes);
  },

  async droppedFromTheMempool(world, node) {
    const { anchoring, id } = await withOneSent(world, node);
    for (let time = 0; time < 3; time += 1) {
      await node.forget();
      await inPool(node, id);
    }
    await becomeFinal(node, anchoring, 1);
    await checkAnchors(node, anchoring, [5]);
  },

  async nodeDownForAWhile(world, node) {
    const { anchoring } = await withOneSent(world, node);
    await node.pause();
    await anchoring.wait(/^status unreachable /);
    await anchoring.wait(/anchor_unreachable .*endpoint=1/);
    anchoring.grow(8);
    await node.resume();
    await anchoring.wait(/anchor_recovered/);
    await becomeFinal(node, anchoring, 2);
    await checkAnchors(node, anchoring, [5, 8]);
    assert.equal(anchoring.seen(/^warning anchor_unreachable/).length, 1);
    assert.ok(!anchoring.lines.join("\n").includes(node.url), "no URL is told");
  },

  async nodeDownAtTheStart(world, node) {
    const anchoring = await world.anchoring(node);
    anchoring.grow(5);
    await node.pause();
    anchoring.start();
    await anchoring.wait(/^status starting /);
    await anchoring.wait(/^status unreachable /);
    await node.resume();
    await becomeFinal(node, anchoring, 1);
  },

  async noCoins(world, node) {
    const account = newAccount();
    const anchoring = await world.anchoring(node, {}, { values: [], account });
    anchoring.grow(5);
    anchoring.start();
    await anchoring.wait(/anchor_unfunded .*name outputs that pay to it/);
    await anchoring.wait(/^status unfunded /);
    await anchoring.stop();
    // Coins that are there, but not the account's; that are not there; and one that is not deep enough yet.
    const [foreign] = await node.pay(newAccount().address, COIN_SAT);
    await node.mine(2);
    anchoring.settings.coin = [foreign, `${"11".repeat(32)}:0`];
    anchoring.start();
    await anchoring.wait(/^status unfunded /);
    await never(anchoring, /anchor_sent/);
    await anchoring.stop();
    const [late] = await node.pay(account.address, COIN_SAT);
    anchoring.settings.coin.push(late);
    anchoring.start();
    await anchoring.wait(/^status unfunded /);
    await never(anchoring, /anchor_sent/);
    await node.mine();
    await inPool(node, await sentId(anchoring));
    await anchoring.wait(/anchor_recovered .*after=anchor_unfunded/);
    await becomeFinal(node, anchoring, 1);
    await checkAnchors(node, anchoring, [5]);
  },

  // Too small alone; together they pay, and after them a new one.
  async smallCoins(world, node) {
    const account = newAccount();
    const anchoring = await world.anchoring(node, {}, { values: [400], account });
    anchoring.grow(5);
    anchoring.start();
    await anchoring.wait(/anchor_unfunded .*too small/);
    await anchoring.stop();
    const more = await node.pay(account.address, 300);
    await node.mine();
    anchoring.settings.coin.push(...more);
    anchoring.start();
    await becomeFinal(node, anchoring, 1);
    const [{ inputs, outputs }] = await checkAnchors(node, anchoring, [5]);
    assert.equal(inputs.length, 2);
    assert.ok(outputs[1].value >= 294);
    anchoring.grow(6);
    await anchoring.wait(/anchor_unfunded .*too small/);
    await anchoring.stop();
    anchoring.settings.coin.push(...await node.pay(account.address, COIN_SAT));
    await node.mine();
    anchoring.start();
    await becomeFinal(node, anchoring, 2);
    await anchoring.stop();
    await checkAnchors(node, anchoring, [5, 6]);
    await checkEvidence(node, anchoring, [5, 6]);
  },

  async anotherNetwork(world, node) {
    for (const network of ["test", "main", "signet"]) {
      const anchoring = await world.anchoring(node, { network });
      anchoring.grow(5);
      anchoring.start();
      await anchoring.wait(/^alarm anchor_wrong_chain .*endpoint=1/);
      await never(anchoring, /anchor_sent/);
      await anchoring.stop();
    }
    const liar = await world.liar(node);
    liar.alter = (method, [number]) => (method === "getblockhash" && number === 0 ? { result: "ab".repeat(32) } : undefined);
    const anchoring = await world.anchoring(node, { endpoint: liar.url });
    anchoring.grow(5);
    anchoring.start();
    await anchoring.wait(/^alarm anchor_wrong_chain /);
    await never(anchoring, /anchor_sent/);
    const unknown = await world.anchoring(node, { network: "moon" });
    unknown.start();
    await unknown.wait(/^failed .*there is no Bitcoin network "moon"/);
  },

  // Before our transaction is mined, somebody else's takes its coin.
  async keyUsedElsewhere(world, node) {
    const liar = await world.liar(node);
    liar.instead = (method) => (method === "sendrawtransaction" ? { error: { code: -26, message: "no" } } : undefined);
    const anchoring = await world.anchoring(node, { endpoint: liar.url, confirmations: 4 });
    anchoring.grow(5);
    anchoring.start();
    await sentId(anchoring);
    await anchoring.wait(/anchor_refused .*says: no/);
    await node.send(steal(anchoring.account, { ...outpoint(anchoring.coins[0]), value: COIN_SAT }));
    await node.mine();
    await anchoring.wait(/anchor_foreign/);
    await node.mine(2);
    await never(anchoring, /anchor_halted/);
    await node.mine(2);
    await anchoring.wait(/^alarm anchor_halted .*key is used elsewhere/);
    await anchoring.stop();
    assert.match(readOutbox(anchoring).halted, /key is used elsewhere/);
    anchoring.start(); // a halt outlives the process
    await anchoring.wait(/^status halted /);
    const asked = { ...liar.asked };
    await never(anchoring, /anchor_sent/);
    assert.deepEqual(liar.asked, asked);
  },

  // As long as it may be undone it is not held against the account.
  async keyUsedElsewhereAndUndone(world, node) {
    const liar = await world.liar(node);
    let isClosed = true;
    liar.instead = (method) => (method === "sendrawtransaction" && isClosed ? { error: { code: -26, message: "no" } } : undefined);
    const anchoring = await world.anchoring(node, { endpoint: liar.url, confirmations: 4 });
    anchoring.grow(5);
    anchoring.start();
    await sentId(anchoring);
    await node.send(steal(anchoring.account, { ...outpoint(anchoring.coins[0]), value: COIN_SAT }));
    await node.mine(2);
    await anchoring.wait(/anchor_foreign/);
    await node.unwind(2);
    isClosed = false;
    await anchoring.wait(/anchor_recovered .*after=anchor_foreign/);
    await becomeFinal(node, anchoring, 1);
    assert.deepEqual(anchoring.all(/^alarm/), []);
    await checkAnchors(node, anchoring, [5]);
  },

  // The change of the last anchor is the account's only for anchors.
  async changeSpentElsewhere(world, node) {
    const anchoring = await withOneFinal(world, node);
    const [anchor] = await checkAnchors(node, anchoring, [5]);
    await node.send(steal(anchoring.account, { id: anchor.txid(), output: 1, value: anchor.outputs[1].value }));
    await node.mine();
    await anchoring.wait(/anchor_foreign/);
    anchoring.grow(8);
    await node.mine(3);
    await anchoring.wait(/^alarm anchor_halted .*key is used elsewhere/);
    assert.equal(anchoring.all(/anchor_sent/).length, 1);
  },

  // A reorganisation that goes deeper than what was called final.
  async finalityViolation(world, node) {
    const anchoring = await withOneFinal(world, node, { confirmations: 2 });
    const [{ block }] = readOutbox(anchoring).finals;
    await node.unwind(await node.height() - block + 1);
    await anchoring.wait(/anchor_unreachable .*has not reached the last final anchor/);
    await node.mine(1);
    await never(anchoring, /anchor_halted/);
    await node.mine(4);
    await anchoring.wait(/^alarm anchor_halted .*contradicts an anchor that was final/);
    await anchoring.stop();
    anchoring.grow(8);
    anchoring.start();
    await anchoring.wait(/^status halted final_count=1 /);
    await never(anchoring, /anchor_sent/);
  },

  // The same while nobody looked.
  async finalityViolationWhileStopped(world, node) {
    const anchoring = await withOneFinal(world, node, { confirmations: 2 });
    await anchoring.stop();
    const [{ block }] = readOutbox(anchoring).finals;
    await node.unwind(await node.height() - block + 1);
    await node.mine(6);
    anchoring.grow(8);
    anchoring.start();
    await anchoring.wait(/^alarm anchor_halted .*contradicts an anchor that was final/);
    assert.deepEqual(anchoring.seen(/anchor_sent/), []);
  },

  async logWentBack(world, node) {
    for (const [size, root] of [[4, rootOf(4)], [5, rootOf(5, "other")]]) {
      const anchoring = await world.anchoring(node);
      anchoring.grow(5);
      anchoring.start();
      await becomeFinal(node, anchoring, 1);
      anchoring.grow(size, root);
      await anchoring.wait(/^alarm anchor_halted .*restored from an old copy/);
      await anchoring.end();
    }
  },
});
