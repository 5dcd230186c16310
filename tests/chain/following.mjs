// following_program in a folder of its own: started, watched, killed, started again; and a node in between that lies.

import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { createServer } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { until } from "./anvil.mjs";
import { Program } from "./program.mjs";

const WAIT_MS = 30_000;

const program = () => {
  const path = process.env.FOLLOWING_PROGRAM;
  assert.ok(path, "FOLLOWING_PROGRAM is not set; run this with ctest");
  return path;
};

export class Following extends Program {
  // tracks: [{origin, account}], the account as 40 hex digits.
  constructor(settings, tracks) {
    super();
    this.folder = mkdtempSync(join(tmpdir(), "verifyd-following-"));
    this.settings = { poll_s: 0, ...settings };
    this.tracks = tracks;
  }

  words() {
    return Object.entries({ ...this.settings, anchors: join(this.folder, "anchors"),
      track: this.tracks.map(({ origin, account }) => `${origin},${account.replace(/^0x/, "")}`) })
      .flatMap(([name, value]) => (Array.isArray(value) ? value : [value]).map((one) => `${name}=${one}`));
  }

  start() {
    return this.launch(program(), this.words());
  }

  // As if it had been started now.
  mark() {
    this.since = this.lines.length;
  }

  wait(pattern, count = 1) {
    return until(() => {
      assert.ok(this.isRunning, `it has ended: ${this.text()}`);
      return this.matching(pattern).length >= count && this.matching(pattern)[count - 1];
    }, () => `${pattern}\n${this.text()}`, WAIT_MS);
  }

  // Waits until a track has seen that block.
  async seen(number, track = 0) {
    return until(() => {
      assert.ok(this.isRunning, `it has ended: ${this.text()}`);
      return this.lines.some((line) => {
        const words = line.split(" ");
        return words[0] === "seen" && Number(words[1]) === track && Number(words[2]) >= number;
      });
    }, () => `block ${number} to be seen\n${this.text()}`, WAIT_MS);
  }

  lastSeen(track = 0) {
    const line = this.lines.findLast((one) => one.startsWith(`seen ${track} `));
    return line === undefined ? -1 : Number(line.split(" ")[2]);
  }

  // What is kept; it must not be running.
  list() {
    const result = spawnSync(program(), [...this.words(), "list=1"], { encoding: "utf8", maxBuffer: 1 << 26 });
    assert.equal(result.status, 0, result.stdout + result.stderr);
    return result.stdout.split("\n").filter((line) => line.startsWith("anchor ")).map((line) => {
      const [, track, size, root, transaction, block, hash, time, state, stands, raw, evidence] = line.split(" ");
      return { track: Number(track), size: Number(size), root, transaction, block: Number(block), hash,
        time: Number(time), state, isGone: stands === "gone", raw, evidence };
    });
  }

  async end() {
    if (this.process) await this.kill();
    rmSync(this.folder, { recursive: true, force: true });
  }
}

// Stands before a node. alter(method, params, answer) may return another answer, {result} or {error}; text that is sent
// instead; or "silence". Counts what it is asked.
export class Liar {
  static async start(url, { headers = {} } = {}) {
    const liar = new Liar();
    liar.asked = {};
    liar.alter = undefined;
    liar.server = createServer((request, response) => {
      const parts = [];
      request.on("data", (part) => parts.push(part)).on("end", () => {
        liar.answer(url, headers, Buffer.concat(parts), response).catch(() => response.destroy());
      });
    });
    await new Promise((resolve) => liar.server.listen(0, "127.0.0.1", resolve));
    liar.url = `http://127.0.0.1:${liar.server.address().port}`;
    return liar;
  }

  async answer(url, headers, body, response) {
    const { id, method, params } = JSON.parse(body);
    this.asked[method] = (this.asked[method] ?? 0) + 1;
    const from = await fetch(url,
      { method: "POST", headers: { "content-type": "application/json", ...headers }, body });
    const { result, error } = await from.json();
    let answer = error ? { error } : { result };
    if (this.alter) answer = await this.alter(method, params, answer) ?? answer;
    if (answer === "silence") return; // held open until the other side gives up
    response.setHeader("content-type", "application/json");
    response.end(typeof answer === "string" ? answer : JSON.stringify({ jsonrpc: "2.0", id, ...answer }));
  }

  async stop() {
    this.server.closeAllConnections();
    await new Promise((resolve) => this.server.close(resolve));
  }
}
