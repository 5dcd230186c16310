// What the tests of EVM anchors share: accounts, an anchoring over anvil, a proxy that lies, and what the chain says
// in the end, read with ethers.

import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { createServer } from "node:http";
import { ethers } from "ethers";
import { Anvil, rpc, until } from "./anvil.mjs";
import { Anchoring, payloadOf } from "./anchoring.mjs";

export const GWEI = 1_000_000_000n;

let accounts = 0;

export function newWallet() {
  accounts += 1;
  return new ethers.Wallet(`0x${createHash("sha256").update(`account ${process.pid} ${accounts}`).digest("hex")}`);
}

export class EvmWorld {
  constructor() {
    this.parts = [];
  }

  keep(part) {
    this.parts.push(part);
    return part;
  }

  async anvil(words, options) {
    return this.keep(await Anvil.start(words, options));
  }

  // An anchoring with an account of its own, which has an ether on each anvil unless `ether` says otherwise.
  async anchoring(anvils, settings = {}, { ether = 1, wallet = newWallet() } = {}) {
    for (const anvil of anvils) await anvil.fund(wallet.address, ether);
    const anchoring = this.keep(new Anchoring({
      chain: "evm", id: anvils[0].chainId, endpoint: anvils.map((anvil) => anvil.url), key: wallet.privateKey.slice(2),
      poll_s: 0, interval_s: 0, fee_max: 100n * GWEI, tip: GWEI, ...settings,
    }));
    return Object.assign(anchoring, { wallet });
  }

  async proxy(anvil) {
    return this.keep(await Proxy.start(anvil));
  }

  async end() {
    for (const part of this.parts.reverse()) await (part.end?.() ?? part.stop());
  }
}

export async function withEvmWorld(steps) {
  const world = new EvmWorld();
  try {
    await steps(world);
  } catch (error) {
    for (const part of world.parts)
      if (part instanceof Anchoring) console.error(`---\n${part.lines.join("\n")}\n${part.errors}`);
    throw error;
  } finally {
    await world.end();
  }
}

// What was told to be sent has reached the node.
export const inPool = (anvil, anchoring, count = 1) =>
  until(async () => Number(await anvil.rpc("eth_getTransactionCount", anchoring.wallet.address, "pending")) >= count,
    "the transaction in the pool");

// Every transaction of an account on the chain, in the order of the blocks.
export async function transactionsOf(anvil, account) {
  const found = [];
  for (let number = 0, end = await anvil.number(); number <= end; number += 1) {
    const block = await anvil.rpc("eth_getBlockByNumber", `0x${number.toString(16)}`, true);
    for (const transaction of block.transactions)
      if (transaction.from === account.toLowerCase()) found.push(transaction);
  }
  return found;
}

// The chain holds these anchors of the account, one for each nonce, and nothing else from it.
export async function checkAnchors(anvil, anchoring, sizes) {
  const found = await transactionsOf(anvil, anchoring.wallet.address);
  assert.deepEqual(found.map(({ nonce }) => Number(nonce)), sizes.map((_, i) => i));
  assert.deepEqual(found.map(({ input }) => input), sizes.map((size) => `0x${payloadOf(size).toString("hex")}`));
  for (const { from, to, value, type } of found) {
    assert.equal(to, from);
    assert.equal(BigInt(value), 0n);
    assert.equal(type, "0x2");
  }
  return found;
}

// Mines all the time, so that what is sent becomes final.
export function keepMining(anvil, ms = 60) {
  let isEnded = false;
  const loop = (async () => {
    while (!isEnded) {
      await anvil.mine().catch(() => {});
      await new Promise((resolve) => setTimeout(resolve, ms));
    }
  })();
  return { stop: () => { isEnded = true; return loop; }, end: () => { isEnded = true; return loop; } };
}

// Passes questions on to a node, and answers as `alter` says: alter({method, params}, ask) returns the result, where
// ask() gives the node's; it may throw, or return a Reply.
export class Reply {
  constructor(status, text) {
    Object.assign(this, { status, text });
  }
}

export class Proxy {
  static async start(anvil) {
    const proxy = new Proxy();
    proxy.chainId = anvil.chainId;
    proxy.fund = (...words) => anvil.fund(...words);
    proxy.counts = {};
    proxy.alter = null;
    proxy.server = createServer((request, response) => {
      const parts = [];
      request.on("data", (part) => parts.push(part));
      request.on("end", () => proxy.answer(anvil, JSON.parse(Buffer.concat(parts)), response));
    });
    await new Promise((resolve) => proxy.server.listen(0, "127.0.0.1", resolve));
    proxy.url = `http://127.0.0.1:${proxy.server.address().port}`;
    return proxy;
  }

  async answer(anvil, question, response) {
    const { id, method, params } = question;
    const ask = () => rpc(anvil.url, method, ...params);
    const send = (status, text) => response.writeHead(status, { "content-type": "application/json" }).end(text);
    this.counts[method] = (this.counts[method] ?? 0) + 1;
    try {
      const result = await (this.alter ? this.alter(question, ask) : ask());
      if (result instanceof Reply) send(result.status, result.text);
      else send(200, JSON.stringify({ jsonrpc: "2.0", id, result }));
    } catch (error) {
      send(200, JSON.stringify({ jsonrpc: "2.0", id, error: { code: -32000, message: error.message } }));
    }
  }

  stop() {
    this.server.closeAllConnections();
    return new Promise((resolve) => this.server.close(resolve));
  }
}

// Runs the tests one after the other, and says how long each took.
export async function runAll(tests) {
  for (const [name, test] of Object.entries(tests)) {
    if (process.argv.length > 2 && !process.argv.slice(2).includes(name)) continue;
    const began = Date.now();
    try {
      await withEvmWorld(test);
    } catch (error) {
      console.error(`${name}: failed`);
      throw error;
    }
    console.log(`${name}: ${Date.now() - began} ms`);
  }
}
