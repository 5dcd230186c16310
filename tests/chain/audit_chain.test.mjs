// verifyctl audit --chain: an operator's log and what was anchored of it on real chains, sent here with ethers and
// bcoin, so that nothing of ours takes part: confirmed, contradicted, set back, somebody else's; nodes that do not
// answer; resuming.

import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, readFileSync } from "node:fs";
import { createServer } from "node:http";
import { createRequire } from "node:module";
import { ethers } from "ethers";
import { withWorld } from "../network/world.mjs";
import { lastingPort } from "../network/ports.mjs";
import { Anvil } from "./anvil.mjs";
import { BitcoinNode, addressOf, bcoin, reversed } from "./bitcoin_node.mjs";

const { bech32 } = createRequire(import.meta.url)("bstring");
const COIN_SAT = 100_000;
const FEE_SAT = 1000;

const sha256 = (bytes) => createHash("sha256").update(bytes).digest();

function payloadOf(origin, size, root) {
  const number = Buffer.alloc(8);
  number.writeBigUInt64BE(BigInt(size));
  return Buffer.concat([Buffer.from("FRA1"), sha256(origin).subarray(0, 8), number, root]);
}

// Once more when a kept connection was closed meanwhile.
async function get(url) {
  const answer = await fetch(url).catch(() => fetch(url));
  return { status: answer.status, body: Buffer.from(await answer.arrayBuffer()) };
}

async function checkpointOf(operator) {
  const [origin, size, root] = (await get(`${operator.url}/checkpoint`)).body.toString().split("\n");
  return { origin, size: Number(size), root: Buffer.from(root, "base64") };
}

// Somebody who anchors on an EVM chain.
class EvmSender {
  constructor(anvil, name) {
    this.anvil = anvil;
    this.wallet = new ethers.Wallet(`0x${sha256(name).toString("hex")}`);
    this.address = this.wallet.address;
    this.nonce = 0;
  }

  // more: of the transaction, as ethers has it.
  async send(payload, more = { type: 2, maxFeePerGas: 90_000_000_000n, maxPriorityFeePerGas: 1_000_000_000n }) {
    if (this.nonce === 0) await this.anvil.fund(this.address, 1);
    const raw = await this.wallet.signTransaction({ chainId: this.anvil.chainId, nonce: this.nonce++, value: 0,
      gasLimit: 100_000, to: this.address, data: payload, ...more });
    const id = await this.anvil.rpc("eth_sendRawTransaction", raw);
    await this.anvil.mine(3);
    return id;
  }
}

// Somebody who anchors on Bitcoin.
class BitcoinSender {
  constructor(node) {
    this.node = node;
    this.key = bcoin.KeyRing.generate(true, "regtest");
    this.key.witness = true;
    this.address = bech32.encode("bcrt", 0, this.key.getKeyHash()); // bcoin has another prefix
  }

  async fund() {
    const [coin] = await this.node.pay(this.address, COIN_SAT);
    this.coin = { id: coin.split(":")[0], value: COIN_SAT };
  }

  async send(payload) {
    const transaction = new bcoin.MTX();
    transaction.addOutput({ script: bcoin.Script.fromNulldata(payload), value: 0 });
    transaction.addOutput(addressOf(this.address), this.coin.value - FEE_SAT);
    transaction.addCoin(new bcoin.Coin({ version: 2, height: 1, value: this.coin.value, coinbase: false,
      script: bcoin.Script.fromAddress(addressOf(this.address)), hash: reversed(this.coin.id),
      index: this.coin.index ?? 0 }));
    transaction.sign(this.key);
    const id = await this.node.send(transaction.toTX());
    this.coin = { id, index: 1, value: this.coin.value - FEE_SAT };
    await this.node.mine(6);
    return id;
  }
}

class Audit {
  constructor(world, operator, state, ...more) {
    Object.assign(this, { world, operator, state, more });
  }

  get words() {
    return ["audit", this.operator.url, "--vkey", this.operator.vkey, "--state", this.state, "--config", "audit.conf",
      ...this.more];
  }

  run(status) {
    const { status: got, stdout, stderr } = this.world.tryCtl(...this.words);
    assert.equal(got, status, `verifyctl ${this.words.join(" ")}\n${stdout}${stderr}`);
    return `${stdout}${stderr}`;
  }

  // While this process serves what is audited.
  runBeside(status) {
    return new Promise((resolve, reject) => {
      const program = process.env.VERIFYD_NETWORK_VERIFYCTL;
      execFile(program, this.words, { cwd: this.world.folder }, (error, stdout, stderr) => {
        if ((error?.code ?? 0) === status) resolve(`${stdout}${stderr}`);
        else reject(new Error(`${this.words.join(" ")}\n${stdout}${stderr}`));
      });
    });
  }
}

function writeConfig(world, operator, evm, bitcoin, anchored) {
  const chain = bitcoin === undefined ? "" : `,
  { name = "coins"; kind = "bitcoin"; network = "regtest"; endpoints = [ "${bitcoin.url}" ]; confirmations = 3;
    credentials = "${bitcoin.credentials}"; timeout_ms = 20000; first_block = 432; }`;
  world.write("audit.conf", `realm = 1;
threshold = 1;
${world.trust()}
memory = "unused";
chains = (
  { name = "local"; kind = "evm"; id = ${evm.chainId}; endpoints = [ "${evm.url}" ]; timeout_ms = 20000; }${chain} );
operators = ( { number = 1; name = "One"; url = "${operator.url}"; vkey = "${operator.vkey}";
  anchored = ( ${anchored.join(", ")} ); } );
`);
}

function refuseUsage(world, operator, anchored) {
  const base = ["audit", operator.url, "--vkey", operator.vkey];
  const refuse = (text, ...words) => {
    const { status, stderr } = world.tryCtl(...base, ...words);
    assert.equal(status, 64, `${words.join(" ")}: ${stderr}`);
    assert.ok(stderr.includes(text), stderr);
  };
  refuse("--chain needs --config", "--chain", "local", "--state", "s");
  refuse("--chain needs --state", "--chain", "local", "--config", "audit.conf");
  refuse('has no chain "other"', "--chain", "other", "--config", "audit.conf", "--state", "s");
  refuse("is given twice", "--chain", "local", "--chain", "local", "--config", "audit.conf", "--state", "s");
  refuse("--account goes with --chain", "--account", anchored, "--state", "s");
  refuse("is not an address of any --chain", "--chain", "local", "--config", "audit.conf", "--state", "s", "--account",
    "bcrt1qw508d6qejxtdg4y5r3zarvary0c5xw7kygt080");
  refuse("two --account are addresses of the chain local", "--chain", "local", "--config", "audit.conf", "--state", "s",
    "--account", anchored, "--account", anchored);
  refuse("--config (without --chain)", "--config", "audit.conf");
}

async function confirmed(world, operator, evm, sender) {
  const audit = new Audit(world, operator, "state", "--chain", "local");
  assert.match(audit.run(0), new RegExp(`local: no anchor of this log by ${sender.address}`));
  const first = await checkpointOf(operator);
  const id = await sender.send(payloadOf(first.origin, first.size, first.root));
  let said = audit.run(0);
  assert.match(said, new RegExp(`local: 1 anchor by ${sender.address}, all confirmed`));
  assert.ok(said.includes(`entries 0 to ${first.size - 1} are anchored, 0 later ones are not`), said);
  assert.ok(said.includes(id), said);

  // The log grows; others say something else of it, and something else is said of others.
  world.graduates("more.csv", 300, 2);
  world.ctl(0, ...world.issueWords("more.csv", "more"));
  const forger = new EvmSender(evm, "forger");
  await forger.send(payloadOf(first.origin, 3, sha256("forged")));
  await sender.send(payloadOf("another.example/log/1", 3, sha256("another log")));
  await sender.send(Buffer.from("nothing of that kind"));
  said = audit.run(0);
  assert.match(said, /1 anchor by/);
  assert.ok(said.includes(`entries 0 to ${first.size - 1} are anchored, 300 later ones are not`), said);

  const second = await checkpointOf(operator);
  await sender.send(payloadOf(second.origin, second.size, second.root));
  // An older one again is right too, and so is another wallet's form.
  await sender.send(payloadOf(first.origin, first.size, first.root), { type: 0, gasPrice: 90_000_000_000n });
  said = audit.run(0);
  assert.match(said, /3 anchors by/);
  assert.ok(!said.includes("anchor_unproven"), said);
  const unproven = await sender.send(payloadOf(first.origin, first.size, first.root),
    { type: 0, gasPrice: 90_000_000_000n, chainId: 0 });
  said = audit.run(0);
  assert.match(said, new RegExp(`anchor_unproven: .*transaction=${unproven} reason=".*without a chain id`));
  assert.match(said, /3 anchors by/);
  assert.ok(said.includes(`entries 0 to ${second.size - 1} are anchored, 0 later ones are not`), said);
  assert.match(new Audit(world, operator, "state-new", "--chain", "local").run(0), /3 anchors by/);
  return second;
}

// RFC 9162 section 2.1.1.
function rootOf(leaves) {
  if (leaves.length === 1) return leaves[0];
  const split = 2 ** Math.floor(Math.log2(leaves.length - 1));
  return sha256(Buffer.concat([Buffer.from([1]), rootOf(leaves.slice(0, split)), rootOf(leaves.slice(split))]));
}

// The log as somebody gives it out who changes a byte of one resource.
async function withChanged(operator, path, steps) {
  const server = createServer(async (request, response) => {
    const { status, body } = await get(`${operator.url}${request.url}`);
    if (request.url === `/${path}`) body[100] ^= 1;
    response.writeHead(status).end(body);
  });
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  try {
    await steps({ ...operator, url: `http://127.0.0.1:${server.address().port}` });
  } finally {
    server.close();
    server.closeAllConnections();
  }
}

// An anchor inside what was audited long ago: its tiles are got again, and believed only when they are the same.
async function insideTheLog(world, operator, sender, { origin }) {
  const tile = (await get(`${operator.url}/tile/0/000`)).body;
  const leaves = Array.from({ length: 100 }, (_, i) => tile.subarray(32 * i, 32 * i + 32));
  await sender.send(payloadOf(origin, leaves.length, rootOf(leaves)));
  await withChanged(operator, "tile/0/000", async (changed) => {
    const audit = new Audit(world, changed, "state", "--chain", "local");
    assert.match(await audit.runBeside(1), /^WRONG: .*not those of its checkpoint/);
  });
  assert.match(new Audit(world, operator, "state", "--chain", "local").run(0), /4 anchors by .*all confirmed/);
}

// What was found before is compared all the same.
function nodesDown(world, operator, evm, anchored, nowhere) {
  writeConfig(world, operator, { ...evm, url: nowhere, chainId: evm.chainId }, undefined, anchored);
  const said = new Audit(world, operator, "state", "--chain", "local").run(69);
  assert.match(said, /PROVEN: the log holds exactly/);
  assert.match(said, /4 anchors by .*all confirmed/);
  assert.match(said, /not looked at to its end/);
  assert.match(said, /run the same command again to continue/);
  writeConfig(world, operator, evm, undefined, anchored);
}

async function contradicted(world, operator, evm, sender, { origin, size }) {
  const wrong = sha256("another root");
  const id = await sender.send(payloadOf(origin, size - 1, wrong));
  for (const state of ["state", "state", "state-late"]) {
    const said = new Audit(world, operator, state, "--chain", "local").run(1);
    assert.match(said, /^WRONG: .*its entries are not those that were anchored on local/);
    assert.ok(!said.includes("PROVEN"), said);
    const name = `anchor-evidence-${id.slice(2)}.txt`;
    assert.ok(said.includes(`${state}/anchors/${name}`), said);
    const evidence = readFileSync(world.path(`${state}/anchors/${name}`), "utf8");
    for (const part of [`root that was anchored: ${wrong.toString("hex")}`, sender.address, id, "proof: ",
      `--- the checkpoint\n${origin}\n${size}\n`]) assert.ok(evidence.includes(part), evidence);
    const signed = ethers.Transaction.from(`0x${/^raw: (.*)$/m.exec(evidence)[1]}`);
    assert.deepEqual([signed.from, signed.hash], [sender.address, id]);
  }
}

async function setBack(world, operator, evm, { origin, size }) {
  const sender = new EvmSender(evm, "set back");
  await sender.send(payloadOf(origin, size + 1, sha256("more than there is")));
  const audit = new Audit(world, operator, "state-back", "--chain", "local", "--account", sender.address);
  for (let i = 0; i < 2; i += 1) {
    const said = audit.run(1);
    assert.ok(said.includes(`rollback: the log is shown with ${size} entries, and`), said);
    assert.ok(said.includes(`there is an anchor of ${size + 1} entries in block`), said);
  }
}

async function onBitcoin(world, operator, evm, { origin, size, root }) {
  const node = await BitcoinNode.start();
  try {
    const sender = new BitcoinSender(node), evmSender = new EvmSender(evm, "both");
    writeConfig(world, operator, evm, node, [`{ chain = "local"; account = "${evmSender.address}"; }`,
      `{ chain = "coins"; account = "${sender.address}"; }`]);
    await sender.fund();
    const id = await sender.send(payloadOf(origin, size, root));
    await evmSender.send(payloadOf(origin, size, root));
    const audit = new Audit(world, operator, "state-both", "--chain", "coins", "--chain", "local");
    const said = audit.run(0);
    assert.match(said, new RegExp(`coins: 1 anchor by ${sender.address}, all confirmed`));
    assert.match(said, new RegExp(`local: 1 anchor by ${evmSender.address}, all confirmed`));
    assert.ok(said.includes(`(transaction ${id})`), said);
    await sender.send(payloadOf(origin, 2, sha256("another root")));
    assert.match(audit.run(1), /anchored on coins: the anchor of 2 entries/);
  } finally {
    await node.stop();
  }
}

await withWorld(async (world) => {
  await world.build(1, 1);
  await world.startAll();
  world.graduates("first.csv", 5, 1);
  world.ctl(0, ...world.issueWords("first.csv", "first"));
  const [operator] = world.operators;
  const evm = await Anvil.start();
  try {
    const sender = new EvmSender(evm, "operator");
    const anchored = [`{ chain = "local"; account = "${sender.address}"; }`];
    writeConfig(world, operator, evm, undefined, anchored);
    refuseUsage(world, operator, sender.address);
    const log = await confirmed(world, operator, evm, sender);
    await insideTheLog(world, operator, sender, log);
    nodesDown(world, operator, evm, anchored, `http://127.0.0.1:${await lastingPort()}`);
    await contradicted(world, operator, evm, sender, log);
    await setBack(world, operator, evm, log);
    await onBitcoin(world, operator, evm, log);
  } finally {
    await evm.stop();
  }
  assert.ok(!existsSync(world.path("unused")), "an audit leaves a portal's memory alone");
});
