// A program that a test starts, watches line by line, kills and starts again.

import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { mind } from "./anvil.mjs";

export class Program {
  constructor() {
    this.lines = [];
  }

  launch(path, words, options = {}) {
    const child = mind(spawn(path, words, { ...options, stdio: ["ignore", "pipe", "pipe"] }));
    this.process = child;
    this.errors = "";
    this.since = this.lines.length;
    let rest = "";
    child.stderr.setEncoding("utf8").on("data", (more) => { this.errors += more; });
    child.stdout.setEncoding("utf8").on("data", (more) => {
      const parts = (rest + more).split("\n");
      rest = parts.pop();
      this.lines.push(...parts);
    });
    this.ended = new Promise((resolve) => child.once("close", (code, signal) => resolve(code ?? signal)));
    return this;
  }

  get isRunning() {
    return this.process !== undefined && this.process.exitCode === null && this.process.signalCode === null;
  }

  text() {
    return `${this.errors}${this.lines.slice(-60).join("\n")}`;
  }

  async stop() {
    this.process.kill("SIGTERM");
    assert.equal(await this.ended, 0, this.text());
  }

  async kill() {
    if (this.isRunning) this.process.kill("SIGKILL");
    await this.ended;
  }

  // Lines since the last start that match.
  matching(pattern) {
    return this.lines.slice(this.since).filter((line) => pattern.test(line));
  }
}
