// An operator is killed with SIGKILL 200 times while issuers hand in documents. Afterwards nothing that was acknowledged
// is lost, nothing is there twice, and no checkpoint that was shown is contradicted: one auditor keeps its state
// through all of it, and every document that has a QR code verifies.

import assert from "node:assert/strict";
import { existsSync, readdirSync } from "node:fs";
import { pause, withWorld } from "./world.mjs";

const ROUNDS = Number(process.env.VERIFYD_NETWORK_ROUNDS ?? 200);
const ROWS = 60;
const BATCHES = 8;

await withWorld(async (world) => {
  await world.build(1, 1);
  const [operator] = world.operators;
  await world.startAll();
  for (let batch = 0; batch < BATCHES; batch += 1) world.graduates(`sheet-${batch}.csv`, ROWS, batch + 1);

  const isFinished = (out) => existsSync(world.path(`${out}/manifest.csv`));
  let finished = 0;
  let killedUnderWay = 0;
  for (let round = 0, batch = 0; round < ROUNDS; round += 1) {
    const out = `out-${finished}`;
    const { child, ended } = world.startCtl(...world.issueWords(`sheet-${batch}.csv`, out));
    await pause(5 + (round * 37) % 140);
    await operator.kill();
    child.kill("SIGKILL");
    const { signal } = await ended;
    if (signal !== null) killedUnderWay += 1;
    await operator.start();
    if (round % 3 === 2 && !isFinished(out)) world.ctl(0, ...world.issueWords(`sheet-${batch}.csv`, out));
    if (isFinished(out)) {
      finished += 1;
      batch = finished % BATCHES;
    }
    if (round % 20 === 19) world.audit(operator, "--state", "audit");
  }
  if (existsSync(world.path(`out-${finished}`)) && !isFinished(`out-${finished}`))
    world.ctl(0, ...world.issueWords(`sheet-${finished % BATCHES}.csv`, `out-${finished}`));
  assert.ok(killedUnderWay > ROUNDS / 10, `only ${killedUnderWay} of ${ROUNDS} kills fell into a batch`);

  world.audit(operator, "--state", "audit");
  const said = world.audit(operator, "--records");
  const folders = readdirSync(world.folder).filter((name) => name.startsWith("out-"));
  const documents = folders.reduce((sum, out) => sum + world.pictures(out).length, 0);
  assert.equal(documents, folders.length * ROWS);
  assert.match(said, new RegExp(`\\b${documents}\\b`), said);
  for (const out of folders) world.ctl(0, "verify", "--config", "portal.conf", ...world.pictures(out));
  console.log(`${ROUNDS} kills, ${killedUnderWay} of them in a batch; ${documents} documents in the log, each once`);
});
