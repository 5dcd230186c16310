// What the tests of Bitcoin anchors share: a node, accounts with coins, an anchoring, and what the chain says in the end,
// read with bcoin's library.

import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { createRequire } from "node:module";
import { Anchoring, payloadOf, rootOf } from "./anchoring.mjs";
import { BitcoinNode, bcoin, reversed, until } from "./bitcoin_node.mjs";
import { Liar } from "./following.mjs";

const require = createRequire(import.meta.url);
const hash256 = require("bcrypto/lib/hash256");
const merkle = require("bcrypto/lib/merkle");

export const COIN_SAT = 100_000;
const HEADER_LEN = 80;

export function newAccount() {
  const key = bcoin.KeyRing.generate(true, "regtest");
  key.witness = true;
  return { key, address: key.getAddress("string", "regtest"), secret: key.privateKey.toString("hex") };
}

export class BitcoinWorld {
  constructor() {
    this.parts = [];
  }

  keep(part) {
    this.parts.push(part);
    return part;
  }

  async node(options) {
    return this.keep(await BitcoinNode.start(options));
  }

  // A node in between that answers as its `alter` says; or `instead`, which the node then does not hear of.
  async liar(node) {
    const authorization = `Basic ${Buffer.from(`verifyd:${node.apiKey}`).toString("base64")}`;
    const liar = this.keep(await Liar.start(node.url, { headers: { authorization } }));
    const pass = liar.answer.bind(liar);
    liar.answer = async (url, headers, body, response) => {
      const { id, method, params } = JSON.parse(body);
      const answer = await liar.instead?.(method, params);
      if (answer === undefined) return pass(url, headers, body, response);
      liar.asked[method] = (liar.asked[method] ?? 0) + 1;
      return response.setHeader("content-type", "application/json").end(JSON.stringify({ id, ...answer }));
    };
    return liar;
  }

  // An anchoring over a node with an account of its own, which has coins of these values, as deep as they must be.
  async anchoring(node, settings = {}, { values = [COIN_SAT], account = newAccount() } = {}) {
    const { confirmations = 2 } = settings;
    const coins = values.length === 0 ? [] : await node.pay(account.address, ...values);
    if (confirmations > 1) await node.mine(confirmations - 1);
    const from = await node.height();
    const anchoring = this.keep(new Anchoring({ chain: "bitcoin", network: "regtest", endpoint: node.url,
      credentials: node.credentials, key: account.secret, poll_s: 0, interval_s: 0, fee_max: 50, confirmations,
      ...(coins.length === 0 ? {} : { coin: coins }), ...settings }));
    return Object.assign(anchoring, { account, coins, from });
  }

  async end() {
    for (const part of this.parts.reverse()) await (part.end?.() ?? part.stop());
    this.parts = [];
  }
}

// The id of the transaction that was sent last, as people write it.
export async function sentId(anchoring, count = 1, event = "anchor_sent ") {
  const line = await anchoring.wait(new RegExp(event), count);
  return /transaction=([0-9a-f]{64})/.exec(line)[1];
}

export const inPool = (node, id) =>
  until(async () => (await node.mempool()).includes(id), 20_000, `transaction ${id} in the mempool`);

// Mines all the time, so that what is sent becomes final.
export function keepMining(node, ms = 60) {
  let isEnded = false;
  const loop = (async () => {
    while (!isEnded) {
      await node.mine().catch(() => {});
      await new Promise((resolve) => setTimeout(resolve, ms));
    }
  })();
  const stop = () => {
    isEnded = true;
    return loop;
  };
  return { stop, end: stop };
}

// Mines a block at a time until the anchoring has so many final anchors.
export async function becomeFinal(node, anchoring, count) {
  const pattern = new RegExp(`^status [a-z]+ final_count=${count} `);
  await until(async () => {
    if (anchoring.seen(pattern).length > 0) return true;
    await node.mine();
    await new Promise((resolve) => setTimeout(resolve, 150));
    return anchoring.seen(pattern).length > 0;
  }, 30_000, () => `${count} anchors\n${anchoring.errors}${anchoring.lines.join("\n")}`);
}

// Every transaction on the chain that an account has signed, in the order of the blocks.
export async function transactionsOf(node, anchoring) {
  const publicKey = anchoring.account.key.getPublicKey("hex");
  const found = [];
  for (let number = anchoring.from, end = await node.height(); number <= end; number += 1) {
    const block = await node.block(await node.call("getblockhash", number));
    for (const transaction of block.txs) {
      if (transaction.inputs.some(({ witness }) => witness.items[1]?.toString("hex") === publicKey)) found.push(transaction);
    }
  }
  return found;
}

// The chain holds these anchors of the account, each paid from its coins, and nothing else from it.
export async function checkAnchors(node, anchoring, sizes) {
  const found = await transactionsOf(node, anchoring);
  assert.deepEqual(found.map(({ outputs }) => outputs[0].script.getData(1)?.toString("hex")),
    sizes.map((size) => payloadOf(size, rootOf(size)).toString("hex")));
  for (const { outputs } of found) {
    assert.equal(outputs.length, 2);
    assert.equal(outputs[1].getAddress().toString("regtest"), anchoring.account.address);
  }
  return found;
}

// What the outbox holds.
export function readOutbox(anchoring) {
  const path = process.env.VERIFYD_CHAIN_OUTBOX;
  assert.ok(path, "VERIFYD_CHAIN_OUTBOX is not set; run this with ctest");
  const lines = execFileSync(path, [anchoring.settings.outbox], { encoding: "utf8" }).trim().split("\n");
  const attempts = [];
  const finals = [];
  for (const [kind, ...words] of lines.map((line) => line.split(" "))) {
    if (kind === "attempt") {
      const [slot, number, id, size, root, fee, change, raw] = words;
      attempts.push({ slot: Number(slot), number: Number(number), id, size: Number(size), root, fee: Number(fee),
        change: Number(change), raw });
    }
    if (kind === "final") {
      const [slot, attempt, block, hash, time, , fee, evidence] = words;
      finals.push({ slot: Number(slot), attempt: Number(attempt), block: Number(block), hash, time: Number(time),
        fee: Number(fee), evidence: Buffer.from(evidence, "hex") });
    }
  }
  return { attempts, finals, halted: lines.find((line) => line.startsWith("halted ")) };
}

// What is kept of each final anchor proves by itself, with bcoin's library, that the payload was in a block with proof of
// work; and the node has that block.
export async function checkEvidence(node, anchoring, sizes) {
  const { attempts, finals } = readOutbox(anchoring);
  assert.equal(finals.length, sizes.length);
  for (const [at, final] of finals.entries()) {
    const attempt = attempts.find(({ slot, number }) => slot === final.slot && number === final.attempt);
    const transaction = bcoin.TX.fromRaw(attempt.raw, "hex");
    // bcoin's reader wants the number of transactions behind a header, as peers send it: 0.
    const header = bcoin.Headers.fromRaw(Buffer.concat([final.evidence.subarray(0, HEADER_LEN), Buffer.alloc(1)]));
    const index = final.evidence.readUInt32BE(HEADER_LEN);
    const branch = [];
    for (let from = HEADER_LEN + 4; from < final.evidence.length; from += 32) {
      branch.push(final.evidence.subarray(from, from + 32));
    }
    assert.equal(attempt.size, sizes[at]);
    assert.equal(attempt.root, rootOf(attempt.size));
    assert.equal(transaction.hash("hex"), attempt.id);
    assert.deepEqual(transaction.outputs[0].script.getData(1), payloadOf(attempt.size));
    assert.equal(final.fee, attempt.fee);
    assert.ok(header.verifyPOW());
    assert.equal(header.hash("hex"), final.hash);
    assert.equal(header.time, final.time);
    assert.equal(merkle.deriveRoot(hash256, transaction.hash(), branch, index).toString("hex"), header.merkleRoot);
    assert.equal(reversed(final.hash), await node.call("getblockhash", final.block));
  }
  return { attempts, finals };
}

// Runs the tests one after the other over one node, and says how long each took.
export async function runAll(tests) {
  const shared = new BitcoinWorld();
  try {
    const node = await shared.node();
    for (const [name, test] of Object.entries(tests)) {
      if (process.argv.length > 2 && !process.argv.slice(2).includes(name)) continue;
      const began = Date.now();
      const world = new BitcoinWorld();
      try {
        await test(world, node);
      } catch (error) {
        for (const part of world.parts) {
          if (part instanceof Anchoring) console.error(`---\n${part.lines.join("\n")}\n${part.errors}`);
        }
        console.error(`${name}: failed\n${error.stack}`);
        process.exitCode = 1;
      } finally {
        await world.end();
      }
      console.log(`${name}: ${Date.now() - began} ms`);
    }
  } finally {
    await shared.end();
  }
}
