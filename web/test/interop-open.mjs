// node interop-open.mjs < CASES: opens cases of another implementation, a line of JSON each, and issues them again.

import { createInterface } from 'node:readline';
import { checkCase } from './interop_case.mjs';

let [passed, failed] = [0, 0];
for await (const line of createInterface({ input: process.stdin })) {
  try {
    await checkCase(JSON.parse(line));
    passed += 1;
  } catch (error) {
    failed += 1;
    process.stderr.write(`case ${passed + failed}: ${error.message}\n`);
  }
}
process.stdout.write(`${passed} passed, ${failed} failed\n`);
process.exit(failed === 0 && passed > 0 ? 0 : 1);
