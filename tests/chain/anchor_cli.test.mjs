// verifyctl anchor, and what verifyctl proof adds, for an operator whose verifyd anchors its log on a real EVM node and
// a real Bitcoin node: figures compared with the receipts on the chains; what is under way; halting and resuming;
// proofs that are checked with ethers and the OpenTimestamps library.

import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { readFileSync, readdirSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { ethers } from "ethers";
import { pause, withWorld } from "../network/world.mjs";
import { Anvil, until } from "./anvil.mjs";
import { BitcoinNode } from "./bitcoin_node.mjs";

const OpenTimestamps = createRequire(import.meta.url)("opentimestamps");
const COIN_SAT = 2_000_000;
const WAIT_MS = 60_000;

const sha256 = (...parts) => createHash("sha256").update(Buffer.concat(parts)).digest();
const leafHash = (entry) => sha256(Buffer.from([0]), entry);
const nodeHash = (left, right) => sha256(Buffer.from([1]), left, right);

// RFC 9162 section 2.1.3.2.
function rootFrom(leaf, index, size, path) {
  let [fn, sn, hash] = [index, size - 1, leaf];
  for (const part of path) {
    assert.ok(sn > 0);
    if (fn % 2 === 1 || fn === sn) {
      hash = nodeHash(part, hash);
      while (fn % 2 === 0 && fn !== 0) [fn, sn] = [fn / 2, Math.floor(sn / 2)];
    } else {
      hash = nodeHash(hash, part);
    }
    [fn, sn] = [Math.floor(fn / 2), Math.floor(sn / 2)];
  }
  assert.equal(sn, 0);
  return hash;
}

const withoutRequests = (log) => log.replace(/^.*event=request.*$\n/gm, "");
const config = ["--config", "operator-1.conf"];

function statuses(world, status = 0) {
  return JSON.parse(world.ctl(status, "anchor", "status", ...config, "--json"));
}

const statusOf = (world, chain, status) => statuses(world, status).find((one) => one.chain === chain);

// Mines on both chains until the operator's anchors cover that many entries on both.
async function untilAnchored(world, entries, { mineEvm, mineBitcoin } = {}) {
  await until(async () => {
    await mineEvm?.();
    await mineBitcoin?.();
    await pause(300);
    return statuses(world).every((one) => one.entries_anchored === entries);
  }, () => `${JSON.stringify(statuses(world))}\n${withoutRequests(world.operators[0].log)}`, WAIT_MS);
}

// --- figures ---

async function checkEvmFigures(anvil, found, account) {
  assert.equal(found.account, account);
  const receipt = await anvil.rpc("eth_getTransactionReceipt", found.last.transaction);
  const block = await anvil.rpc("eth_getBlockByHash", receipt.blockHash, false);
  const fee = BigInt(receipt.gasUsed) * BigInt(receipt.effectiveGasPrice);
  assert.equal(receipt.status, "0x1");
  assert.equal(receipt.from, account.toLowerCase());
  assert.equal(found.last.block, Number(receipt.blockNumber));
  assert.equal(found.last.block_hash, receipt.blockHash);
  assert.equal(Date.parse(found.last.time) / 1000, Number(block.timestamp));
  assert.equal(found.last.cost.gas, Number(receipt.gasUsed));
  assert.equal(found.last.cost.fee_wei, String(fee));
  assert.equal(ethers.parseEther(found.last.cost.fee), fee);
  assert.equal(found.last.cost.currency, "ether");
  return fee;
}

// All transactions of the account, as the chain has them.
async function checkEvmTotal(anvil, found, account) {
  let [gas, fee, count] = [0n, 0n, 0];
  for (let number = 0, end = await anvil.number("finalized"); number <= end; number += 1) {
    const block = await anvil.rpc("eth_getBlockByNumber", `0x${number.toString(16)}`, true);
    for (const { from, hash } of block.transactions) {
      if (from !== account.toLowerCase()) continue;
      const receipt = await anvil.rpc("eth_getTransactionReceipt", hash);
      gas += BigInt(receipt.gasUsed);
      fee += BigInt(receipt.gasUsed) * BigInt(receipt.effectiveGasPrice);
      count += 1;
    }
  }
  assert.equal(found.anchors, count);
  assert.equal(found.total.gas, Number(gas));
  assert.equal(found.total.fee_wei, String(fee));
  assert.equal(found.total.entries, found.entries_anchored);
  const each = Number(ethers.formatEther(fee)) / found.total.entries;
  assert.ok(Math.abs(Number(found.total.fee_for_each_entry) - each) <= each * 1e-5, found.total.fee_for_each_entry);
}

async function checkBitcoinFigures(node, found) {
  const header = await node.call("getblockheader", found.last.block_hash, true);
  const block = await node.block(found.last.block_hash);
  const transaction = block.txs.find((one) => one.txid() === found.last.transaction);
  assert.ok(transaction, "the transaction is in the block");
  assert.equal(found.last.block, header.height);
  assert.equal(Date.parse(found.last.time) / 1000, header.time);
  assert.equal(found.last.cost.currency, "bitcoin");
  assert.equal(Number(found.last.cost.fee) * 1e8, Number(found.last.cost.fee_satoshi));
  return transaction;
}

// --- proofs ---

function fieldsOf(text) {
  const fields = { proof: [] };
  for (const line of text.split("\n").filter((one) => one !== "" && !one.startsWith("#")).slice(1)) {
    const [, name, value] = /^([a-z ]+): (.*)$/.exec(line);
    if (name === "proof") fields.proof.push(Buffer.from(value, "hex"));
    else fields[name] = value;
  }
  return fields;
}

// With nothing but the file and a node.
async function checkText(anvil, text, account, origin) {
  const fields = fieldsOf(text);
  const size = Number(fields.size), number = Buffer.alloc(8);
  const leaf = leafHash(Buffer.from(fields.entry, "hex"));
  const root = rootFrom(leaf, Number(fields.index), size, fields.proof);
  number.writeBigUInt64BE(BigInt(size));
  const payload = Buffer.concat([Buffer.from("FRA1"), sha256(Buffer.from(origin)).subarray(0, 8), number, root]);
  assert.equal(fields.origin, origin);
  assert.equal(fields.root, root.toString("hex"));
  assert.equal(fields.payload, `0x${payload.toString("hex")}`);
  const signed = ethers.Transaction.from(fields.raw); // so far without any node
  assert.equal(ethers.keccak256(fields.raw), fields.transaction);
  assert.equal(signed.from, account);
  assert.equal(signed.data, fields.payload);
  assert.equal(String(signed.chainId), fields["chain id"]);
  const transaction = await anvil.rpc("eth_getTransactionByHash", fields.transaction);
  assert.equal(transaction.input, fields.payload);
  assert.equal(ethers.getAddress(transaction.from), account);
  assert.equal(fields.account, account);
  assert.equal(transaction.blockHash, fields["block hash"]);
  assert.equal(Number(transaction.blockNumber), Number(fields.block));
  assert.equal(fields["chain id"], String(anvil.chainId));
  return fields;
}

// What the stock library makes of the two files, and whether the node's header bears it out.
async function checkOts(node, file, stamped) {
  const { DetachedTimestampFile, Ops } = OpenTimestamps;
  const detached = DetachedTimestampFile.deserialize([...file]);
  const of = DetachedTimestampFile.fromBytes(new Ops.OpSHA256(), [...stamped]);
  assert.deepEqual(Buffer.from(detached.fileDigest()), Buffer.from(of.fileDigest()), "it stamps this file");
  const [[message, attestation], ...more] = [...detached.timestamp.allAttestations()];
  assert.equal(more.length, 0);
  assert.equal(attestation.constructor.name, "BitcoinBlockHeaderAttestation");
  const header = await node.call("getblockheader", await node.call("getblockhash", attestation.height), true);
  const time = attestation.verifyAgainstBlockheader([...Buffer.from(message).reverse()],
    { merkleroot: header.merkleroot, time: header.time });
  return { height: attestation.height, time };
}

async function checkChangedOts(node, file, stamped) {
  for (let at = 0; at < stamped.length; at += 11) {
    const changed = Buffer.from(stamped);
    changed[at] ^= 1;
    await assert.rejects(checkOts(node, file, changed), `byte ${at} of the entry`);
  }
  for (let at = 40; at < file.length - 4; at += 13) {
    const changed = Buffer.from(file);
    changed[at] ^= 1;
    await assert.rejects(checkOts(node, changed, stamped), `byte ${at} of the proof`);
  }
}

async function exported(world, { anvil, node, account }) {
  const { origin } = world.operators[0];
  const last = statusOf(world, "coins").last.entries - 1;
  const said = world.ctl(0, "anchor", "export", ...config, "--out", "proofs", "--entry", "0", "--entry", String(last));
  assert.match(said, /proofs\/entry-0\.local\.txt: local, block \d+ of /);
  assert.match(said, /proofs\/entry-0\.ots: coins, block \d+ of /);
  for (const entry of [0, last]) {
    const read = (suffix) => readFileSync(world.path(`proofs/entry-${entry}${suffix}`));
    const fields = await checkText(anvil, read(".local.txt").toString(), account, origin);
    assert.equal(Number(fields.index), entry);
    assert.equal(read("").toString("hex"), `00${fields.entry}`);
    const { height } = await checkOts(node, read(".ots"), read(""));
    assert.ok(said.includes(`proofs/entry-${entry}.ots: coins, block ${height} of `), said);
    await checkChangedOts(node, read(".ots"), read(""));
  }
  // The first anchor that covers it, not the last.
  assert.ok(fieldsOf(readFileSync(world.path("proofs/entry-0.local.txt"), "utf8")).size <= last);
  // Again is right; over something else is not.
  world.ctl(0, "anchor", "export", ...config, "--out", "proofs", "--entry", "0");
  writeFileSync(world.path("proofs/entry-0"), "mine");
  world.ctl(73, "anchor", "export", ...config, "--out", "proofs", "--entry", "0");
  assert.equal(readFileSync(world.path("proofs/entry-0"), "utf8"), "mine");
  world.ctl(67, "anchor", "export", ...config, "--out", "more", "--entry", String(last + 1));
  world.ctl(64, "anchor", "export", ...config, "--out", "more", "--entry", "-1");
  world.ctl(64, "anchor", "export", ...config, "--out", "more");
}

// Whose account it is is known from the outbox.
function ownAudit(world, { account, address }) {
  const words = ["audit", ...config, "--state", "own-audit", "--chain", "local", "--chain", "coins"];
  for (let i = 0; i < 2; i += 1) {
    const said = world.ctl(0, ...words);
    for (const [chain, sender] of [["local", account], ["coins", address]])
      assert.match(said, new RegExp(`${chain}: \\d+ anchors? by ${sender}, all confirmed`));
    assert.equal(said.match(/entries 0 to 274 are anchored, 0 later ones are not/g).length, 2);
  }
}

// A portal that has found the anchors by itself: the proof of a document is one from its QR code to the block.
async function proofOfDocument(world, { anvil, node, account }) {
  const [operator] = world.operators;
  const picture = world.pictures("first")[3];
  let folder = 0;
  await until(async () => {
    await node.mine();
    await anvil.mine(3);
    folder += 1;
    const { status, stdout, stderr } = world.tryCtl("proof", "--config", "portal.conf", "--out", `document-${folder}`,
      picture);
    assert.equal(status, 0, stderr);
    if (/\.ots: on coins/.test(stdout) && /\.txt: on local/.test(stdout)) return true;
    assert.match(stderr, /no proof from/);
    return false;
  }, () => withoutRequests(world.portal.log), WAIT_MS);
  const names = readdirSync(world.path(`document-${folder}`)).sort();
  assert.equal(names.length, 4, names.join(" "));
  const read = (suffix) =>
    readFileSync(world.path(`document-${folder}/${names.find((name) => name.endsWith(suffix))}`));
  await checkOts(node, read(".entry.ots"), read(".entry"));
  const fields = await checkText(anvil, read(".local.txt").toString(), account, operator.origin);
  assert.equal(read(".entry").toString("hex"), `00${fields.entry}`);
  const proof = read(".tlog-proof").toString();
  assert.ok(proof.includes(`extra ${Buffer.from(fields.entry, "hex").toString("base64")}\n`), proof);
  assert.ok(proof.includes(`index ${fields.index}\n`), proof);
}

// --- under way, and halted ---

// The log grows while nothing is mined.
async function sendNext(world, anvil, name) {
  await anvil.rpc("evm_setAutomine", false);
  world.graduates(`${name}.csv`, 3, 3);
  world.ctl(0, ...world.issueWords(`${name}.csv`, name));
  const found = await until(() => {
    const one = statusOf(world, "local");
    return one.under_way && one;
  }, () => world.operators[0].log, WAIT_MS);
  const [sent] = found.under_way.transactions;
  const pending = await until(() => anvil.rpc("eth_getTransactionByHash", sent.transaction), "it is in the pool");
  return { found, sent, pending };
}

async function underWay(world, { anvil }) {
  const { found, sent, pending } = await sendNext(world, anvil, "third");
  assert.equal(found.entries, found.entries_anchored + 3);
  assert.equal(found.under_way.nonce, found.last.nonce + 1);
  assert.equal(sent.entries, found.entries);
  assert.equal(pending.blockNumber, null);
  assert.equal(sent.fee_wei_for_each_gas, String(BigInt(pending.maxFeePerGas)));
  assert.equal(sent.tip_wei_for_each_gas, String(BigInt(pending.maxPriorityFeePerGas)));
  const text = world.ctl(0, "anchor", "status", ...config);
  assert.ok(text.includes(`nonce ${found.under_way.nonce}, 1 transaction, one of which will be mined:`), text);
  assert.ok(text.includes(sent.transaction), text);
  assert.ok(text.includes("of which the last 3 are not anchored"), text);
  await anvil.rpc("evm_setAutomine", true);
}

// Somebody else uses the key: another transaction takes the place of an anchor.
async function sendForeign(world, { anvil, wallet }) {
  const { found } = await sendNext(world, anvil, "fourth");
  const raw = await wallet.signTransaction({ type: 2, chainId: anvil.chainId, nonce: found.under_way.nonce, value: 0,
    gasLimit: 30_000, to: wallet.address, maxFeePerGas: 190_000_000_000n, maxPriorityFeePerGas: 90_000_000_000n,
    data: "0x12" });
  await anvil.rpc("eth_sendRawTransaction", raw);
  await anvil.mine(4);
  await anvil.rpc("evm_setAutomine", true);
}

async function halted(world, all) {
  const [operator] = world.operators;
  assert.match(world.ctl(0, "anchor", "resume", ...config, "--chain", "local"), /is not halted; nothing was done/);
  await sendForeign(world, all);
  await until(async () => {
    await all.anvil.mine();
    await pause(200);
    return world.tryCtl("anchor", "status", ...config).status === 1;
  }, () => operator.log, WAIT_MS);
  const text = world.ctl(1, "anchor", "status", ...config);
  assert.match(text, /HALTED +since 2/);
  assert.match(text, /verifyctl anchor resume --config operator-1\.conf --chain local/);
  const found = statusOf(world, "local", 1);
  assert.ok(found.halted.reason.length > 0 && text.includes(found.halted.reason));
  assert.equal(statusOf(world, "coins", 1).halted, null);

  const { status, stderr } = world.tryCtl("anchor", "resume", ...config, "--chain", "local");
  assert.equal(status, 73, stderr);
  assert.match(stderr, /stop verifyd first/);
  world.ctl(67, "anchor", "resume", ...config, "--chain", "nowhere");
  await operator.stop();
  assert.match(world.ctl(0, "anchor", "resume", ...config, "--chain", "local"), /goes on when verifyd is started/);
  assert.equal(statusOf(world, "local").halted, null);
  await operator.start();
}

// --- all of it ---

function refusals(world) {
  const refuse = (status, text, ...words) => {
    const { status: got, stderr } = world.tryCtl("anchor", ...words);
    assert.equal(got, status, stderr);
    assert.ok(stderr.includes(text), stderr);
  };
  refuse(64, "which action?");
  refuse(64, "did you mean status?", "statsu");
  refuse(64, "--config", "status");
  refuse(66, "nowhere.conf", "status", "--config", "nowhere.conf");
  refuse(78, "has no operator", "status", "--config", "portal.conf");
  refuse(64, "--chain", "resume", ...config);
  refuse(66, "outbox", "resume", ...config, "--chain", "local");
  assert.deepEqual(statuses(world).map((one) => [one.chain, one.is_begun]), [["local", false], ["coins", false]]);
  assert.match(world.ctl(0, "anchor", "status", ...config), /nothing was ever sent/);
}

function addressesOf(world) {
  const said = world.ctl(0, "keygen", "--kind", "anchor", "--out", "anchor.key");
  const wallet = new ethers.Wallet(`0x${world.line("anchor.key", "secret")}`);
  assert.match(said, new RegExp(`^evm: +${wallet.address}$`, "m"));
  return { wallet, account: wallet.address, address: /^regtest: +(\S+)$/m.exec(said)[1] };
}

await withWorld(async (world) => {
  const keys = addressesOf(world);
  const anvil = await Anvil.start();
  const node = await BitcoinNode.start();
  const all = { anvil, node, ...keys };
  try {
    await anvil.fund(keys.account, 1);
    const [coin] = await node.pay(keys.address, COIN_SAT);
    const chains = `chains = (
  { name = "local"; kind = "evm"; id = ${anvil.chainId}; endpoints = [ "${anvil.url}" ]; poll_s = 1; },
  { name = "coins"; kind = "bitcoin"; network = "regtest"; endpoints = [ "${node.url}" ]; poll_s = 1; confirmations = 2;
    credentials = "${node.credentials}"; timeout_ms = 20000; first_block = 432; }
);`;
    const anchors = (name, more) =>
      `{ chain = "${name}"; outbox = "outbox-${name}"; key = "anchor.key"; interval_s = 1; ${more} }`;
    await world.build(1, 1, {
      chains,
      extra: () => `anchors = ( ${anchors("local", "")}, ${anchors("coins", `coins = [ "${coin}" ];`)} );`,
      anchored: () => `anchored = ( { chain = "local"; account = "${keys.account}"; },
  { chain = "coins"; account = "${keys.address}"; } );`,
    });
    refusals(world);
    await world.startAll();
    world.graduates("first.csv", 5, 1);
    world.ctl(0, ...world.issueWords("first.csv", "first"));
    const mining = { mineEvm: () => anvil.mine(3), mineBitcoin: () => node.mine() };
    await untilAnchored(world, 5, mining);
    await checkEvmFigures(anvil, statusOf(world, "local"), keys.account);
    await checkBitcoinFigures(node, statusOf(world, "coins"));

    world.graduates("second.csv", 270, 2);
    world.ctl(0, ...world.issueWords("second.csv", "second"));
    await untilAnchored(world, 275, mining);
    const found = statusOf(world, "local");
    await checkEvmFigures(anvil, found, keys.account);
    await checkEvmTotal(anvil, found, keys.account);
    assert.match(world.ctl(0, "anchor", "status", ...config), /275 entries, all of them anchored/);
    await exported(world, all);
    ownAudit(world, keys);
    await proofOfDocument(world, all);
    await underWay(world, all);
    await untilAnchored(world, 278, mining);
    await halted(world, all);
  } finally {
    await anvil.stop();
    await node.stop();
  }
});
