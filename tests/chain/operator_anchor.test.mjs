// An operator of a log, a process of its own, anchors it while an issuer hands in documents. It is killed on the way,
// its node goes away, its account runs dry: documents are taken and verified all the time, and in the end the chain
// says what the log says.

import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { readFileSync, renameSync } from "node:fs";
import { ethers } from "ethers";
import { withWorld } from "../network/world.mjs";
import { Anvil, pause, until } from "./anvil.mjs";
import { transactionsOf } from "./evm_world.mjs";

const ROWS = 20;

await withWorld(async (world) => {
  const anvil = await Anvil.start(["--block-time", 1]);
  try {
    await anchor(world, anvil);
  } finally {
    await anvil.stop();
  }
});

async function anchor(world, anvil) {
  const [, account] =
    /^evm: +(0x[0-9a-fA-F]{40})$/m.exec(world.ctl(0, "keygen", "--kind", "anchor", "--out", "anchor.key"));
  const chains = `chains = ( { name = "local"; kind = "evm"; id = ${anvil.chainId}; endpoints = [ "${anvil.url}" ];
    poll_s = 1; timeout_ms = 5000; } );`;
  await world.build(1, 1, { chains, extra: () => `anchors = ( { chain = "local"; outbox = "outbox"; key = "anchor.key";
    interval_s = 2; entries = 1; replace_s = 60; fee_max = 100; tip = 1; } );` });
  const [operator] = world.operators;
  const page = async (path) => (await fetch(new URL(path, operator.operationsUrl))).text();
  const isReady = async () => (await fetch(new URL("readyz", operator.operationsUrl))).status === 200;
  const metric = async (name) => {
    const found = new RegExp(`^verifyd_${name}\\{chain="local"\\} (\\d+)$`, "m").exec(await page("metrics"));
    assert.ok(found, `no metric ${name}`);
    return Number(found[1]);
  };
  const checkpoint = async () => {
    const [origin, size, root] = (await (await fetch(`${operator.url}/checkpoint`)).text()).split("\n");
    return { origin, size: Number(size), root: Buffer.from(root, "base64").toString("hex") };
  };
  const issue = (name) => {
    world.graduates(`${name}.csv`, ROWS, name.length + name.charCodeAt(0));
    world.ctl(0, ...world.issueWords(`${name}.csv`, name));
    return world.pictures(name);
  };
  const whatVerifies = async (pictures) => assert.equal((await world.ask(pictures[0])).verdict, "VALID");
  const allAnchored = async () => {
    const { size } = await checkpoint();
    await until(async () => (await metric("anchor_final_entries")) === size, () => operator.log, 30_000);
    return size;
  };

  // An account that cannot pay: told, and nothing else suffers.
  await world.startAll();
  const a = issue("a");
  await until(() => metric("anchor_unfunded"), "unfunded");
  assert.match(await page("readyz"), /^anchors on local: unfunded, final 0; the account cannot pay/m);
  assert.ok(await isReady());
  await whatVerifies(a);
  await anvil.fund(account, 1);
  assert.equal(await allAnchored(), ROWS);
  assert.match(await page("readyz"),
    new RegExp(`^anchors on local: \\w+, final 1, the last one covers ${ROWS} entries`, "m"));
  assert.equal(await metric("anchor_halted"), 0);

  // Killed with an anchor under way: nothing is mined until then.
  await anvil.rpc("evm_setIntervalMining", 0);
  const b = issue("b");
  await until(() => metric("anchor_sent_entries"), "sent");
  await operator.kill();
  await anvil.rpc("evm_setIntervalMining", 1);
  await operator.start();
  issue("c");
  assert.equal(await allAnchored(), 3 * ROWS);

  // The node is away for a while.
  anvil.process.kill("SIGSTOP");
  const d = issue("d");
  await until(() => metric("anchor_unreachable"), "unreachable", 30_000);
  assert.ok(await isReady());
  await whatVerifies(b);
  await whatVerifies(d);
  anvil.process.kill("SIGCONT");
  assert.equal(await allAnchored(), 4 * ROWS);
  await operator.stop();

  // --check opens all of it.
  const check = () => spawnSync(process.env.VERIFYD_NETWORK_VERIFYD, ["--config", "operator-1.conf", "--check"],
    { cwd: world.folder, encoding: "utf8" });
  assert.equal(check().status, 0);
  renameSync(world.path("anchor.key"), world.path("away.key"));
  assert.equal(check().status, 66);
  world.ctl(0, "keygen", "--kind", "anchor", "--out", "other.key");
  renameSync(world.path("other.key"), world.path("anchor.key"));
  assert.equal(check().status, 78); // the outbox is of another account
  renameSync(world.path("away.key"), world.path("anchor.key"));

  // What the chain says, without us: one transaction for each nonce, growing sizes, the log's own roots.
  const found = await transactionsOf(anvil, account);
  const sizes = found.map(({ input }) => Number(BigInt(ethers.dataSlice(input, 12, 20))));
  assert.deepEqual(found.map(({ nonce }) => Number(nonce)), found.map((_, i) => i));
  assert.deepEqual(sizes, [...new Set(sizes)].sort((one, other) => one - other));
  assert.equal(sizes.at(-1), 4 * ROWS);
  await operator.start();
  const { origin, size, root } = await checkpoint();
  assert.equal(size, sizes.at(-1));
  assert.equal(found.at(-1).input,
    ethers.concat(["0x46524131", ethers.dataSlice(ethers.sha256(ethers.toUtf8Bytes(origin)), 0, 8),
      ethers.toBeHex(size, 8), `0x${root}`]));
  await pause(1500); // and it knows all of that again
  assert.equal((await transactionsOf(anvil, account)).length, found.length);

  // Its endpoint shows another chain for a while: that contradicts what was final, and only a person lets it go on.
  await operator.stop();
  const settings = readFileSync(world.path("operator-1.conf"), "utf8");
  const other = await Anvil.start(["--no-mining"]);
  try {
    await other.mine(await anvil.number());
    await other.fund(account, 1);
    world.write("operator-1.conf", settings.replace(anvil.url, other.url));
    await operator.start();
    await until(() => metric("anchor_halted"), "halted");
    assert.match(await page("readyz"), /^anchors on local: halted, .*verifyctl anchor resume/m);
    assert.ok(await isReady());
    assert.deepEqual(await transactionsOf(other, account), []);
    await operator.stop();
  } finally {
    await other.stop();
  }
  world.write("operator-1.conf", settings);
  await operator.start();
  await whatVerifies(issue("e"));
  await pause(1500);
  assert.equal((await transactionsOf(anvil, account)).length, found.length);
  await operator.stop();
  world.ctl(0, "anchor", "resume", "--config", "operator-1.conf", "--chain", "local");
  await operator.start();
  assert.equal(await allAnchored(), 5 * ROWS);

  const secret = /^secret: (.*)$/m.exec(readFileSync(world.path("anchor.key"), "utf8"))[1];
  assert.ok(!operator.log.includes(secret) && !operator.log.includes(anvil.url));
  for (const event of ["anchor_sent", "anchor_final", "anchor_unfunded", "anchor_unreachable", "anchor_recovered",
    "anchor_halted"])
    assert.match(operator.log, new RegExp(`event=${event} chain=local `));
  console.log(`${found.length} anchors of ${size} entries`);
}
