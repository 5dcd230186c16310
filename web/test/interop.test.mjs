import assert from 'node:assert/strict';
import { test } from 'node:test';
import { issueCase, checkCase } from './interop_case.mjs';
import { Random } from './support.mjs';

test('random cases open and issue again; a changed one does not', async () => {
  for (let i = 0; i < 25; i += 1) {
    const row = JSON.parse(JSON.stringify(await issueCase(new Random(`interop/${i}`))));
    await checkCase(row);
    const last = row.records[row.m - 1];
    const changed = `${last.slice(0, -1)}${last.endsWith('0') ? '1' : '0'}`;
    await assert.rejects(() => checkCase({ ...row, records: [...row.records.slice(0, -1), changed] }));
    await assert.rejects(() => checkCase({ ...row, t: row.t % row.m + 1, m: row.m + 1 }));
  }
});
