// Every file of test-vectors/, run against web/frag1.

import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { test } from 'node:test';
import { CHECK, OUTCOME, runTest } from './vector_runners.mjs';

const FOLDER = new URL('../../test-vectors/', import.meta.url);
const FILES = readdirSync(FOLDER).filter((name) => name.endsWith('.json')).sort();
const seen = new Set();

async function failuresOf(file, { testGroups }) {
  const failures = [];
  for (const group of testGroups) {
    seen.add(`${file}/${group.type}`);
    for (const row of group.tests) {
      try {
        assert.ok(['valid', 'invalid'].includes(row.result), 'a result is valid or invalid');
        await runTest(file, group, row);
      } catch (error) {
        failures.push(`${group.type} ${row.tcId} (${row.comment}): ${error.message}`);
      }
    }
  }
  return failures;
}

for (const name of FILES) {
  test(`vectors of ${name}`, async () => {
    const vectors = JSON.parse(readFileSync(new URL(name, FOLDER), 'utf8'));
    const count = vectors.testGroups.reduce((sum, group) => sum + group.tests.length, 0);
    assert.equal(count, vectors.numberOfTests, 'number of tests');
    assert.deepEqual(await failuresOf(name.slice(0, -'.json'.length), vectors), []);
  });
}

test('every runner has had a group to run', () => {
  assert.deepEqual([...seen].sort(), [...Object.keys(CHECK), ...Object.keys(OUTCOME)].sort());
});
