// WebCrypto in a browser: `subtle` exists in secure contexts only (https, or localhost).

export const crypto = globalThis.crypto;
