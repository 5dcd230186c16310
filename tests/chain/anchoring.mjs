// anchoring_program in a folder of its own: started, watched, killed, started again; and a log that grows as the test
// says.

import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { mkdtempSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { until } from "./anvil.mjs";
import { Program } from "./program.mjs";

export const ORIGIN = "ledger.example/log/1";

const sha256 = (...parts) => {
  const hash = createHash("sha256");
  for (const part of parts) hash.update(part);
  return hash.digest();
};

// The root of a log of `size` entries here; `fork` makes another log.
export const rootOf = (size, fork = "") => sha256(`root ${size}${fork}`).toString("hex");

// FRAG-1 section 5.
export function payloadOf(size, root = rootOf(size), origin = ORIGIN) {
  const number = Buffer.alloc(8);
  number.writeBigUInt64BE(BigInt(size));
  return Buffer.concat([Buffer.from("FRA1"), sha256(origin).subarray(0, 8), number, Buffer.from(root, "hex")]);
}

export class Anchoring extends Program {
  constructor(settings) {
    super();
    this.folder = mkdtempSync(join(tmpdir(), "verifyd-anchoring-"));
    this.settings = { outbox: this.path("outbox"), origin: ORIGIN, checkpoint: this.path("checkpoint"), ...settings };
    this.starts = 0;
  }

  path(name) {
    return join(this.folder, name);
  }

  // The log has grown.
  grow(size, root = rootOf(size)) {
    writeFileSync(this.path("checkpoint.new"), `${size} ${root}\n`);
    renameSync(this.path("checkpoint.new"), this.path("checkpoint"));
  }

  words() {
    return Object.entries(this.settings).flatMap(([name, value]) =>
      (Array.isArray(value) ? value : [value]).map((one) => `${name}=${one}`));
  }

  // environment: as for tests/verifyd/fault_shim.c.
  start(environment = {}) {
    const path = process.env.VERIFYD_CHAIN_ANCHORING;
    assert.ok(path, "VERIFYD_CHAIN_ANCHORING is not set; run this with ctest");
    this.starts += 1;
    return this.launch(path, this.words(), { env: { ...process.env, ...environment } });
  }

  seen(pattern) {
    return this.matching(pattern);
  }

  // Every line since the first start that matches.
  all(pattern) {
    return this.lines.filter((line) => pattern.test(line));
  }

  wait(pattern, count = 1, ms = 20_000) {
    return until(() => this.seen(pattern).length >= count && this.seen(pattern)[count - 1],
      () => `${pattern}\n${this.errors}${this.lines.join("\n")}`, ms);
  }

  async end() {
    if (this.process) await this.kill();
    rmSync(this.folder, { recursive: true, force: true });
  }
}
