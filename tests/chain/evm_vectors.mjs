// The frozen vectors of test-vectors/chain/, made with ethers and node's own crypto, which share no code with ours.
// evm_formats.test.mjs makes them again and compares. usage: node evm_vectors.mjs FOLDER

import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { decodeRlp, encodeRlp, getAddress, keccak256, SigningKey, Transaction, computeAddress } from "ethers";

export const DATA_MAX = 256;
const UINT64_MAX = 2n ** 64n - 1n;
const LARGEST = `${UINT64_MAX}`;
const LARGEST_SAFE = `${Number.MAX_SAFE_INTEGER}`; // ethers keeps some as JavaScript numbers

export const bare = (hex) => hex.replace(/^0x/, "");
const pattern = (length) => Buffer.from(Array.from({ length }, (_, i) => i & 0xff)).toString("hex");
const word = (number) => number.toString(16).padStart(64, "0");

// What ethers reads and writes again as the same bytes is in the one form that is allowed.
export function isStrictRlp(hex) {
  try {
    return encodeRlp(decodeRlp(`0x${hex}`)) === `0x${hex}`;
  } catch {
    return false;
  }
}

// What ethers says of a transaction; null when it is not one that an anchor could be.
export function readTransaction(hex) {
  let read, sender;
  try {
    read = Transaction.from(`0x${hex}`);
    if (read.type !== 2 || read.signature === null || read.serialized !== `0x${hex}`) return null;
    sender = read.from;
  } catch {
    return null;
  }
  const numbers = [read.chainId, BigInt(read.nonce), read.maxPriorityFeePerGas, read.maxFeePerGas, read.gasLimit];
  if (read.to === null || read.value !== 0n || read.accessList.length > 0) return null;
  if (numbers.some((number) => number > UINT64_MAX)) return null;
  if ((read.data.length - 2) / 2 > DATA_MAX || read.maxPriorityFeePerGas > read.maxFeePerGas) return null;
  return { numbers, to: bare(read.to.toLowerCase()), data: bare(read.data), sender, hash: bare(read.hash) };
}

// tx: { secret, chainId, nonce, tip, fee, gas, to, data }; hex without 0x, numbers as decimal strings.
export function signTransaction(tx) {
  const made = Transaction.from({
    type: 2, chainId: BigInt(tx.chainId), nonce: Number(tx.nonce), maxPriorityFeePerGas: BigInt(tx.tip),
    maxFeePerGas: BigInt(tx.fee), gasLimit: BigInt(tx.gas), to: `0x${tx.to}`, value: 0n, data: `0x${tx.data}`,
  });
  made.signature = new SigningKey(`0x${tx.secret}`).sign(made.unsignedHash);
  return { raw: bare(made.serialized), hash: bare(made.hash), sender: made.from };
}

// --- transactions of all types, to find out who signed them ---

const KEYS_MAX = 64;
const ACCESSES_MAX = 16;

// tx: { secret, type, chainId, nonce, price, tip?, gas, to?, value, data, accessList? }; as for ethers, numbers as
// decimal strings, bytes without 0x.
export function signAny(tx) {
  const price = tx.type === 2 ? { maxFeePerGas: BigInt(tx.price), maxPriorityFeePerGas: BigInt(tx.tip) }
    : { gasPrice: BigInt(tx.price) };
  const made = Transaction.from({
    type: tx.type, chainId: BigInt(tx.chainId), nonce: Number(tx.nonce), gasLimit: BigInt(tx.gas), ...price,
    to: tx.to === undefined ? null : `0x${tx.to}`, value: BigInt(tx.value), data: `0x${tx.data}`,
    ...(tx.type > 0 ? { accessList: tx.accessList ?? [] } : {}),
  });
  made.signature = new SigningKey(`0x${tx.secret}`).sign(made.unsignedHash);
  return bare(made.serialized);
}

// What ethers says of one; null when it is none that is taken.
export function recoverAny(hex) {
  let read, sender;
  try {
    read = Transaction.from(`0x${hex}`);
    if (read.type > 2 || read.signature === null || read.serialized !== `0x${hex}`) return null;
    sender = read.from;
  } catch {
    return null;
  }
  const keys = (read.accessList ?? []).reduce((sum, { storageKeys }) => sum + storageKeys.length, 0);
  if (read.type === 0 && read.signature.networkV === null) return null; // before EIP-155
  if ((read.data.length - 2) / 2 > DATA_MAX || keys > KEYS_MAX || (read.accessList ?? []).length > ACCESSES_MAX)
    return null;
  if ([read.chainId, BigInt(read.nonce), read.gasLimit].some((number) => number > UINT64_MAX)) return null;
  return { type: read.type, chainId: `${read.chainId}`, nonce: `${read.nonce}`, value: word(read.value),
    data: bare(read.data), keys, hash: bare(read.hash), sender };
}

export function payloadOf(origin, size, root) {
  const head = Buffer.alloc(8);
  head.writeBigUInt64BE(BigInt(size));
  return Buffer.concat([
    Buffer.from("FRA1"), createHash("sha256").update(origin).digest().subarray(0, 8), head, Buffer.from(root, "hex"),
  ]).toString("hex");
}

// --- a file in the style of test-vectors/README.md ---

class Suite {
  constructor(algorithm, header, rules) {
    this.rules = rules;
    this.file = { algorithm, generatorVersion: "1", numberOfTests: 0, header: [header], notes: {}, testGroups: [] };
  }

  group(type) {
    this.tests = [];
    this.file.testGroups.push({ type, tests: this.tests });
  }

  add(flag, comment, fields) {
    this.file.numberOfTests += 1;
    this.tests.push({
      tcId: this.file.numberOfTests, comment, flags: flag === null ? [] : [flag], ...fields,
      result: flag === null ? "valid" : "invalid",
    });
  }

  end() {
    for (const [flag, rule] of Object.entries(this.rules)) {
      const tests = this.file.testGroups.flatMap((group) => group.tests);
      const negatives = tests.filter(({ flags }) => flags.includes(flag)).length;
      assert.ok(negatives >= 3, `${flag} has ${negatives} negatives`);
      this.file.notes[flag] = { rule, negatives };
    }
    return `${JSON.stringify(this.file, null, 1)}\n`;
  }
}

function addKeccak(suite) {
  suite.group("Keccak256");
  for (const length of [0, 1, 31, 32, 55, 56, 134, 135, 136, 137, 271, 272, 273, 408, 1000]) {
    const msg = pattern(length);
    suite.add(null, `${length} bytes`, { msg, digest: bare(keccak256(`0x${msg}`)) });
  }
  for (const text of ["abc", "The quick brown fox jumps over the lazy dog", "transfer(address,uint256)"]) {
    const msg = Buffer.from(text).toString("hex");
    suite.add(null, text, { msg, digest: bare(keccak256(`0x${msg}`)) });
  }
}

const prefixed = (value) => (Array.isArray(value) ? value.map(prefixed) : `0x${value}`);
const ascii = (text) => Buffer.from(text).toString("hex");

// The yellow paper's appendix B and the examples of Ethereum's documentation and tests.
const ITEMS = [
  ["the empty string", ""], ["the string dog", ascii("dog")], ["the list cat, dog", [ascii("cat"), ascii("dog")]],
  ["the empty list", []],
  ["the number 0", ""],
  ["the byte 00", "00"],
  ["the number 15", "0f"],
  ["the number 1024", "0400"],
  ["the set-theoretical three", [[], [[]], [[], [[]]]]], ["the byte 7f", "7f"], ["the byte 80", "80"],
  ["a string of 55 bytes", ascii("Lorem ipsum dolor sit amet, consectetur adipisicing eli")],
  ["a string of 56 bytes", ascii("Lorem ipsum dolor sit amet, consectetur adipisicing elit")],
  ["a string of 255 bytes", pattern(255)],
  ["a string of 256 bytes", pattern(256)],
  ["a string of 1024 bytes", pattern(1024)],
  ["a list of 55 bytes", Array(11).fill(ascii("asdf"))], ["a list of 56 bytes", Array(14).fill(ascii("dog"))],
  ["lists in lists", Array(32).fill([ascii("asdf"), ascii("qwer"), ascii("zxcv")])],
  ["a dictionary", [1, 2, 3, 4].map((i) => [ascii(`key${i}`), ascii(`val${i}`)])],
];

const NOT_ITEMS = [
  ["Shortest", "the byte 00 with a head", "8100"],
  ["Shortest", "the byte 7f with a head", "817f"],
  ["Shortest", "the empty string in long form", "b800"],
  ["Shortest", "a string of 55 bytes in long form", `b837${pattern(55)}`],
  ["Shortest", "the empty list in long form", "f800"],
  ["Shortest", "a list of 55 bytes in long form", `f837${"01".repeat(55)}`],
  ["Shortest", "inside a list", "c28101"],
  ["LengthZero", "a length with a leading zero", `b90038${pattern(56)}`],
  ["LengthZero", "a list's length with a leading zero", `f90038${"01".repeat(56)}`],
  ["LengthZero", "a length of zeros", "ba000000"],
  ["Truncated", "nothing", ""],
  ["Truncated", "a head alone", "83"],
  ["Truncated", "a string", "83646f"],
  ["Truncated", "a list", "c883636174"],
  ["Truncated", "no length", "b9"],
  ["Truncated", "half a length", "b904"],
  ["Truncated", "an item that is longer than its list", "c3836464"],
  ["Truncated", "longer than memory", "bfffffffffffffffff"],
  ["Truncated", "a list longer than memory", "ffffffffffffffffff"],
  ["Trailing", "two strings", "8080"], ["Trailing", "two bytes", "0102"], ["Trailing", "a byte behind a list", "c000"],
  ["Trailing", "a byte behind a long string", `b838${pattern(56)}00`],
];

function addRlp(suite) {
  suite.group("Rlp");
  for (const [comment, value] of ITEMS) suite.add(null, comment, { value, encoding: bare(encodeRlp(prefixed(value))) });
  for (const [flag, comment, encoding] of NOT_ITEMS) {
    assert.ok(!isStrictRlp(encoding), comment);
    suite.add(flag, comment, { encoding });
  }
}

const ORDER = 0xfffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141n;
const SECRETS = [word(1n), word(2n), word(ORDER - 1n), "46".repeat(32), "c0ffee".padEnd(64, "5a")];

function addAccounts(suite) {
  suite.group("Account");
  for (const secret of SECRETS) {
    const key = new SigningKey(`0x${secret}`);
    suite.add(null, "a secret", { secret, key: bare(key.compressedPublicKey), address: computeAddress(key.publicKey) });
  }
  for (const [comment, secret] of [["zero", word(0n)], ["the order", word(ORDER)], ["ff ff …", "ff".repeat(32)]]) {
    assert.throws(() => new SigningKey(`0x${secret}`).publicKey);
    suite.add("SecretRange", comment, { secret });
  }
  suite.group("Address");
  const eip55 = [
    "0x52908400098527886E0F7030069857D2E4169EE7", "0x8617E340B3D01FA5F11F306F4090FD50E238070D",
    "0xde709f2102306220921060314715629080e2fb77", "0x27b1fdb04752bbc536007a920d24acb045561c26",
    "0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed", "0xfB6916095ca1df60bB79Ce92cE3Ea74c37c5d359",
    "0xdbF03B407c01E7cD3CBea99509d93f8DDDC8C6FB", "0xD1220A0cf47c7B9Be7A2E6BA89F429762e7b9aDb",
  ];
  for (const text of eip55) {
    for (const spelled of new Set([text, text.toLowerCase(), `0x${text.slice(2).toUpperCase()}`])) {
      suite.add(null, "EIP-55", { text: spelled, address: getAddress(spelled) });
    }
  }
  for (const text of eip55.slice(4)) {
    const at = text.search(/[a-f]/);
    const wrong = text.slice(0, at) + text[at].toUpperCase() + text.slice(at + 1);
    assert.throws(() => getAddress(wrong));
    suite.add("Checksum", "one letter in the other case", { text: wrong });
  }
  const [right] = eip55;
  for (const text of ["0x", right.slice(0, -1), `${right}0`, `${right.slice(0, -1)}g`, `0X${right.slice(2)}`]) {
    suite.add("AddressForm", "not an address", { text });
  }
}

const ANCHOR = payloadOf("ledger.archive.example/log/3", 256, "ab".repeat(32));
const OWN = bare(computeAddress(`0x${"46".repeat(32)}`).toLowerCase());
const TRANSACTION = {
  secret: "46".repeat(32), chainId: "11155111", nonce: "9", tip: "1500000000", fee: "30000000000", gas: "23080",
  to: OWN, data: ANCHOR,
};

const TRANSACTIONS = [
  ["an anchor", {}],
  ["the first of an account", { nonce: "0" }],
  ["nothing but zeros", { chainId: "0", nonce: "0", tip: "0", fee: "0", gas: "0", data: "" }],
  ["no data", { data: "" }],
  ["one byte of data, 00", { data: "00" }],
  ["one byte of data, 7f", { data: "7f" }],
  ["one byte of data, 80", { data: "80" }],
  ["55 bytes of data", { data: pattern(55) }],
  ["56 bytes of data", { data: pattern(56) }],
  ["256 bytes of data", { data: pattern(256) }],
  ["numbers of one byte", { chainId: "1", nonce: "127", tip: "128", fee: "255", gas: "1" }],
  ["the largest numbers", { chainId: LARGEST_SAFE, nonce: LARGEST_SAFE, tip: LARGEST, fee: LARGEST, gas: LARGEST }],
  ["another receiver", { to: "00".repeat(20) }],
  ["another secret", { secret: word(1n) }],
  ["the last secret", { secret: word(ORDER - 1n) }],
];

// The nonces whose signatures have an r, and an s, that is shorter than 32 bytes.
function* shortSignatures() {
  const missing = new Set(["r", "s"]);
  for (let nonce = 0; missing.size > 0; nonce += 1) {
    const tx = { ...TRANSACTION, nonce: `${nonce}` };
    const fields = decodeRlp(`0x${signTransaction(tx).raw.slice(2)}`);
    for (const [name, at] of [["r", 10], ["s", 11]]) {
      if (fields[at].length < 66 && missing.delete(name)) yield [`a short ${name}`, tx];
    }
  }
}

function wrongTransactions() {
  const fields = decodeRlp(`0x${signTransaction(TRANSACTION).raw.slice(2)}`);
  const changed = (at, value) => `02${bare(encodeRlp(fields.map((field, i) => (i === at ? value : field))))}`;
  const s = BigInt(fields[11]);
  const right = `02${bare(encodeRlp(fields))}`;
  return [
    ["Form", "another type", `01${right.slice(2)}`],
    ["Form", "no type", right.slice(2)],
    ["Form", "a field too few", `02${bare(encodeRlp(fields.slice(0, 11)))}`],
    ["Form", "a field too many", `02${bare(encodeRlp([...fields, "0x"]))}`],
    ["Form", "not signed", `02${bare(encodeRlp(fields.slice(0, 9)))}`],
    ["Form", "truncated", right.slice(0, -2)],
    ["Form", "bytes behind it", `${right}00`],
    ["NumberZero", "a chain id with a leading zero", changed(0, `0x00${bare(fields[0])}`)],
    ["NumberZero", "the nonce as the byte zero", changed(1, "0x00")],
    ["NumberZero", "a parity with a leading zero", changed(9, "0x0001")],
    ["NumberZero", "an r with a leading zero", changed(10, `0x00${bare(fields[10])}`)],
    ["Kind", "a contract's creation", changed(5, "0x")],
    ["Kind", "a value", changed(6, "0x01")],
    ["Kind", "an access list", changed(8, [[fields[5], []]])],
    ["Kind", "257 bytes of data", changed(7, `0x${pattern(257)}`)],
    ["Kind", "a tip over the fee", changed(2, `0x${(30000000001n).toString(16).padStart(10, "0")}`)],
    ["Kind", "a fee over 64 bits", changed(3, "0x010000000000000000")],
    ["Signature", "a high s", changed(11, `0x${word(ORDER - s)}`)],
    ["Signature", "an r over the order", changed(10, `0x${"ff".repeat(32)}`)],
    ["Signature", "no s", changed(11, "0x")],
    ["Signature", "a parity of 27", changed(9, "0x1b")],
  ];
}

function addTransactions(suite) {
  suite.group("Transaction");
  const named = TRANSACTIONS.map(([comment, change]) => [comment, { ...TRANSACTION, ...change }]);
  for (const [comment, tx] of [...named, ...shortSignatures()]) {
    suite.add(null, comment, { ...tx, ...signTransaction(tx) });
  }
  for (const [flag, comment, raw] of wrongTransactions()) {
    assert.equal(readTransaction(raw), null, comment);
    suite.add(flag, comment, { raw });
  }
}

function evmVectors() {
  const suite = new Suite(
    "EVM chains: keccak256, RLP, addresses, EIP-1559 transactions",
    "Made with ethers 6.13.4. A transaction carries data and nothing else; what is invalid must be refused.",
    {
      Shortest: "RLP: the shortest of the encodings",
      LengthZero: "RLP: no leading zero in a length",
      Truncated: "RLP: all of it is there",
      Trailing: "RLP: nothing behind it",
      SecretRange: "a secret is 1 to the group's order - 1",
      Checksum: "EIP-55: mixed case is a checksum",
      AddressForm: "0x and 40 digits",
      Form: "02 and a list of 12 fields",
      NumberZero: "no leading zero in a number",
      Kind: "a receiver, no value, no access list, up to 256 bytes of data, fees of 64 bits, a tip within the fee",
      Signature: "EIP-2: a low s; r and s in range; a parity of 0 or 1",
    },
  );
  addKeccak(suite);
  addRlp(suite);
  addAccounts(suite);
  addTransactions(suite);
  return suite.end();
}

// --- transactions of all types ---

const ADDRESS = "35".repeat(20);
const access = (count, keys) => Array.from({ length: count }, (_, i) => ({
  address: `0x${i.toString(16).padStart(40, "9")}`,
  storageKeys: Array.from({ length: keys }, (__, k) => `0x${word(BigInt(k))}`) }));
const OF_TYPE = [
  { type: 0, price: "20000000000" },
  { type: 1, price: "20000000000", accessList: access(2, 3) },
  { type: 2, price: "30000000000", tip: "1500000000", accessList: access(2, 3) },
];
const ANY = { secret: "46".repeat(32), chainId: "31337", nonce: "9", gas: "30000", to: ADDRESS, value: "1000",
  data: ANCHOR };

const ANY_CHANGES = [
  ["an anchor to somebody, with a value", {}],
  ["no value", { value: "0" }],
  ["a contract's creation", { to: undefined }],
  ["nothing but zeros", { chainId: "1", nonce: "0", gas: "0", value: "0", data: "", price: "0", tip: "0" }],
  ["an empty access list", { accessList: [] }],
  ["an address without keys", { accessList: access(1, 0) }],
  ["the longest access list", { accessList: access(ACCESSES_MAX, KEYS_MAX / ACCESSES_MAX) }],
  ["the largest numbers", { chainId: LARGEST_SAFE, nonce: LARGEST_SAFE, gas: LARGEST, value: `${2n ** 256n - 1n}`,
    price: `${2n ** 256n - 1n}`, tip: `${2n ** 256n - 1n}`, data: pattern(256) }],
  ["a chain id of a byte", { chainId: "46" }],
  ["another secret", { secret: word(ORDER - 1n) }],
];

function wrongAny() {
  const wrong = [];
  for (const base of OF_TYPE) {
    const raw = signAny({ ...ANY, ...base });
    const type = base.type === 0 ? "" : raw.slice(0, 2);
    const fields = decodeRlp(`0x${raw.slice(type.length)}`);
    const made = (values) => `${type}${bare(encodeRlp(values))}`;
    const changed = (at, value) => made(fields.map((field, i) => (i === at ? value : field)));
    const [v, r, s] = [-3, -2, -1].map((back) => fields.length + back);
    const high = `0x${word(ORDER - BigInt(fields[s]))}`;
    wrong.push(
      ["Form", "a field too few", made(fields.slice(0, -1))],
      ["Form", "a field too many", made([...fields, "0x"])],
      ["Form", "truncated", raw.slice(0, -2)],
      ["Form", "bytes behind it", `${raw}00`],
      ["NumberZero", "an r with a leading zero", changed(r, `0x00${bare(fields[r])}`)],
      ["NumberZero", "a v that is the byte zero", changed(v, "0x00")],
      ["Limits", "257 bytes of data", signAny({ ...ANY, ...base, data: pattern(257) })],
      ["Signature", "a high s", changed(s, high)],
      ["Signature", "an r over the order", changed(r, `0x${"ff".repeat(32)}`)],
      ["Signature", "no s", changed(s, "0x")],
      ["Chain", "a v as before EIP-155", changed(v, "0x1b")],
    );
    if (base.type === 0) continue;
    if (base.type === 2) wrong.push(["Limits", "a tip over the fee", changed(2, `0x${"ff".repeat(32)}`)]);
    wrong.push(
      ["Limits", "an address too many", signAny({ ...ANY, ...base, accessList: access(ACCESSES_MAX + 1, 0) })],
      ["Limits", "a key too many", signAny({ ...ANY, ...base, accessList: access(1, KEYS_MAX + 1) })],
    );
  }
  return wrong;
}

function signedVectors() {
  const suite = new Suite(
    "EVM chains: signed transactions of type 0 (EIP-155), 1 (EIP-2930) and 2 (EIP-1559), and who signed them",
    "Made with ethers 6.13.4. What is invalid must be refused.",
    {
      Form: "a list of 9, 11 or 12 fields, behind its type",
      NumberZero: "no leading zero in a number",
      Limits: "up to 256 bytes of data, 16 addresses and 64 storage keys; a tip within the fee",
      Signature: "EIP-2: a low s; r and s in range",
      Chain: "EIP-155: it is signed for one chain",
    },
  );
  suite.group("Signed");
  for (const base of OF_TYPE) {
    for (const [comment, change] of ANY_CHANGES) {
      const raw = signAny({ ...ANY, ...base, ...change });
      const recovered = recoverAny(raw);
      assert.ok(recovered, comment);
      suite.add(null, `${comment}, type ${base.type}`, { raw, ...recovered });
    }
  }
  for (const [flag, comment, raw] of wrongAny()) {
    assert.equal(recoverAny(raw), null, comment);
    suite.add(flag, comment, { raw });
  }
  return suite.end();
}

function anchorVectors() {
  const suite = new Suite("FRAG-1 anchors", "The payload of section 5. Made with node's crypto.", {
    Length: "5: 52 bytes", Beginning: "5: FRA1", Size: "an anchor covers 1 to 2^62 entries",
  });
  suite.group("Anchor");
  for (const [origin, size] of [
    ["ledger.archive.example/log/3", "1234567890123"],
    ["a", "1"],
    ["a".repeat(255), "256"],
    ["log.example/2026", `${2n ** 62n}`],
    ["log.example/2026", `${2n ** 32n}`],
  ]) {
    const root = createHash("sha256").update(size).digest("hex");
    suite.add(null, "an anchor", { origin, size, root, payload: payloadOf(origin, size, root) });
  }
  const right = payloadOf("ledger.archive.example/log/3", 1, "e0".repeat(32));
  const sized = (size) => `${right.slice(0, 24)}${size}${right.slice(40)}`;
  for (const [flag, comment, payload] of [
    ["Length", "nothing", ""],
    ["Length", "51 bytes", right.slice(0, -2)],
    ["Length", "53 bytes", `${right}00`],
    ["Length", "twice", right + right],
    ["Beginning", "FRA0", `46524130${right.slice(8)}`],
    ["Beginning", "fra1", `66726131${right.slice(8)}`],
    ["Beginning", "zeros", `00000000${right.slice(8)}`],
    ["Size", "no entries", sized("0000000000000000")],
    ["Size", "2^62 + 1", sized("4000000000000001")],
    ["Size", "2^63", sized("8000000000000000")],
    ["Size", "2^64 - 1", sized("ffffffffffffffff")],
  ]) suite.add(flag, comment, { payload });
  return suite.end();
}

// By name: the text of each file.
export const vectorFiles = () =>
  ({ "anchor.json": anchorVectors(), "evm.json": evmVectors(), "evm_signed.json": signedVectors() });

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  assert.ok(process.argv[2], "usage: node evm_vectors.mjs FOLDER");
  mkdirSync(process.argv[2], { recursive: true });
  for (const [name, text] of Object.entries(vectorFiles())) writeFileSync(join(process.argv[2], name), text);
}
