// The portal witnesses the operators' logs: their checkpoints carry its cosignature, and the auditor sees that. Then one
// operator is set back to an old copy of its ledger and grows another history: the portal notices, keeps the proof,
// cosigns nothing of it, and goes on verifying with the other two; the auditor who remembers notices too.

import assert from "node:assert/strict";
import { cpSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { pause, withWorld } from "./world.mjs";

const WAIT_MS = 60_000;

async function until(what, test) {
  for (const end = Date.now() + WAIT_MS; Date.now() < end; await pause(200)) if (await test()) return;
  assert.fail(what);
}

const checkpoint = async (operator) => (await fetch(`${operator.url}/checkpoint`)).text();
const sizeOf = (note) => Number(note.split("\n")[1]);
const logStep = (answer) => answer.checks.find((check) => check.step === "log");

await withWorld(async (world) => {
  let vkey;
  await world.build(3, 2, {
    extra: () => {
      vkey ??= world.logKey("witness.key", "witness.example");
      return `checkpoint_s = 2; witnesses = ( { url = "http://127.0.0.1:${world.ports[0]}"; vkey = "${vkey}"; } );`;
    },
    portal: 'witness = { key = "witness.key"; };',
  });
  await world.startAll();
  const [first] = world.operators;
  world.graduates("one.csv", 20, 1);
  world.ctl(0, ...world.issueWords("one.csv", "one"));
  for (const operator of world.operators) {
    await until("a cosigned checkpoint", async () => (await checkpoint(operator)).includes("\n\u2014 witness.example "));
    const said = world.audit(operator, "--witness", vkey, "--state", `audit-${operator.number}`);
    assert.match(said, /witness\.example/);
  }
  const [document] = world.pictures("one");
  assert.equal(logStep(await world.ask(document)).state, "passed");

  // The past is kept aside, the log goes on, and everybody has seen it.
  await first.stop();
  cpSync(world.path("ledger-1"), world.path("aside"), { recursive: true });
  await first.start();
  world.graduates("two.csv", 20, 2);
  world.ctl(0, ...world.issueWords("two.csv", "two"));
  const [later] = world.pictures("two");
  await until("an answer by all", async () => logStep(await world.ask(later)).state === "passed");
  await until("cosigned at 40", async () => {
    const note = await checkpoint(first);
    return sizeOf(note) === 40 && note.includes("\n\u2014 witness.example ");
  });
  world.audit(first, "--state", "audit-1");

  // Set back: it shows less than it has shown before.
  await first.kill();
  rmSync(world.path("ledger-1"), { recursive: true });
  cpSync(world.path("aside"), world.path("ledger-1"), { recursive: true });
  await first.start();
  assert.equal(sizeOf(await checkpoint(first)), 20);
  await until("the portal notices", async () => logStep(await world.ask(document)).state === "warning");
  let answer = await world.ask(document);
  assert.equal(answer.verdict, "VALID", "the other two are enough");
  const rollback = world.tryCtl("audit", first.url, "--vkey", first.vkey, "--state", "audit-1");
  assert.equal(rollback.status, 1, rollback.stdout + rollback.stderr);

  // Grown again to the same size with other documents: two roots for one size.
  world.graduates("three.csv", 20, 3);
  world.ctl(0, ...world.issueWords("three.csv", "three"));
  assert.equal(sizeOf(await checkpoint(first)), 40);
  await until("the proof", () => readdirSync(world.path("seen")).some((name) => name.startsWith("evidence-")));
  answer = await world.ask(document);
  assert.equal(answer.verdict, "VALID");
  const shown = logStep(answer).state === "warning" && JSON.stringify(answer.checks).includes("EQUIVOCATION");
  assert.ok(shown, JSON.stringify(answer.checks));
  const [evidence] = readdirSync(world.path("seen")).filter((name) => name.startsWith("evidence-"));
  const text = readFileSync(world.path(`seen/${evidence}`), "utf8");
  assert.equal(text.split(`\n${first.origin}\n40\n`).length, 3, "both notes are in the proof");
  await pause(3000);
  assert.ok(!(await checkpoint(first)).includes("\n\u2014 witness.example "), "no cosignature for the other history");
  assert.equal(world.tryCtl("audit", first.url, "--vkey", first.vkey, "--state", "audit-1").status, 1);

  // With another operator away, the one that lies is not enough; and a restart forgets nothing.
  await world.operators[1].kill();
  answer = await world.ask(document);
  assert.deepEqual([answer.verdict, answer.name], ["INCONCLUSIVE", "EQUIVOCATION"]);
  await world.portal.stop();
  await world.portal.start();
  answer = await world.ask(document);
  assert.deepEqual([answer.verdict, answer.name], ["INCONCLUSIVE", "EQUIVOCATION"]);
});
