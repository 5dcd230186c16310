// node interop-issue.mjs SEED COUNT: issues COUNT random cases, one line of JSON each, for another implementation.

import { issueCase } from './interop_case.mjs';
import { Random } from './support.mjs';

const [seed, count] = [process.argv[2], Number(process.argv[3] ?? 1)];
if (seed === undefined || !(Number.isInteger(count) && count >= 1 && count <= 100000)) {
  process.stderr.write('usage: node interop-issue.mjs SEED COUNT (1 to 100000)\n');
  process.exit(2);
}
for (let i = 0; i < count; i += 1) {
  process.stdout.write(`${JSON.stringify(await issueCase(new Random(`${seed}/${i}`)))}\n`);
}
