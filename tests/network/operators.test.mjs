// Three operator processes and a portal, any two of the three needed: killing or freezing any one changes no verdict; any
// two gives INCONCLUSIVE, never NOT_VALID and never VALID; and what came back is asked again.

import assert from "node:assert/strict";
import { pause, withWorld } from "./world.mjs";

const ROWS = 40;

const states = (answer) =>
  answer.checks.find((check) => check.step === "fragments").operators.map((operator) => operator.state);

async function verdicts(world, pictures, wanted) {
  const answers = await Promise.all(pictures.map((picture) => world.ask(picture)));
  for (const answer of answers) {
    assert.equal(answer.verdict, wanted, JSON.stringify(answer.checks));
    if (wanted !== "VALID") assert.deepEqual([answer.document, answer.attributes, answer.issuer], [null, [], null]);
  }
  return answers;
}

// Long enough for an operator that was left alone to be tried again.
async function untilAllAnswer(world, picture) {
  for (let tries = 0; tries < 300; tries += 1) {
    const answer = await world.ask(picture);
    if (!states(answer).includes("unreachable")) return;
    await pause(200);
  }
  assert.fail("an operator that came back is not asked any more");
}

await withWorld(async (world) => {
  await world.build(3, 2, { operatorMs: 2000 }); // within which those that are not frozen are to answer
  await world.startAll();
  world.graduates("graduates.csv", ROWS, 1);
  world.ctl(0, ...world.issueWords("graduates.csv", "out"));
  const pictures = world.pictures("out");
  assert.equal(pictures.length, ROWS);
  const some = pictures.slice(0, 4);

  await verdicts(world, some, "VALID");
  const answer = await world.ask(some[0]);
  assert.equal(answer.checks.find((check) => check.step === "log").state, "passed", JSON.stringify(answer.checks));
  assert.equal(answer.checks.find((check) => check.step === "anchor").state, "not_checked");
  world.ctl(0, "verify", "--config", "portal.conf", ...some);

  for (const [one, two] of [[0, 1], [1, 2], [2, 0]]) {
    for (const way of ["kill", "freeze"]) {
      const [first, second] = [world.operators[one], world.operators[two]];
      await first[way]();
      await verdicts(world, some, "VALID");
      await second[way]();
      const [inconclusive] = await verdicts(world, some.slice(0, 2), "INCONCLUSIVE");
      assert.equal(inconclusive.code, 12);
      assert.equal(world.tryCtl("verify", "--config", "portal.conf", some[0]).status, 2);
      if (way === "freeze") [first, second].forEach((operator) => operator.thaw());
      else for (const operator of [first, second]) await operator.start();
      await untilAllAnswer(world, some[0]);
      await verdicts(world, some, "VALID");
    }
  }

  // A document that was never issued: its answer needs enough operators that say so.
  world.write("elsewhere.conf", `realm = 1; threshold = 2; ${world.trust()} profiles = [ "degree.conf" ];
operators = ( { number = 1; name = "A"; store = "elsewhere-1"; }, { number = 2; name = "B"; store = "elsewhere-2"; },
  { number = 3; name = "C"; store = "elsewhere-3"; } );`);
  world.graduates("foreign.csv", 1, 2);
  const words = world.issueWords("foreign.csv", "foreign").map((word) => (word === "portal.conf" ? "elsewhere.conf" : word));
  world.ctl(0, ...words);
  const [never] = world.pictures("foreign");
  let unknown = await world.ask(never);
  assert.equal(unknown.verdict, "NOT_VALID");
  assert.equal(unknown.code, 10);
  await world.operators[1].kill();
  unknown = await world.ask(never);
  assert.equal(unknown.verdict, "NOT_VALID", "two say that they have none, so fewer than two can hold it");
  await world.operators[2].kill();
  unknown = await world.ask(never);
  assert.equal(unknown.verdict, "INCONCLUSIVE");
  for (const operator of [world.operators[1], world.operators[2]]) await operator.start();

  // Issuing while an operator is away stops with its name, and goes on with the same command.
  world.graduates("more.csv", ROWS, 3);
  await world.operators[2].kill();
  const stopped = world.tryCtl(...world.issueWords("more.csv", "more"));
  assert.equal(stopped.status, 69, stopped.stderr);
  assert.match(stopped.stderr, /Operator 3/);
  assert.equal(world.pictures("more").length, 0, "no code is drawn whose fragments are not everywhere");
  await world.operators[2].start();
  world.ctl(0, ...world.issueWords("more.csv", "more"));
  await untilAllAnswer(world, some[0]);
  await verdicts(world, world.pictures("more").slice(0, 4), "VALID");

  // Every operator's log has every document once.
  for (const operator of world.operators) {
    const said = world.audit(operator, "--records");
    assert.match(said, new RegExp(`\\b${2 * ROWS}\\b`), said);
  }
  for (const daemon of [...world.operators, world.portal]) await daemon.stop();
});
