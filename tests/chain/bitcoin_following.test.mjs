// A portal follows a real Bitcoin node (bcoin, regtest) and finds the anchors of one account there, and nobody else's.

import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { after, before, test } from 'node:test';
import { setTimeout as pause } from 'node:timers/promises';
import { payloadOf, rootOf } from './anchoring.mjs';
import { bcoin, BitcoinNode, reversed } from './bitcoin_node.mjs';
import { Following, Liar } from './following.mjs';

const ORIGIN = 'ledger.example/log/1';
const QUIET_MS = 500;
const FEE_SAT = 2000;
const { Coin, KeyRing, MTX, Script, Witness } = bcoin;

let node;
before(async () => {
  node = await BitcoinNode.start();
});
after(() => node.stop());

// Somebody with a key, and coins of it: {hash, index, value}.
class Account {
  constructor() {
    this.ring = KeyRing.generate(true, 'regtest');
    this.ring.witness = true;
    this.coins = [];
  }

  get program() {
    return this.ring.getKeyHash().toString('hex');
  }

  get address() {
    return this.ring.getAddress('string', 'regtest');
  }

  async fund(...values) {
    const outpoints = await node.pay(this.address, ...values);
    outpoints.forEach((text, i) => {
      const [hash, index] = text.split(':');
      this.coins.push({ hash, index: Number(index), value: values[i] });
    });
    return this;
  }

  take() {
    const coin = this.coins.shift();
    assert.ok(coin, 'there is a coin');
    return coin;
  }
}

const coinOf = (account, { hash, index, value }) => new Coin({ version: 1, height: 1, value, coinbase: false,
  script: Script.fromProgram(0, account.ring.getKeyHash()), hash: reversed(hash), index });

// Spends one coin of each account, with a payload; the change goes to the first. Not sent yet.
function spend(accounts, payload, change = accounts[0]) {
  const coins = accounts.map((account) => account.take());
  const transaction = new MTX();
  const value = coins.reduce((sum, coin) => sum + coin.value, 0) - FEE_SAT;
  transaction.addOutput(Script.fromNulldata(payload), 0);
  transaction.addOutput(change.ring.getAddress(), value);
  coins.forEach((coin, i) => transaction.addCoin(coinOf(accounts[i], coin)));
  for (const account of accounts) transaction.sign(account.ring);
  assert.ok(transaction.verify());
  const made = transaction.toTX();
  change.coins.push({ hash: made.txid(), index: 1, value });
  return made;
}

// What should be found of a transaction in the last block.
async function found(transaction, size, root = rootOf(size)) {
  const height = await node.height();
  const hash = await node.call('getblockhash', height);
  const block = await node.block(hash);
  const index = block.txs.findIndex((one) => one.txid() === transaction.txid());
  assert.ok(index >= 0, 'it is in the last block');
  return { size, root, transaction: transaction.txid(), block: height, hash, time: block.time };
}

async function anchor(accounts, size, payload = payloadOf(size)) {
  const transaction = spend(accounts, payload);
  await node.send(transaction);
  await node.mine();
  return found(transaction, size);
}

const settings = (more = {}) => ({ chain: 'bitcoin', network: 'regtest', endpoint: [node.url],
  credentials: node.credentials, confirmations: 3, ...more });

function follow(account, more = {}, tracks = [{ origin: ORIGIN, account: account.program }]) {
  return new Following(settings(more), tracks).start();
}

const plain = (list) => list.map(({ size, root, transaction, block, hash, time }) =>
  ({ size, root, transaction, block, hash, time }));

async function settle(following, track = 0) {
  const height = await node.height();
  await node.mine(3);
  await following.seen(height, track);
}

const withFollowing = async (following, steps) => {
  try {
    return await steps(following);
  } finally {
    await following.end();
  }
};

const double = (bytes) => createHash('sha256').update(createHash('sha256').update(bytes).digest()).digest();

// From the kept bytes alone: the transaction is under the header, which is the block's.
function checkEvidence({ raw, evidence, transaction, hash, time }) {
  const bytes = Buffer.from(evidence, 'hex');
  const header = bytes.subarray(0, 80);
  let index = bytes.readUInt32BE(80);
  assert.equal(double(header).reverse().toString('hex'), hash);
  assert.equal(header.readUInt32LE(68), time);
  let node = double(Buffer.from(raw, 'hex'));
  assert.equal(Buffer.from(node).reverse().toString('hex'), transaction);
  for (let at = 84; at < bytes.length; at += 32, index >>= 1) {
    const other = bytes.subarray(at, at + 32);
    node = double(index & 1 ? Buffer.concat([other, node]) : Buffer.concat([node, other]));
  }
  assert.deepEqual(node, header.subarray(36, 68));
  assert.equal(index, 0);
}

test('finds the anchors that spend coins of the account, with evidence, and no others', async () => {
  const operator = await new Account().fund(1_000_000, 500_000);
  const stranger = await new Account().fund(1_000_000, 500_000);
  const wanted = [await anchor([operator], 1)];
  await anchor([stranger], 2); // the right payload, somebody else's coin
  await anchor([stranger, operator], 3); // the account's coin is not the first
  await anchor([operator], 4, payloadOf(4, rootOf(4), 'ledger.example/log/2')); // another log's
  await anchor([operator], 5, payloadOf(5).subarray(0, 51));
  wanted.push(await anchor([operator, stranger], 6));
  wanted.push(await anchor([operator], 7)); // spends its own change
  await withFollowing(follow(operator), async (following) => {
    await settle(following);
    wanted.push(await anchor([operator], 8)); // while it looks
    await settle(following);
    await following.stop();
    const list = following.list();
    assert.deepEqual(plain(list), wanted);
    list.forEach(checkEvidence);
  });
});

test("the account's public key in the witness of a script of somebody's own is no proof", async () => {
  const operator = await new Account().fund(1_000_000);
  const stranger = await new Account().fund(1_000_000);
  // <anything> <public key> → 2DROP TRUE: whoever likes can spend it, with that public key in the witness.
  const script = new Script([bcoin.Opcode.fromSymbol('2drop'), bcoin.Opcode.fromInt(1)]);
  const funding = new MTX();
  const coin = stranger.take();
  funding.addOutput(Script.fromProgram(0, script.sha256()), coin.value - FEE_SAT);
  funding.addCoin(coinOf(stranger, coin));
  funding.sign(stranger.ring);
  const funded = funding.toTX();
  await node.send(funded);
  await node.mine();
  const forged = new MTX();
  forged.addOutput(Script.fromNulldata(payloadOf(9)), 0);
  forged.addOutput(operator.ring.getAddress(), coin.value - 2 * FEE_SAT);
  forged.addCoin(Coin.fromTX(funded, 0, 1));
  forged.inputs[0].witness = new Witness([Buffer.alloc(71, 0x30), operator.ring.publicKey, script.toRaw()]);
  assert.ok(forged.verify());
  await node.send(forged.toTX());
  await node.mine();
  const wanted = [await anchor([operator], 10)];
  await withFollowing(follow(operator), async (following) => {
    await settle(following);
    await following.stop();
    assert.deepEqual(plain(following.list()), wanted);
  });
});

test('a chain of anchors in one block, among others', async () => {
  const operator = await new Account().fund(1_000_000);
  const stranger = await new Account().fund(200_000, 200_000, 200_000);
  const sent = [];
  for (const size of [5, 6, 7]) {
    sent.push(spend([operator], payloadOf(size)));
    await node.send(sent.at(-1));
    await node.send(spend([stranger], payloadOf(size)));
  }
  await node.mine();
  const wanted = [];
  for (const [i, size] of [5, 6, 7].entries()) wanted.push(await found(sent[i], size));
  await withFollowing(follow(operator), async (following) => {
    await settle(following);
    await following.stop();
    const list = following.list();
    assert.deepEqual(plain(list), wanted);
    list.forEach(checkEvidence);
  });
});

test('dust that others send does not make it forget coins', async () => {
  const operator = await new Account().fund(1_000_000);
  const wanted = [await anchor([operator], 1)];
  const dust = await new Account().fund(600_000);
  for (let i = 0; i < 3; i += 1) { // 90 outputs to the operator's account
    const coin = dust.take();
    const transaction = new MTX();
    for (let k = 0; k < 30; k += 1) transaction.addOutput(operator.ring.getAddress(), 1000 + k);
    const left = coin.value - 30 * 1100 - 10 * FEE_SAT;
    transaction.addOutput(dust.ring.getAddress(), left);
    transaction.addCoin(coinOf(dust, coin));
    transaction.sign(dust.ring);
    dust.coins.push({ hash: transaction.toTX().txid(), index: 30, value: left });
    await node.send(transaction.toTX());
    await node.mine();
  }
  wanted.push(await anchor([operator], 2), await anchor([operator], 3));
  await withFollowing(follow(operator), async (following) => {
    await settle(following);
    await following.stop();
    assert.deepEqual(plain(following.list()), wanted);
  });
});

test('several logs at once; first_block; killed again and again on the way', async () => {
  const [one, other] = [await new Account().fund(1_000_000), await new Account().fund(1_000_000)];
  const first = await node.height() - 1;
  const wanted = [[], []];
  for (let i = 1; i <= 8; i += 1) {
    wanted[0].push(await anchor([one], i));
    wanted[1].push(await anchor([other], 100 + i, payloadOf(100 + i, rootOf(100 + i), 'ledger.example/log/2')));
  }
  await node.mine(3);
  const liar = await Liar.start(node.url, { headers: authorization() });
  const asked = new Set();
  const tracks = [{ origin: ORIGIN, account: one.program }, { origin: 'ledger.example/log/2', account: other.program }];
  const following = new Following(settings({ endpoint: [liar.url], first_block: first }), tracks);
  try {
    for (let i = 0; i < 15; i += 1) {
      let left = 3 + 7 * i;
      following.start();
      await Promise.race([new Promise((resolve) => {
        liar.alter = (method, params) => {
          if (method === 'getblockhash') asked.add(params[0]);
          left -= 1;
          if (left === 0) resolve();
        };
      }), following.wait(/^done/)]);
      await following.kill();
    }
    following.start();
    await following.wait(/^done/);
    await following.stop();
    const list = following.list();
    for (const track of [0, 1]) assert.deepEqual(plain(list.filter((item) => item.track === track)), wanted[track]);
    assert.equal(Math.min(...[...asked].filter((height) => height > 0)), first);
  } finally {
    await following.end();
    await liar.stop();
  }
});

const authorization = () =>
  ({ authorization: `Basic ${Buffer.from(`verifyd:${node.apiKey}`).toString('base64')}` });

test('a reorganisation before finality is not seen; one after it takes anchors back', async () => {
  const operator = await new Account().fund(1_000_000);
  const kept = await anchor([operator], 1);
  await node.mine(3);
  await withFollowing(follow(operator), async (following) => {
    await following.seen(kept.block);
    const coins = structuredClone(operator.coins);
    await anchor([operator], 2); // two deep at most before it is gone
    await node.mine(1);
    await node.unwind(2);
    operator.coins = structuredClone(coins);
    await node.forget();
    const gone = [await anchor([operator], 3), await anchor([operator], 4)];
    await node.mine(2);
    await following.seen(gone[1].block);
    assert.equal(following.matching(/^alarm/).length, 0, following.text());

    await node.unwind(4); // deeper than three confirmations
    operator.coins = structuredClone(coins);
    await node.forget();
    await node.mine(2); // so that times differ
    const again = await anchor([operator], 3);
    await node.mine(6);
    await following.wait(/^alarm chain_contradicts_final /);
    await following.wait(/^alarm anchor_gone /, 2);
    await following.seen(again.block + 3);
    await settle(following);
    assert.equal(following.matching(/^alarm anchor_gone /).length, 2);
    const last = await anchor([operator], 5);
    await settle(following);
    await following.stop();
    const list = following.list();
    assert.deepEqual(plain(list.filter(({ isGone }) => isGone)), gone);
    assert.deepEqual(plain(list.filter(({ isGone }) => !isGone)), [kept, again, last]);
  });
});

test('endpoints that lie, hang, are of another network or are garbage', async () => {
  const operator = await new Account().fund(5_000_000);
  const liar = await Liar.start(node.url, { headers: authorization() });
  const altered = (hex, at) => hex.slice(0, at) + (hex[at] === '0' ? '1' : '0') + hex.slice(at + 1);
  // Each by what stands beside it; with "either" the honest endpoint's block is taken.
  const lies = {
    'another genesis': [(method, params) =>
      (method === 'getblockhash' && params[0] === 0 ? { result: 'ab'.repeat(32) } : undefined), 'stuck'],
    'another hash': [(method, params, { result }) =>
      (method === 'getblockhash' && params[0] > 0 ? { result: altered(result, 5) } : undefined), 'stuck'],
    'no hash': [(method, params) =>
      (method === 'getblockhash' && params[0] > 0
        ? { error: { code: -8, message: 'out of range' } } : undefined), 'stuck'],
    'a short hash': [(method, params, { result }) =>
      (method === 'getblockhash' && params[0] > 0 ? { result: result.slice(2) } : undefined), 'stuck'],
    'a height that is none': [(method) => (method === 'getblockcount' ? { result: -4 } : undefined), 'stuck'],
    'no block': [(method) =>
      (method === 'getblock' ? { error: { code: -1, message: 'pruned' } } : undefined), 'either'],
    'another header': [(method, params, { result }) =>
      (method === 'getblock' ? { result: altered(result, 20) } : undefined), 'either'],
    'another transaction': [(method, params, { result }) =>
      (method === 'getblock' ? { result: altered(result, 282) /* in the first one's input */ } : undefined), 'either'],
    'half a block': [(method, params, { result }) =>
      (method === 'getblock' ? { result: result.slice(0, 300) } : undefined), 'either'],
    'a block with something behind it': [(method, params, { result }) =>
      (method === 'getblock' ? { result: `${result}00` } : undefined), 'either'],
    'another block': [async (method) => (method === 'getblock'
      ? { result: await node.call('getblock', await node.call('getblockhash', 7), 0) } : undefined), 'either'],
    garbage: [() => 'no JSON', 'stuck'],
    nulls: [() => ({ result: null }), 'stuck'],
    silence: [() => 'silence', 'stuck'],
  };
  const wanted = [];
  const both = follow(operator, { endpoint: [liar.url, node.url], timeout_ms: 500 });
  const lone = await Liar.start(node.url, { headers: authorization() });
  const alone = follow(operator, { endpoint: [lone.url], timeout_ms: 500 });
  try {
    for (const [name, [lie, kind]] of Object.entries(lies)) {
      await settle(both);
      await settle(alone);
      both.mark();
      alone.mark();
      liar.alter = lie;
      lone.alter = name === 'another hash' ? undefined : lie; // who has one node only believes it
      wanted.push(await anchor([operator], wanted.length + 1));
      await node.mine(2);
      if (lone.alter) await alone.wait(/^warning chain_stuck/);
      if (kind === 'stuck') {
        await both.wait(/^warning chain_stuck/);
        await pause(QUIET_MS);
        assert.equal(both.matching(/^warning chain_stuck/).length, 1, name);
        assert.ok(both.lastSeen() < wanted.at(-1).block, name);
      } else {
        await both.seen(wanted.at(-1).block);
        assert.equal(both.matching(/^warning/).length, 0, name);
      }
      if (lone.alter) assert.equal(alone.matching(/anchor_found/).length, 0, name);
      liar.alter = undefined;
      lone.alter = undefined;
      await both.seen(wanted.at(-1).block);
      await alone.seen(wanted.at(-1).block);
    }
    for (const following of [both, alone]) {
      assert.equal(following.lines.filter((line) => line.startsWith('alarm anchor')).length, 0);
      await following.stop();
      assert.deepEqual(plain(following.list()), wanted);
    }
  } finally {
    await both.end();
    await alone.end();
    await liar.stop();
    await lone.stop();
  }
});
