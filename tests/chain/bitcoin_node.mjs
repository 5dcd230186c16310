// A real Bitcoin node (bcoin, regtest) for tests: started on free ports of the loopback, stopped by its process id.
// It has no wallet: the miner's coins are spent by payments that are signed here.
import { spawn } from "node:child_process";
import { randomBytes } from "node:crypto";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { createRequire } from "node:module";
import os from "node:os";
import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { lastingPort } from "../network/ports.mjs";

process.env.NODE_BACKEND = "js";
process.env.BCOIN_NETWORK = "regtest";
const require = createRequire(import.meta.url);
export const bcoin = require("bcoin");
const { bech32 } = require("bstring");

const START_MS = 60000;
const WITNESS_HEIGHT = 432; // from there on bcoin's regtest has witnesses (BIP 141)
const RELAY_MS = 20000;
const MATURITY = 100; // blocks until a block's reward can be spent
const FEE_SAT = 500, OUTPUT_FEE_SAT = 100; // of a payment, and more for each output

// Calls probe until what it returns is true or not undefined.
export async function until(probe, ms, what) {
  const end = Date.now() + ms;
  for (;;) {
    const found = await probe();
    if (found !== undefined && found !== false && found !== null) return found;
    if (Date.now() > end) throw new Error(`waited ${ms} ms for ${typeof what === "function" ? what() : what}`);
    await sleep(25);
  }
}

// An address out of its text, whatever the network's prefix is: bcoin calls regtest "rb", everybody else "bcrt".
export function addressOf(text) {
  const { version, hash } = bech32.decode(text);
  return bcoin.Address.fromProgram(version, hash);
}

export const reversed = (hex) => Buffer.from(hex, "hex").reverse().toString("hex");

export class BitcoinNode {
  #child;
  #ended;
  #rewards = []; // of the miner: {hash, index, value, height, script}; known here only

  // Starts a node with a chain of its own; isFunded: that is long enough for payments.
  static async start({ isFunded = true, apiKey = randomBytes(16).toString("hex") } = {}) {
    const node = new BitcoinNode();
    node.folder = await mkdtemp(path.join(os.tmpdir(), "bitcoin-node-"));
    node.port = await lastingPort();
    node.peerPort = await lastingPort();
    node.apiKey = apiKey;
    node.url = `http://127.0.0.1:${node.port}`;
    node.credentials = path.join(node.folder, "credentials");
    await writeFile(node.credentials, `verifyd:${node.apiKey}\n`, { mode: 0o600 });
    node.miner = bcoin.KeyRing.generate(true, "regtest");
    node.miner.witness = true;
    await node.resume();
    if (isFunded) await node.mine(WITNESS_HEIGHT);
    return node;
  }

  // Starts the process (again): same chain, same address, an empty mempool.
  async resume() {
    this.#child = spawn(process.execPath, [
      require.resolve("bcoin/bin/node"), "--network=regtest", `--prefix=${this.folder}/data`, "--memory=false",
      "--no-wallet", "--listen=false", "--only=127.0.0.1:1", "--no-dns", "--workers=false", "--index-tx=false",
      `--port=${this.peerPort}`, "--http-host=127.0.0.1", `--http-port=${this.port}`, `--api-key=${this.apiKey}`,
      "--log-level=none", "--log-file=false", "--require-standard=true", "--replace-by-fee=true",
    ], { stdio: ["ignore", "ignore", "inherit"], env: { ...process.env, BCOIN_NETWORK: "regtest", NODE_BACKEND: "js" } });
    this.#ended = new Promise((resolve) => this.#child.once("exit", resolve));
    await until(() => {
      if (this.#child.exitCode !== null) throw new Error("the Bitcoin node has ended");
      return this.call("getblockcount").then(() => true, () => false);
    }, START_MS, "the Bitcoin node");
  }

  // Ends the process; the chain stays.
  async pause(signal = "SIGTERM") {
    if (this.#child.exitCode === null && this.#child.signalCode === null) this.#child.kill(signal);
    await this.#ended;
  }

  async stop() {
    await this.pause("SIGKILL");
    await rm(this.folder, { recursive: true, force: true });
  }

  async call(method, ...params) {
    const authorization = `Basic ${Buffer.from(`verifyd:${this.apiKey}`).toString("base64")}`;
    const response = await fetch(this.url, {
      method: "POST", headers: { authorization, "content-type": "application/json" },
      body: JSON.stringify({ jsonrpc: "2.0", id: 1, method, params }),
    });
    const answer = await response.json();
    if (answer.error) throw new Error(`${method}: ${answer.error.message}`);
    return answer.result;
  }

  // Mines blocks with what is in the mempool. Returns their hashes, as people write them.
  async mine(count = 1) {
    const hashes = [];
    while (hashes.length < count) { // not more than the node answers in time for
      hashes.push(...await this.call("generatetoaddress", Math.min(20, count - hashes.length),
        this.miner.getAddress("string", "regtest")));
    }
    for (const hash of hashes) {
      const block = await this.block(hash);
      const [reward] = block.txs;
      this.#rewards.push({ hash: reward.txid(), value: reward.outputs[0].value, script: reward.outputs[0].script,
        height: await this.call("getblockcount") - (hashes.length - 1 - hashes.indexOf(hash)), inBlock: hash });
    }
    return hashes;
  }

  async block(hash) {
    return bcoin.Block.fromRaw(await this.call("getblock", hash, 0), "hex");
  }

  async mempool() {
    return this.call("getrawmempool");
  }

  async height() {
    return this.call("getblockcount");
  }

  // A transaction that spends the miner's oldest reward; outputs: [{address, value}]. Not sent.
  async payment(outputs) {
    const height = await this.height();
    for (;;) {
      const reward = this.#rewards.shift();
      if (reward === undefined || reward.height + MATURITY > height + 1) throw new Error("the miner has no coin to spend");
      if (await this.call("gettxout", reward.hash, 0, true) === null) continue; // of a block that is gone
      const transaction = new bcoin.MTX();
      for (const { address, value } of outputs) transaction.addOutput(addressOf(address), value);
      const paid = outputs.reduce((sum, { value }) => sum + value, 0);
      transaction.addOutput(this.miner.getAddress(), reward.value - paid - FEE_SAT - OUTPUT_FEE_SAT * outputs.length);
      transaction.addCoin(new bcoin.Coin({ version: 1, height: reward.height, value: reward.value, script: reward.script,
        coinbase: true, hash: reversed(reward.hash), index: 0 }));
      transaction.sign(this.miner);
      if (!transaction.verify()) throw new Error("the payment is not right");
      return transaction.toTX();
    }
  }

  // Sends and waits until it is in the mempool, or mined: the node answers before it has looked.
  async send(transaction) {
    const raw = typeof transaction === "string" ? transaction : transaction.toRaw().toString("hex");
    const id = await this.call("sendrawtransaction", raw);
    const isThere = async (output) => await this.call("gettxout", id, output, true) !== null;
    await until(async () => await isThere(0) || isThere(1), RELAY_MS, `transaction ${id} in the mempool`);
    return id;
  }

  // Pays values in satoshi to an address, one output each, and mines it. Returns "txid:output" for each.
  async pay(address, ...values) {
    const transaction = await this.payment(values.map((value) => ({ address, value })));
    const id = await this.send(transaction);
    await this.mine();
    return values.map((_, output) => `${id}:${output}`);
  }

  // Takes the last `depth` blocks off the chain. bcoin forgets their transactions.
  async unwind(depth) {
    const height = await this.height();
    const hash = await this.call("getblockhash", height - depth + 1);
    await this.call("invalidateblock", hash);
    return hash;
  }

  // Takes what another node has on its chain and this one has not; the chain with more work wins, as always.
  async follow(other) {
    for (let number = 1, end = await other.height(); number <= end; number += 1) {
      const hash = await other.call("getblockhash", number);
      const known = await this.call("getblockheader", hash).then(() => true, () => false);
      if (!known) await this.call("submitblock", await other.call("getblock", hash, 0));
    }
  }

  // Empties the mempool: only a new process forgets what it holds.
  async forget() {
    await this.pause();
    await this.resume();
  }
}
