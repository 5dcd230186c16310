// WebCrypto under Node: version 18 has it, but not as a global.

import { webcrypto } from 'node:crypto';

export const crypto = globalThis.crypto ?? webcrypto;
