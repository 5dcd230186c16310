// verifyd's Bitcoin formats against bcoin's library and node, and against the OpenTimestamps library.
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { createHash, randomBytes, randomInt } from "node:crypto";
import { createRequire } from "node:module";
import readline from "node:readline";
import { after, before, test } from "node:test";

import { BitcoinNode, bcoin, reversed } from "./bitcoin_node.mjs";

const require = createRequire(import.meta.url);
const OpenTimestamps = require("opentimestamps");
const hash256 = require("bcrypto/lib/hash256");
const merkle = require("bcrypto/lib/merkle");

const sha256 = (...parts) => createHash("sha256").update(Buffer.concat(parts)).digest();
const hex = (bytes) => Buffer.from(bytes).toString("hex");

let program; // verifyd's formats: ask("address bcrt …") gives the words of the answer; null: refused
let ask;
let node;

before(async () => {
  program = spawn(process.env.BITCOIN_PROGRAM, [], { stdio: ["pipe", "pipe", "inherit"] });
  const lines = readline.createInterface({ input: program.stdout })[Symbol.asyncIterator]();
  ask = async (...words) => {
    program.stdin.write(`${words.join(" ")}\n`);
    const { value } = await lines.next();
    return value === "refused" ? null : value.split(" ").slice(1);
  };
  node = await BitcoinNode.start();
});

after(async () => {
  program.stdin.end();
  await node?.stop();
});

const randomKey = () => {
  const key = bcoin.KeyRing.generate(true, "regtest");
  key.witness = true;
  return key;
};

// The coins of a question "sign", as bcoin has them.
const coinsOf = (key, inputs) => inputs.map(({ id, output, value }) => new bcoin.Coin({
  version: 2, height: 1, value, script: bcoin.Script.fromAddress(key.getAddress()), coinbase: false,
  hash: reversed(id), index: output }));

const viewOf = (coins) => {
  const view = new bcoin.CoinView();
  for (const coin of coins) view.addCoin(coin);
  return view;
};

const signed = async (key, data, fee, inputs) => {
  const answer = await ask("sign", hex(key.privateKey), hex(data), fee,
    ...inputs.map(({ id, output, value }) => `${id}:${output}=${value}`));
  if (answer === null) return null;
  const [raw, id, size, change] = answer;
  return { raw, id, size: Number(size), change: Number(change), transaction: bcoin.TX.fromRaw(raw, "hex") };
};

const randomInputs = (count, value) => Array.from({ length: count }, () => (
  { id: randomBytes(32).toString("hex"), output: randomInt(2 ** 32), value: randomInt(value, 2 * value) }));

test("addresses are those of bcoin", async () => {
  for (const [network, hrp] of [["main", "bc"], ["testnet", "tb"], ["regtest", "rb"]]) {
    for (let round = 0; round < 20; round++) {
      const hash = randomBytes(20);
      const text = bcoin.Address.fromWitnessPubkeyhash(hash).toString(network);
      assert.deepEqual(await ask("address", hrp, hex(hash)), [text]);
      assert.deepEqual(await ask("program", hrp, text), [hex(hash)]);
    }
  }
  const script = bcoin.Address.fromWitnessScripthash(randomBytes(32)).toString("main");
  assert.equal(await ask("program", "bc", script), null);
  assert.equal(await ask("program", "bc", bcoin.Address.fromPubkeyhash(randomBytes(20)).toString("main")), null);
});

test("transactions that are signed here are right to bcoin", async () => {
  const flags = bcoin.Script.flags.STANDARD_VERIFY_FLAGS;
  for (let round = 0; round < 64; round++) {
    const key = randomKey();
    const inputs = randomInputs(1 + round % 16, 5000);
    const data = randomBytes(round === 0 ? 80 : 1 + randomInt(80));
    const fee = randomInt(0, 4000);
    const made = await signed(key, data, fee, inputs);
    const { transaction } = made;
    const view = viewOf(coinsOf(key, inputs));
    assert.equal(transaction.txid(), reversed(made.id));
    assert.ok(transaction.verify(view, flags), "the scripts are satisfied");
    assert.equal(transaction.getFee(view), fee);
    assert.equal(transaction.checkStandard()[1], "valid");
    assert.ok(transaction.hasStandardInputs(view) && transaction.hasStandardWitness(view));
    assert.ok(transaction.inputs.every(({ sequence }) => sequence === 0xfffffffd), "it can be replaced (BIP 125)");
    const size = transaction.getVirtualSize();
    assert.ok(size <= made.size && size >= made.size - inputs.length, `${size} is not ${made.size}`);
    assert.deepEqual(transaction.outputs[0].script.getData(1), data);
    assert.equal(transaction.outputs[1].value, made.change);
    assert.deepEqual(transaction.outputs[1].script.getAddress().hash, key.getHash());

    // With another value of any coin the signature of its input says nothing (BIP 143).
    const wrong = inputs.map((input, at) => (at === round % inputs.length ? { ...input, value: input.value + 1 } : input));
    assert.ok(!transaction.verify(viewOf(coinsOf(key, wrong)), flags));
    // Nor with another key's coin.
    assert.ok(!transaction.verify(viewOf(coinsOf(randomKey(), inputs)), flags));

    const read = await ask("transaction", made.raw);
    assert.deepEqual(read, [made.id, hex(transaction.toNormal()), String(inputs.length), "2", hex(data)]);
  }
});

test("what cannot be signed is refused", async () => {
  const key = randomKey();
  const inputs = [{ id: "11".repeat(32), output: 0, value: 1000 }];
  assert.equal(await signed(key, randomBytes(52), 1001, inputs), null);
  assert.equal((await signed(key, randomBytes(52), 1000, inputs)).transaction.outputs.length, 1);
  assert.equal((await signed(key, randomBytes(52), 707, inputs)).transaction.outputs.length, 1);
  assert.equal((await signed(key, randomBytes(52), 706, inputs)).transaction.outputs.length, 2);
  assert.equal(await signed({ privateKey: Buffer.alloc(32) }, randomBytes(52), 1, inputs), null);
});

test("a node takes the transactions and mines them", async () => {
  const key = randomKey();
  const address = key.getAddress("string", "regtest");
  const coins = await node.pay(address, 100000, 50000, 20000);
  const inputs = coins.map((coin, at) => ({ id: coin.split(":")[0], output: at, value: [100000, 50000, 20000][at] }));
  const made = await signed(key, randomBytes(52), 1000, inputs);
  const id = await node.send(made.raw);
  assert.equal(id, reversed(made.id));
  const [hash] = await node.mine();
  assert.ok((await node.block(hash)).txs.some((transaction) => transaction.txid() === id));
  assert.equal((await node.call("gettxout", id, 1, false)).value, 0.00169);

  // Its change can be spent by the next one.
  const next = await signed(key, randomBytes(80), 500, [{ id, output: 1, value: made.change }]);
  await node.send(next.raw);
  await node.mine();
  assert.equal((await node.call("gettxout", reversed(next.id), 1, false)).value, 0.001685);
});

test("blocks of 1 to 24 transactions, and every branch in them", async () => {
  const key = randomKey();
  const coins = await node.pay(key.getAddress("string", "regtest"), ...Array(60).fill(10000));
  let used = 0;
  for (const count of [1, 2, 3, 4, 5, 6, 8, 11, 24]) {
    for (let at = 0; at < count - 1; at++) {
      const [id, output] = coins[used++].split(":");
      await node.send((await signed(key, randomBytes(52), 1000, [{ id, output: Number(output), value: 10000 }])).raw);
    }
    const [hash] = await node.mine();
    const block = await node.block(hash);
    const raw = hex(block.toRaw());
    assert.equal(block.txs.length, count);
    const [read, root, time, ...ids] = await ask("block", raw);
    assert.equal(reversed(read), hash);
    assert.equal(root, block.merkleRoot);
    assert.equal(Number(time), block.time);
    assert.deepEqual(ids.map(reversed), block.txs.map((transaction) => transaction.txid()));
    for (let index = 0; index < count; index++) {
      const [place, ...branch] = await ask("branch", raw, index);
      assert.equal(Number(place), index);
      const theirs = merkle.createBranch(hash256, index, block.txs.map((transaction) => transaction.hash()));
      assert.deepEqual(branch, theirs.map(hex));
    }
    assert.equal(await ask("branch", raw, count), null);
    const broken = Buffer.from(raw, "hex");
    broken[81 + randomInt(50)] ^= 1;
    assert.equal(await ask("block", hex(broken)), null);
    assert.equal(await ask("block", raw.slice(0, -2)), null);
  }
});

// ---- OpenTimestamps ----

const leafHash = (entry) => sha256(Buffer.from([0]), entry);
const nodeHash = (left, right) => sha256(Buffer.from([1]), left, right);

// RFC 9162 section 2.1: a root, and the path of a leaf, written as the text says it.
const splitOf = (count) => 2 ** Math.floor(Math.log2(count - 1));
const rootOf = (leaves) => (leaves.length === 1 ? leaves[0]
  : nodeHash(rootOf(leaves.slice(0, splitOf(leaves.length))), rootOf(leaves.slice(splitOf(leaves.length)))));
const pathOf = (index, leaves) => {
  if (leaves.length === 1) return [];
  const split = splitOf(leaves.length);
  return index < split ? [...pathOf(index, leaves.slice(0, split)), rootOf(leaves.slice(split))]
    : [...pathOf(index - split, leaves.slice(split)), rootOf(leaves.slice(0, split))];
};

// What the library says of a file: the Bitcoin attestation, and whether the node's header bears it out.
const verified = async (file, entry) => {
  const detached = OpenTimestamps.DetachedTimestampFile.deserialize(new OpenTimestamps.Context.StreamDeserialization([...file]));
  const stamped = OpenTimestamps.DetachedTimestampFile.fromBytes(new OpenTimestamps.Ops.OpSHA256(),
    [...Buffer.concat([Buffer.from([0]), entry])]);
  assert.deepEqual(Buffer.from(detached.fileDigest()), Buffer.from(stamped.fileDigest()), "it stamps this entry");
  assert.equal(detached.fileHashOp._HASHLIB_NAME(), "sha256");
  const attestations = [...detached.timestamp.allAttestations()];
  assert.equal(attestations.length, 1);
  const [[message, attestation]] = attestations;
  assert.equal(attestation.constructor.name, "BitcoinBlockHeaderAttestation");
  const header = await node.call("getblockheader", await node.call("getblockhash", attestation.height), true);
  const digest = Buffer.from(message).reverse();
  return { height: attestation.height,
    time: attestation.verifyAgainstBlockheader([...digest], { merkleroot: header.merkleroot, time: header.time }) };
};

const stampedEntry = async (size, index) => {
  const entries = Array.from({ length: size }, (_, at) => Buffer.from(`entry ${at} of ${size}`));
  const leaves = entries.map(leafHash);
  const origin = randomBytes(8);
  const length = Buffer.alloc(8);
  length.writeBigUInt64BE(BigInt(size));
  const payload = Buffer.concat([Buffer.from("FRA1"), origin, length, rootOf(leaves)]);
  const key = randomKey();
  const coins = await node.pay(key.getAddress("string", "regtest"), 10000, 10000, 10000, 10000);
  let id;
  for (const [at, coin] of coins.entries()) {
    const [hash, output] = coin.split(":");
    const made = await signed(key, at === 2 ? payload : randomBytes(52), 1000 + 100 * at,
      [{ id: hash, output: Number(output), value: 10000 }]);
    const sent = await node.send(made.raw);
    if (at === 2) id = sent;
  }
  const [hash] = await node.mine();
  const block = await node.block(hash);
  const place = block.txs.findIndex((transaction) => transaction.txid() === id);
  const height = await node.height();
  const [file] = await ask("ots", size, index, hex(origin), hex(rootOf(leaves)), hex(leaves[index]), height,
    hex(block.toRaw()), place, ...pathOf(index, leaves).map(hex));
  return { file: Buffer.from(file, "hex"), entry: entries[index], height, time: block.time };
};

test("the OpenTimestamps library verifies what is exported", async () => {
  for (const [size, index] of [[1, 0], [2, 1], [3, 2], [7, 3], [8, 0], [70, 37], [70, 69], [257, 256]]) {
    const { file, entry, height, time } = await stampedEntry(size, index);
    assert.deepEqual(await verified(file, entry), { height, time });
    await assert.rejects(verified(file, Buffer.from("another entry")));
    // Written again by the library it is the same file.
    const detached = OpenTimestamps.DetachedTimestampFile.deserialize([...file]);
    assert.deepEqual(Buffer.from(detached.serializeToBytes()), file);
  }
});

test("any byte of an exported file that is changed shows", async () => {
  const { file, entry } = await stampedEntry(11, 6);
  let shown = 0;
  for (let at = 0; at < file.length; at++) {
    const changed = Buffer.from(file);
    changed[at] ^= 1 << randomInt(8);
    try {
      await verified(changed, entry);
      // The library reads a number that ends too early as if zeroes followed: then it says what it said before.
      const detached = OpenTimestamps.DetachedTimestampFile.deserialize([...changed]);
      assert.deepEqual(Buffer.from(detached.serializeToBytes()), file, `byte ${at}`);
    } catch (error) {
      if (error.code === "ERR_ASSERTION" && error.message.startsWith("byte")) throw error;
      shown++;
    }
  }
  assert.ok(shown >= file.length - 1, `only ${shown} of ${file.length} changes show`);
  for (let cut = 0; cut < file.length; cut += 7) {
    await assert.rejects(async () => verified(file.subarray(0, cut), entry), `cut at ${cut}`);
  }
});
