// A portal follows a real EVM chain (anvil) and finds the anchors of one account there, and nobody else's.

import assert from "node:assert/strict";
import { test } from "node:test";
import { ethers } from "ethers";
import { Anvil, hex, pause } from "./anvil.mjs";
import { payloadOf, rootOf } from "./anchoring.mjs";
import { Following, Liar } from "./following.mjs";

const ORIGIN = "ledger.example/log/1";
const OTHER = "ledger.example/log/2";
const QUIET_MS = 400; // long enough for several rounds

// A chain, accounts with money, and what is needed to send from them.
class World {
  static async build(words = ["--no-mining"]) {
    const world = new World();
    world.anvil = await Anvil.start(words);
    world.operator = new ethers.Wallet(`0x${"11".repeat(32)}`);
    world.stranger = new ethers.Wallet(`0x${"22".repeat(32)}`);
    world.nonces = new Map();
    for (const wallet of [world.operator, world.stranger]) await world.anvil.fund(wallet.address, 100);
    return world;
  }

  // Sends bytes as calldata; not mined yet. more: of the transaction, as ethers has it. Returns the hash.
  async send(wallet, data, { to = wallet.address, gas = 200_000, type = 2, ...more } = {}) {
    const nonce = this.nonces.get(wallet) ?? 0;
    this.nonces.set(wallet, nonce + 1);
    const price = type === 2 ? { maxFeePerGas: 10n ** 11n, maxPriorityFeePerGas: 10n ** 9n } : { gasPrice: 10n ** 11n };
    const raw = await wallet.signTransaction({ type, chainId: this.anvil.chainId, nonce, to, value: 0, gasLimit: gas,
      ...price, data: `0x${Buffer.from(data).toString("hex")}`, ...more });
    return this.anvil.rpc("eth_sendRawTransaction", raw);
  }

  // Sends an anchor and mines it. Returns what should be found.
  async anchor(size, { wallet = this.operator, origin = ORIGIN, root = rootOf(size), ...more } = {}) {
    const transaction = await this.send(wallet, payloadOf(size, root, origin), more);
    await this.anvil.mine();
    const receipt = await this.anvil.rpc("eth_getTransactionReceipt", transaction);
    assert.ok(receipt, "it is mined");
    const block = await this.anvil.rpc("eth_getBlockByNumber", receipt.blockNumber, false);
    return { size, root, transaction: transaction.slice(2), block: Number(receipt.blockNumber),
      hash: block.hash.slice(2), time: Number(block.timestamp) };
  }

  settings(more = {}) {
    return { chain: "evm", id: this.anvil.chainId, endpoint: [this.anvil.url], ...more };
  }

  follow(more = {}, tracks = [{ origin: ORIGIN, account: this.operator.address }]) {
    this.following = new Following(this.settings(more), tracks);
    return this.following.start();
  }

  async finalized() {
    return this.anvil.number("finalized");
  }

  // Makes everything final that is mined now, and waits until it was looked at.
  async settle(following = this.following, track = 0) {
    const last = await this.anvil.number();
    await this.anvil.mine(3);
    await following.seen(last, track);
  }

  async end() {
    if (this.following) await this.following.end();
    if (this.liar) await this.liar.stop();
    await this.anvil.stop();
  }
}

const withWorld = (steps, words) => async () => {
  const world = await World.build(words);
  try {
    await steps(world);
  } finally {
    await world.end();
  }
};

const plain = (found) => found.map(({ size, root, transaction, block, hash, time }) =>
  ({ size, root, transaction, block, hash, time }));

// What is kept of each proves by itself who sent what.
function expectProven(following, found) {
  for (const one of found) {
    const read = ethers.Transaction.from(`0x${one.raw}`);
    assert.equal(read.serialized, `0x${one.raw}`);
    assert.equal(read.hash, `0x${one.transaction}`);
    assert.equal(read.from, following.tracks[one.track].account);
    assert.equal(Number(read.chainId), following.settings.id);
    assert.equal(Buffer.from(one.root, "hex").compare(Buffer.from(read.data.slice(-64), "hex")), 0);
    assert.equal(one.evidence, "-");
  }
}

// Stops, and compares all that was found with what should be.
async function expectFound(following, wanted, track = 0) {
  await following.stop();
  const found = following.list().filter((one) => one.track === track && !one.isGone);
  assert.deepEqual(plain(found), wanted, following.text());
  expectProven(following, found);
}

test("finds the account's anchors, each once, and nobody else's", withWorld(async (world) => {
  const wanted = [];
  await world.anvil.mine(30);
  wanted.push(await world.anchor(1));
  await world.anchor(2, { wallet: world.stranger }); // forged: the right payload from somebody else
  await world.anchor(3, { origin: OTHER }); // another log's
  await world.anvil.mine(40);
  await world.send(world.operator, Buffer.from("hello"));
  await world.send(world.operator, payloadOf(5).subarray(0, 51));
  await world.send(world.operator, Buffer.concat([payloadOf(5), Buffer.from([0])]));
  await world.send(world.operator, Buffer.alloc(0));
  await world.anvil.mine();
  wanted.push(await world.anchor(7, { to: world.stranger.address })); // whoever receives it
  world.follow();
  await world.settle();
  wanted.push(await world.anchor(70_000)); // while it looks
  await world.settle();
  await expectFound(world.following, wanted);
}));

test("several anchors in one block, in their order", withWorld(async (world) => {
  const hashes = [];
  for (const size of [4, 9, 9, 6]) hashes.push((await world.send(world.operator, payloadOf(size))).slice(2));
  await world.send(world.stranger, payloadOf(11));
  await world.anvil.mine();
  world.follow();
  await world.settle();
  await world.following.stop();
  assert.deepEqual(world.following.list().map(({ size, transaction }) => [size, transaction]),
    [4, 9, 9, 6].map((size, i) => [size, hashes[i]]));
}));

test("anchors of every type that wallets sign", withWorld(async (world) => {
  const to = world.stranger.address;
  const accessList = [{ address: to, storageKeys: [`0x${"00".repeat(32)}`, `0x${"01".repeat(32)}`] },
    { address: world.operator.address, storageKeys: [] }];
  const wanted = [];
  for (const more of [{ type: 0 }, { type: 0, value: 7, to }, { type: 1 }, { type: 1, accessList, to },
    { type: 2, value: 10n ** 18n }, { type: 2, accessList, value: 1, to }])
    wanted.push(await world.anchor(wanted.length + 1, more));
  world.follow();
  await world.settle();
  assert.equal(world.following.matching(/^warning/).length, 0, world.following.text());
  await expectFound(world.following, wanted);
}));

test("what cannot be proven does not count, is told, and holds nothing up", withWorld(async (world) => {
  const wanted = [await world.anchor(1)];
  const unprotected = await world.anchor(2, { type: 0, chainId: 0 }); // as before EIP-155: signed for any chain
  const long = await world.anchor(3, { gas: 400_000,
    accessList: [{ address: world.stranger.address, storageKeys: Array(65).fill(`0x${"00".repeat(32)}`) }] });
  const typed = await world.anchor(4); // as if it had a type that is not known
  wanted.push(await world.anchor(5));
  await world.send(world.stranger, payloadOf(6), { type: 0, chainId: 0 }); // others may send what they want
  await world.anvil.mine();
  world.liar = await Liar.start(world.anvil.url);
  world.liar.alter = (method, params, { result }) =>
    (method === "eth_getBlockByNumber" && params[1] === true
      ? { result: { ...result, transactions: result.transactions.map((one) =>
        (one.hash === `0x${typed.transaction}` ? { ...one, type: "0x4" } : one)) } } : undefined);
  world.follow({ endpoint: [world.liar.url] });
  await world.settle();
  for (const [one, why] of [[unprotected, "signed without a chain id"], [long, "access list is too long"],
    [typed, "another type"]]) {
    const told = world.following.matching(new RegExp(`^warning anchor_unproven .* size=${one.size} ` +
      `block=${one.block} transaction=0x${one.transaction} reason="it[^"]* ${why}[^"]*"$`));
    assert.equal(told.length, 1, `${why}: ${world.following.text()}`);
  }
  assert.equal(world.following.matching(/^warning/).length, 3, world.following.text());
  await expectFound(world.following, wanted);
}));

// The only endpoint says so, of a transaction that is in the block.
test("an endpoint that says the account has sent what somebody else did", withWorld(async (world) => {
  world.liar = await Liar.start(world.anvil.url);
  world.liar.alter = (method, params, { result }) =>
    (method === "eth_getBlockByNumber" && params[1] === true
      ? { result: { ...result, transactions: result.transactions.map((one) =>
        ({ ...one, from: world.operator.address.toLowerCase() })) } } : undefined);
  await world.send(world.operator, Buffer.from("hello"));
  const forged = await world.anchor(6, { wallet: world.stranger });
  const wanted = [await world.anchor(7)];
  world.follow({ endpoint: [world.liar.url] });
  await world.anvil.mine(3);
  const told = await world.following.wait(/^warning chain_stuck/);
  assert.match(told, new RegExp(
    `reason="endpoint 1 is wrong about a transaction in block ${forged.block}: somebody else has signed it"$`));
  await pause(QUIET_MS);
  assert.equal(world.following.matching(/anchor_found/).length, 0, world.following.text());
  world.liar.alter = undefined;
  await world.settle();
  await expectFound(world.following, wanted);
}));

// Its own endpoint says that it is the chain that is configured.
test("what was signed for another chain is no anchor", async () => {
  const world = new World();
  world.anvil = await Anvil.start(["--no-mining"], { chainId: 99 });
  try {
    world.operator = new ethers.Wallet(`0x${"11".repeat(32)}`);
    world.nonces = new Map();
    await world.anvil.fund(world.operator.address, 100);
    world.liar = await Liar.start(world.anvil.url);
    world.liar.alter = (method, params, { result }) => {
      if (method === "eth_chainId") return { result: hex(31337) };
      if (method !== "eth_getBlockByNumber" || params[1] !== true) return undefined;
      return { result: { ...result, transactions: result.transactions.map((one) => ({ ...one, ...world.told })) } };
    };
    await world.anchor(1);
    await world.anvil.mine(3);
    world.follow({ endpoint: [world.liar.url], id: 31337 });
    await world.following.wait(/^warning chain_stuck .*it was signed for another chain"$/);
    await world.following.kill();
    world.told = { chainId: hex(31337) };
    world.following.start();
    await world.following.wait(/^warning chain_stuck .*its hash is not that of its parts"$/);
    await expectFound(world.following, []);
  } finally {
    await world.end();
  }
});

test("an anchor in a transaction that failed is none", withWorld(async (world) => {
  // A contract that reverts whatever it is sent: PUSH1 0 PUSH1 0 REVERT.
  const reverting = `0x${"77".repeat(20)}`;
  await world.anvil.rpc("anvil_setCode", reverting, "0x60006000fd");
  const failed = await world.anchor(3, { to: reverting });
  const receipt = await world.anvil.rpc("eth_getTransactionReceipt", `0x${failed.transaction}`);
  assert.equal(receipt.status, "0x0");
  const wanted = [await world.anchor(5)];
  world.follow();
  await world.settle();
  await expectFound(world.following, wanted);
}));

test("several logs and accounts on one chain", withWorld(async (world) => {
  const first = [await world.anchor(1)];
  const second = [await world.anchor(2, { origin: OTHER, wallet: world.stranger })];
  const third = [await world.anchor(3, { origin: OTHER })];
  first.push(await world.anchor(4));
  world.follow({}, [{ origin: ORIGIN, account: world.operator.address },
    { origin: OTHER, account: world.stranger.address },
    { origin: "ledger.example/log/3", account: world.operator.address }]);
  await world.settle(world.following, 2);
  await world.following.seen(world.following.lastSeen(2), 1);
  await world.following.stop();
  const found = world.following.list();
  assert.deepEqual(plain(found.filter(({ track }) => track === 0)), first);
  assert.deepEqual(plain(found.filter(({ track }) => track === 1)), second);
  assert.equal(found.length, 3);
  assert.equal(third.length, 1); // of the operator for the other log: nobody looks for it there
}));

test("looks for blocks only while there is something new, and reads few", withWorld(async (world) => {
  await world.anvil.mine(130);
  const wanted = [await world.anchor(5)];
  await world.anvil.mine(130);
  wanted.push(await world.anchor(8));
  await world.anvil.mine(130);
  world.liar = await Liar.start(world.anvil.url);
  let whole = 0;
  let reads = 0; // of old states
  world.liar.alter = (method, params) => {
    if (method === "eth_getTransactionCount" && Number(params[1]) < 390) reads += 1;
    if (method === "eth_getBlockByNumber" && params[1] === true) whole += 1;
  };
  world.follow({ endpoint: [world.liar.url] });
  await world.settle();
  assert.equal(whole, 2, "one block for each anchor");
  assert.ok(reads < 100, `${reads} counts asked`);
  await expectFound(world.following, wanted);
}));

test("nodes that have forgotten old states: every block is read, once", withWorld(async (world) => {
  const wanted = [];
  await world.anvil.mine(150);
  wanted.push(await world.anchor(5));
  await world.anchor(6, { wallet: world.stranger });
  await world.anvil.mine(250);
  wanted.push(await world.anchor(8), await world.anchor(9));
  await world.anvil.mine(20);
  world.liar = await Liar.start(world.anvil.url);
  const whole = new Map();
  world.liar.alter = (method, params) => {
    if (method === "eth_getBlockByNumber" && params[1] === true)
      whole.set(params[0], (whole.get(params[0]) ?? 0) + 1);
    if (method === "eth_getTransactionCount" && Number(params[1]) < 425)
      return { error: { code: -32000, message: "missing trie node" } };
    return undefined;
  };
  world.follow({ endpoint: [world.liar.url], first_block: 10 });
  await world.settle();
  assert.ok(!whole.has(hex(9)), "nothing before first_block");
  assert.ok([...whole.values()].every((count) => count === 1), "each block is read once");
  wanted.push(await world.anchor(12)); // by now the nodes know
  await world.settle();
  await expectFound(world.following, wanted);
}));

test("killed again and again on the way, it goes on where it stopped", withWorld(async (world) => {
  const wanted = [];
  for (let i = 1; i <= 30; i += 1) {
    await world.anvil.mine(i % 5);
    wanted.push(await world.anchor(i));
  }
  await world.anvil.mine(3);
  const last = await world.finalized();
  world.liar = await Liar.start(world.anvil.url);
  for (let i = 0; i < 25; i += 1) {
    let left = 8 + 9 * i; // answers until it is killed
    const following = world.following ? world.following.start() : world.follow({ endpoint: [world.liar.url] });
    const enough = new Promise((resolve) => {
      world.liar.alter = (method) => {
        left -= 1;
        if (left === 0) resolve();
        if (i % 2 === 1 && method === "eth_getTransactionCount" && left < 60) // half of the time blocks are read
          return { error: { code: 1, message: "no" } };
        return undefined;
      };
    });
    await Promise.race([enough, following.seen(last)]);
    await following.kill();
  }
  world.liar.alter = undefined;
  world.following.start();
  await world.following.wait(/^done/);
  await expectFound(world.following, wanted);
}));

test("what is not final is not seen, and a reorganisation before that changes nothing", withWorld(async (world) => {
  await world.anvil.mine(10);
  const early = await world.anchor(3);
  await world.anvil.mine(5);
  const last = await world.anvil.number();
  world.follow({ confirmations: 6 });
  await world.following.seen(last - 5);
  const lost = await world.anchor(4); // its transaction is dropped by the reorganisation
  for (let depth = 1; depth <= 5; depth += 1) {
    await world.anvil.rpc("anvil_reorg", depth, []);
    await world.anvil.mine(1);
  }
  const now = await world.anvil.number();
  await world.anvil.mine(10);
  await world.following.seen(now);
  assert.equal(world.following.matching(/^alarm/).length, 0, world.following.text());
  const receipt = await world.anvil.rpc("eth_getTransactionReceipt", `0x${lost.transaction}`);
  await world.following.stop();
  const found = plain(world.following.list());
  assert.deepEqual(found[0], early);
  assert.equal(found.length, receipt === null ? 1 : 2); // only if it was mined again
}));

test("a final block that is gone: alarm, anchors withdrawn, and found where they are now", withWorld(async (world) => {
  await world.anvil.mine(10);
  const kept = await world.anchor(3);
  await world.anvil.mine(10);
  const before = await world.anvil.rpc("evm_snapshot");
  const gone = [await world.anchor(4), await world.anchor(5)];
  await world.anvil.mine(5);
  world.follow({ confirmations: 2 });
  await world.following.seen(gone[1].block + 2);
  await world.following.stop();
  assert.deepEqual(plain(world.following.list()), [kept, ...gone]);
  world.following.start();
  await world.following.wait(/^done/);
  world.following.mark();
  await world.anvil.rpc("evm_revert", before);
  world.nonces.set(world.operator, 1);
  await world.anvil.mine(3);
  const again = await world.anchor(5);
  await world.anvil.mine(20);
  await world.following.wait(/^alarm chain_contradicts_final chain=testchain log=ledger.example\/log\/1 block=/);
  await world.following.wait(/^alarm anchor_gone .* size=\d+ block=\d+ transaction=0x[0-9a-f]{64}/, 2);
  await world.following.wait(/^info anchor_found .* size=5 /);
  await world.following.seen(await world.anvil.number() - 1);
  await pause(QUIET_MS);
  assert.equal(world.following.matching(/^alarm anchor_gone/).length, 2, "each is told once");
  await world.following.stop();
  const list = world.following.list();
  assert.deepEqual(plain(list.filter(({ isGone }) => isGone)), gone);
  assert.deepEqual(plain(list.filter(({ isGone }) => !isGone)), [kept, again]);
  world.following.start(); // and it stays so
  const after = await world.anchor(6);
  await world.anvil.mine(5);
  await world.following.seen(after.block);
  await pause(QUIET_MS);
  assert.equal(world.following.matching(/^alarm/).length, 0, world.following.text());
  await expectFound(world.following, [kept, again, after]);
}));

test("all anchors gone", withWorld(async (world) => {
  await world.anvil.mine(5);
  const before = await world.anvil.rpc("evm_snapshot");
  for (let i = 1; i <= 40; i += 1) await world.anchor(i);
  await world.anvil.mine(5);
  world.follow({ confirmations: 1, first_block: 2 });
  await world.following.seen(47);
  await world.anvil.rpc("evm_revert", before);
  world.nonces.set(world.operator, 0);
  await world.anvil.rpc("anvil_setNextBlockTimestamp", Math.floor(Date.now() / 1000) + 1000);
  await world.anvil.mine(60);
  await world.following.wait(/^alarm anchor_gone/, 40);
  const wanted = [await world.anchor(99)];
  await world.settle();
  await expectFound(world.following, wanted);
}));

// What an endpoint may do, and what is then known: nothing more than before, whatever it says.
const lies = {
  "another chain id": (method) => (method === "eth_chainId" ? { result: "0x1" } : undefined),
  "a smaller count": (method) => (method === "eth_getTransactionCount" ? { result: "0x0" } : undefined),
  "another hash of blocks": (method, params, { result }) =>
    (method === "eth_getBlockByNumber" ? { result: { ...result, hash: `0x${"ab".repeat(32)}` } } : undefined),
  "another time of blocks": (method, params, { result }) =>
    (method === "eth_getBlockByNumber" && params[0] !== "finalized"
      ? { result: { ...result, timestamp: hex(Number(result.timestamp) - 1) } } : undefined),
  "another block": (method, params, { result }) =>
    (method === "eth_getBlockByNumber" && params[0] !== "finalized"
      ? { result: { ...result, number: hex(Number(result.number) + 1) } } : undefined),
  "no block": (method, params) =>
    (method === "eth_getBlockByNumber" && params[0] !== "finalized" ? { result: null } : undefined),
  "a transaction less": (method, params, { result }) =>
    (method === "eth_getBlockByNumber" && params[1] === true ? { result: { ...result, transactions: [] } } : undefined),
  "a transaction twice": (method, params, { result }) =>
    (method === "eth_getBlockByNumber" && params[1] === true
      ? { result: { ...result, transactions: [...result.transactions, ...result.transactions] } } : undefined),
  "another payload": (method, params, { result }) =>
    (method === "eth_getBlockByNumber" && params[1] === true
      ? { result: { ...result, transactions: result.transactions.map((one) =>
        ({ ...one, input: `0x${payloadOf(666).toString("hex")}` })) } } : undefined),
  "another sender": (method, params, { result }) =>
    (method === "eth_getBlockByNumber" && params[1] === true
      ? { result: { ...result, transactions: result.transactions.map((one) =>
        ({ ...one, from: `0x${"33".repeat(20)}` })) } } : undefined),
  "another value": (method, params, { result }) =>
    (method === "eth_getBlockByNumber" && params[1] === true
      ? { result: { ...result, transactions: result.transactions.map((one) =>
        ({ ...one, value: "0x1" })) } } : undefined),
  "another type": (method, params, { result }) =>
    (method === "eth_getBlockByNumber" && params[1] === true
      ? { result: { ...result, transactions: result.transactions.map((one) =>
        ({ ...one, type: "0x4" })) } } : undefined),
  "transactions without a form": (method, params, { result }) =>
    (method === "eth_getBlockByNumber" && params[1] === true
      ? { result: { ...result, transactions: [17, null, "0x12", { from: "0x1" }] } } : undefined),
  "hashes of transactions only": (method, params, { result }) =>
    (method === "eth_getBlockByNumber" && params[1] === true
      ? { result: { ...result, transactions: result.transactions.map(({ hash }) => hash) } } : undefined),
  "no receipt": (method) => (method === "eth_getTransactionReceipt" ? { result: null } : undefined),
  "a receipt that failed": (method, params, { result }) =>
    (method === "eth_getTransactionReceipt" ? { result: { ...result, status: "0x0" } } : undefined),
  "a receipt of another block": (method, params, { result }) =>
    (method === "eth_getTransactionReceipt" ? { result: { ...result, blockHash: `0x${"cd".repeat(32)}` } } : undefined),
  "errors": () => ({ error: { code: -32005, message: "limit \"exceeded\"\n" } }),
  "errors to receipts": (method) =>
    (method === "eth_getTransactionReceipt" ? { error: { code: 1, message: "no" } } : undefined),
  "garbage": () => "<html>busy</html>",
  "no JSON-RPC": () => "{}",
  "nulls": () => ({ result: null }),
  "numbers for everything": () => ({ result: 7 }),
  "a head beyond all": (method, params, { result }) =>
    (method === "eth_getBlockByNumber" && params[0] === "finalized"
      ? { result: { ...result, number: "0xffffffffffffffff" } } : undefined),
  "nothing at all": () => "silence",
};

// Those that need a second endpoint to be noticed: whoever has one node only believes it.
const believed = new Set(["a smaller count", "another hash of blocks", "another time of blocks", "a transaction less",
  "a transaction twice", "another sender", "another type", "a receipt that failed"]);
// Those that change nothing: the other endpoint says the same, or less.
const harmless = new Set(["a head beyond all"]);

test("an endpoint that lies, hangs or is garbage beside one that does not", withWorld(async (world) => {
  world.liar = await Liar.start(world.anvil.url);
  world.follow({ endpoint: [world.anvil.url, world.liar.url], timeout_ms: 500 });
  const wanted = [];
  let wasHarmless = false; // and so it was done all the time
  for (const [name, lie] of Object.entries(lies)) {
    await world.settle();
    if (!wasHarmless) await world.following.wait(/^done/);
    wasHarmless = harmless.has(name);
    const seen = world.following.lastSeen();
    world.following.mark();
    world.liar.alter = lie;
    const one = await world.anchor(wanted.length + 1);
    await world.anvil.mine(4);
    if (harmless.has(name)) {
      await world.following.seen(one.block);
    } else {
      const told = await world.following.wait(/^warning chain_stuck chain=testchain reason="[^"]+"$/);
      assert.ok(!told.includes("http"), told);
      await pause(QUIET_MS);
      assert.equal(world.following.matching(/^warning chain_stuck/).length, 1, `${name}: told once`);
      assert.equal(world.following.matching(/anchor_found/).length, 0, `${name}: nothing is believed`);
      assert.ok(world.following.lastSeen() < one.block, `${name}: no progress`);
      assert.ok(world.following.lastSeen() >= seen);
    }
    world.liar.alter = undefined;
    await world.following.seen(one.block);
    if (!harmless.has(name)) await world.following.wait(/^info chain_answers chain=testchain$/);
    assert.equal(world.following.matching(/^info chain_answers/).length, harmless.has(name) ? 0 : 1, name);
    assert.equal(world.following.matching(/^alarm/).length, 0, world.following.text());
    wanted.push(one);
  }
  await expectFound(world.following, wanted);
}));

test("the only endpoint is garbage, hangs, or is of another chain", withWorld(async (world) => {
  world.liar = await Liar.start(world.anvil.url);
  world.follow({ endpoint: [world.liar.url], timeout_ms: 300 });
  const wanted = [];
  for (const [name, lie] of Object.entries(lies)) {
    if (believed.has(name)) continue;
    await world.settle();
    await world.following.wait(/^done/);
    world.following.mark();
    world.liar.alter = lie;
    const one = await world.anchor(wanted.length + 1);
    await world.anvil.mine(4);
    await world.following.wait(/^warning chain_stuck/);
    assert.equal(world.following.matching(/anchor_found/).length, 0, name);
    world.liar.alter = undefined;
    await world.following.seen(one.block);
    wanted.push(one);
  }
  await expectFound(world.following, wanted);
}));

test("two endpoints of which one is behind: only what both know", withWorld(async (world) => {
  world.liar = await Liar.start(world.anvil.url);
  await world.anvil.mine(20);
  world.liar.alter = (method, params, { result }) =>
    (method === "eth_getBlockByNumber" && params[0] === "finalized"
      ? { result: { ...result, number: hex(12) } } : undefined);
  world.follow({ endpoint: [world.anvil.url, world.liar.url] });
  await world.following.seen(12);
  await pause(QUIET_MS);
  assert.equal(world.following.lastSeen(), 12);
  assert.equal(world.following.matching(/^warning/).length, 0);
  world.liar.alter = undefined;
  await world.following.seen(18);
}));

test("an endpoint that comes to another final chain than the other: nothing is withdrawn", withWorld(async (world) => {
  const fork = await Anvil.start(["--no-mining"]); // the same chain id, another chain
  try {
    const wanted = [await world.anchor(3)];
    await world.anvil.mine(10);
    await fork.mine(40);
    world.liar = await Liar.start(world.anvil.url);
    world.follow({ endpoint: [world.anvil.url, world.liar.url] });
    await world.settle();
    world.following.mark();
    world.liar.alter = async (method, params) => ({ result: await fork.rpc(method, ...params) });
    await world.anvil.mine(10);
    await world.following.wait(/^warning chain_stuck .*reason="endpoints 1 and 2 do not agree on a block"/);
    await pause(QUIET_MS);
    assert.equal(world.following.matching(/^alarm/).length, 0);
    await expectFound(world.following, wanted);
  } finally {
    await fork.stop();
  }
}));
