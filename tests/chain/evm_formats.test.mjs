// verifyd's own formats of EVM chains and of the anchor's payload against ethers and node's crypto: the frozen vectors,
// and random values of which every byte must be the same.

import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { createHash, randomBytes } from "node:crypto";
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { computeAddress, encodeRlp, decodeRlp, getAddress, keccak256 } from "ethers";
import { bare, isStrictRlp, payloadOf, readTransaction, recoverAny, signAny, signTransaction, vectorFiles } from
  "./evm_vectors.mjs";

const need = (name) => {
  const value = process.env[`VERIFYD_CHAIN_${name}`];
  assert.ok(value, `VERIFYD_CHAIN_${name} is not set; run this with ctest`);
  return value;
};
const FOLDER = need("VECTORS");
const FORMATS = need("FORMATS");
const VERIFYCTL = need("VERIFYCTL");

// Asks the C side all questions at once; returns its answers.
function ask(questions) {
  const input = questions.map((question) => `${question}\n`).join("");
  const { status, stdout, stderr } = spawnSync(FORMATS, { input, encoding: "utf8", maxBuffer: 1 << 28 });
  assert.equal(status, 0, stderr);
  const answers = stdout.split("\n").slice(0, -1).map((line) => line.trimEnd());
  assert.equal(answers.length, questions.length);
  return answers;
}

const hex = (bytes) => bytes || "-";
const words = (value) => (Array.isArray(value) ? ["[", ...value.flatMap(words), "]"] : [hex(value)]);
const prefixed = (value) => (Array.isArray(value) ? value.map(prefixed) : `0x${value}`);
const unprefixed = (value) => (Array.isArray(value) ? value.map(unprefixed) : bare(value));
const signing = (tx) =>
  `sign ${tx.secret} ${tx.chainId} ${tx.nonce} ${tx.tip} ${tx.fee} ${tx.gas} ${tx.to} ${hex(tx.data)}`;
const decoded = (tx, sender) =>
  `${tx.chainId} ${tx.nonce} ${tx.tip} ${tx.fee} ${tx.gas} ${tx.to} ${hex(tx.data)} ${sender}`;
const recovered = (tx) =>
  `${tx.type} ${tx.chainId} ${tx.nonce} ${tx.value} ${hex(tx.data)} ${tx.keys} ${tx.hash} ${tx.sender}`;
const originId = (origin) => createHash("sha256").update(origin).digest("hex").slice(0, 16);

// For each group type: what is asked about a test, and what must be answered; "refused" where it is invalid.
const ASKED = {
  Keccak256: (row) => [[`keccak ${hex(row.msg)}`, row.digest]],
  Rlp: (row) => row.value === undefined
    ? [[`unrlp ${hex(row.encoding)}`, "refused"]]
    : [[`rlp ${words(row.value).join(" ")}`, row.encoding], [`unrlp ${row.encoding}`, words(row.value).join(" ")]],
  Account: (row) => [[`account ${row.secret}`, row.key === undefined ? "refused" : `${row.key} ${row.address}`]],
  Address: (row) => [[`address ${row.text}`, row.address ?? "refused"]],
  Transaction: (row) => row.secret === undefined
    ? [[`decode ${row.raw}`, "refused"]]
    : [[signing(row), `${row.raw} ${row.hash}`], [`decode ${row.raw}`, decoded(row, row.sender)]],
  Signed: (row) => [[`recover ${row.raw}`, row.sender === undefined ? "refused" : recovered(row)]],
  Anchor: (row) => row.origin === undefined
    ? [[`unanchor ${hex(row.payload)}`, "refused"]]
    : [[`anchor ${row.origin} ${row.size} ${row.root}`, row.payload],
      [`unanchor ${row.payload}`, `${originId(row.origin)} ${row.size} ${row.root}`]],
};

test("the vectors are those that the other libraries give", () => {
  for (const [name, text] of Object.entries(vectorFiles())) {
    assert.equal(readFileSync(join(FOLDER, name), "utf8"), text, `${name}; make it again with evm_vectors.mjs`);
  }
});

for (const name of Object.keys(vectorFiles())) {
  test(`the vectors of ${name}`, () => {
    const { testGroups, numberOfTests } = JSON.parse(readFileSync(join(FOLDER, name), "utf8"));
    const rows = testGroups.flatMap(({ type, tests }) => tests.map((row) => ({ type, row })));
    assert.equal(rows.length, numberOfTests);
    const asked = rows.flatMap(({ type, row }) =>
      ASKED[type](row).map((pair) => [...pair, `${row.tcId} ${row.comment}`]));
    const answers = ask(asked.map(([question]) => question));
    asked.forEach(([, expected, comment], i) => assert.equal(answers[i], expected, comment));
  });
}

// --- random values; a failure shows the question, which holds all of it ---

const below = (limit) => Number(randomBytes(4).readUInt32BE() % limit);
const times = (count, make) => Array.from({ length: count }, (_, i) => make(i));
const randomHex = (length) => randomBytes(length).toString("hex");
const randomNumber = (bits) => randomBytes(8).readBigUInt64BE() >> BigInt(64 - 1 - below(bits));

function randomTransaction() {
  const fees = [randomNumber(64), randomNumber(64)].sort((a, b) => (a < b ? -1 : 1));
  return {
    secret: randomHex(32), chainId: `${randomNumber(53)}`, nonce: `${randomNumber(53)}`, tip: `${fees[0]}`,
    fee: `${fees[1]}`, gas: `${randomNumber(64)}`, to: randomHex(20),
    data: randomHex([0, 1, 52, 55, 56, 255, 256, below(257)][below(8)]),
  };
}

function compare(pairs) {
  const answers = ask(pairs.map(([question]) => question));
  pairs.forEach(([question, expected], i) => assert.equal(answers[i], expected, question));
}

test("random transactions: the same bytes, hash and sender in both directions", () => {
  const transactions = times(600, randomTransaction);
  const signed = transactions.map(signTransaction);
  compare(transactions.map((tx, i) => [signing(tx), `${signed[i].raw} ${signed[i].hash}`]));
  compare(transactions.map((tx, i) => [`decode ${signed[i].raw}`, decoded(tx, signed[i].sender)]));
  const ours = ask(transactions.map(signing)).map((line) => line.split(" "));
  transactions.forEach((tx, i) => {
    const read = readTransaction(ours[i][0]);
    assert.ok(read, signing(tx));
    assert.deepEqual(read.numbers.map(String), [tx.chainId, tx.nonce, tx.tip, tx.fee, tx.gas]);
    assert.deepEqual([read.to, read.data, read.hash, read.sender], [tx.to, tx.data, ours[i][1], signed[i].sender]);
  });
});

// The nonce of ethers is a JavaScript number, so what is over 2^53 cannot be compared.
test("altered transactions: refused by both, or read alike by both", () => {
  const signed = times(50, (i) => signTransaction({ ...randomTransaction(), nonce: `${i}`, data: randomHex(52) }).raw);
  const altered = times(1000, (i) => {
    const raw = Buffer.from(signed[i % signed.length], "hex");
    const at = below(i % 3 === 0 ? 40 : raw.length); // where the numbers are, or anywhere
    raw[at] ^= 1 << below(8);
    return raw.toString("hex");
  });
  const answers = ask(altered.map((raw) => `decode ${raw}`));
  const counts = { refused: 0, read: 0 };
  altered.forEach((raw, i) => {
    const read = readTransaction(raw);
    if (answers[i] !== "refused" && BigInt(answers[i].split(" ")[1]) > 2n ** 53n - 1n) return;
    const [chainId, nonce, tip, fee, gas] = read?.numbers ?? [];
    const expected = read === null ? "refused" : decoded({ chainId, nonce, tip, fee, gas, ...read }, read.sender);
    assert.equal(answers[i], expected, raw);
    counts[read === null ? "refused" : "read"] += 1;
  });
  assert.ok(counts.refused > 50 && counts.read > 50, JSON.stringify(counts));
});

const randomWide = () => BigInt(`0x${randomHex(1 + below(32))}`).toString();

function randomAny() {
  const type = below(3);
  const prices = [randomWide(), randomWide()].sort((a, b) => (BigInt(a) < BigInt(b) ? -1 : 1));
  return {
    secret: randomHex(32), type, chainId: `${(randomNumber(53) || 1n)}`, nonce: `${randomNumber(53)}`, tip: prices[0],
    price: prices[1], gas: `${randomNumber(64)}`, to: below(8) === 0 ? undefined : randomHex(20), value: randomWide(),
    data: randomHex([0, 1, 52, 55, 56, 256][below(6)]),
    accessList: times(below(4), () =>
      ({ address: `0x${randomHex(20)}`, storageKeys: times(below(4), () => `0x${randomHex(32)}`) })),
  };
}

test("random transactions of all types: the same bytes, hash and sender", () => {
  const signed = times(150, () => signAny(randomAny()));
  compare(signed.map((raw) => [`recover ${raw}`, recovered(recoverAny(raw))]));
});

test("altered transactions of all types: refused by both, or read alike by both", () => {
  const signed = times(60, (i) => signAny({ ...randomAny(), nonce: `${i}` }));
  const altered = times(500, (i) => {
    const raw = Buffer.from(signed[i % signed.length], "hex");
    const at = below(i % 3 === 0 ? 40 : raw.length);
    raw[at] ^= 1 << below(8);
    return raw.toString("hex");
  });
  const answers = ask(altered.map((raw) => `recover ${raw}`));
  const counts = { refused: 0, read: 0 };
  altered.forEach((raw, i) => {
    const read = recoverAny(raw);
    if (answers[i] !== "refused" && BigInt(answers[i].split(" ")[2]) > 2n ** 53n - 1n) return;
    assert.equal(answers[i], read === null ? "refused" : recovered(read), raw);
    counts[read === null ? "refused" : "read"] += 1;
  });
  assert.ok(counts.refused > 50 && counts.read > 50, JSON.stringify(counts));
});

function randomItem(depth) {
  if (depth > 0 && below(2) === 0) return times(below(6), () => randomItem(depth - 1));
  return randomHex([0, 1, 1, 2, 32, 54, 55, 56, 57, 255, 256, 300][below(12)]);
}

test("random RLP: the same bytes in both directions", () => {
  const items = times(600, () => randomItem(5)).filter((item) => words(item).length < 4000);
  const encodings = items.map((item) => bare(encodeRlp(prefixed(item))));
  compare(items.map((item, i) => [`rlp ${words(item).join(" ")}`, encodings[i]]));
  compare(items.map((item, i) => [`unrlp ${encodings[i]}`, words(item).join(" ")]));
});

// ethers reads some that is not in the shortest form; what it writes again tells which.
test("altered RLP: refused, or read as ethers reads it", () => {
  const altered = times(3000, () => {
    const bytes = Buffer.from(bare(encodeRlp(prefixed(randomItem(3)))), "hex");
    bytes[below(Math.min(bytes.length, 8))] ^= 1 << below(8);
    return bytes.toString("hex");
  });
  compare(altered.map((encoding) => [
    `unrlp ${encoding}`,
    isStrictRlp(encoding) ? words(unprefixed(decodeRlp(`0x${encoding}`))).join(" ") : "refused",
  ]));
});

test("random digests, addresses and anchors", () => {
  compare(times(700, (i) => {
    const msg = randomHex(i);
    return [`keccak ${hex(msg)}`, bare(keccak256(`0x${msg}`))];
  }));
  compare(times(300, () => {
    const address = `0x${randomHex(20)}`;
    return [`address ${address}`, getAddress(address)];
  }));
  compare(times(300, () => {
    const origin = `log.example/${randomHex(1 + below(60))}`;
    const [size, root] = [(randomNumber(62) || 1n).toString(), randomHex(32)];
    return [`anchor ${origin} ${size} ${root}`, payloadOf(origin, size, root)];
  }));
});

const work = mkdtempSync(join(tmpdir(), "chain-formats-"));
after(() => rmSync(work, { recursive: true }));

// bcoin has a word of its own for regtest's addresses, so it is asked for the others.
test("verifyctl keygen prints the account of the key that it writes", () => {
  process.env.NODE_BACKEND = "js";
  const { KeyRing } = createRequire(import.meta.url)("bcoin");
  for (let i = 0; i < 10; i += 1) {
    const out = join(work, `${i}.key`);
    const { status, stdout, stderr } =
      spawnSync(VERIFYCTL, ["keygen", "--kind", "anchor", "--out", out], { encoding: "utf8" });
    assert.equal(status, 0, stderr);
    const printed = (label) => new RegExp(`^${label}: +(.*)$`, "m").exec(stdout)[1];
    const secret = /^secret: (.*)$/m.exec(readFileSync(out, "utf8"))[1];
    const ring = KeyRing.fromPrivate(Buffer.from(secret, "hex"), true);
    ring.witness = true;
    assert.ok(!stdout.includes(secret));
    assert.equal(printed("evm"), computeAddress(`0x${secret}`));
    assert.equal(printed("bitcoin"), ring.getAddress("string", "main"));
    assert.equal(printed("test"), ring.getAddress("string", "testnet"));
    assert.match(printed("regtest"), /^bcrt1q/);
    assert.equal(printed("regtest").slice(5, 37), printed("bitcoin").slice(3, 35));
  }
  assert.equal(readdirSync(work).length, 20);
});
