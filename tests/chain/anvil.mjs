// An EVM node for tests: anvil on a free port, ended by its pid.

import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { lastingPort } from "../network/ports.mjs";

const START_MS = 20_000;
const CHAIN_ID = 31337;

const program = () => {
  const name = `@foundry-rs/anvil-linux-${process.arch === "arm64" ? "arm64" : "amd64"}`;
  return join(dirname(createRequire(import.meta.url).resolve(`${name}/package.json`)), "bin", "anvil");
};

// Whatever ends this process, nothing that it started goes on.
const children = new Set();
process.on("exit", () => { for (const child of children) child.kill("SIGKILL"); });

export function mind(child) {
  children.add(child);
  child.once("exit", () => children.delete(child));
  return child;
}

export const pause = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

// Waits until `condition` gives something true, and returns that.
export async function until(condition, what, ms = 20_000) {
  for (const end = Date.now() + ms; Date.now() < end; await pause(20)) {
    const value = await condition();
    if (value) return value;
  }
  throw new Error(`did not come: ${typeof what === "function" ? what() : what}`);
}

export const hex = (number) => `0x${BigInt(number).toString(16)}`;

export async function rpc(url, method, ...params) {
  const answer = await fetch(url, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ jsonrpc: "2.0", id: 1, method, params }),
  });
  const { result, error } = await answer.json();
  if (error) throw new Error(`${method}: ${error.message}`);
  return result;
}

export class Anvil {
  // words: further arguments, such as "--no-mining". port: to be started again where it was. Blocks of an epoch are 1
  // unless said otherwise: the finalized block is then 2 behind the latest.
  static async start(words = [], { port, chainId = CHAIN_ID, epoch = 1 } = {}) {
    const anvil = new Anvil();
    anvil.port = port ?? (await lastingPort());
    anvil.url = `http://127.0.0.1:${anvil.port}`;
    anvil.chainId = chainId;
    anvil.process = mind(spawn(program(), ["--silent", "--host", "127.0.0.1", "--port", String(anvil.port), "--chain-id",
      String(chainId), "--slots-in-an-epoch", String(epoch), "--accounts", "1", ...words.map(String)],
    { stdio: ["ignore", "ignore", "inherit"] }));
    anvil.ended = new Promise((resolve) => anvil.process.once("exit", resolve));
    const began = Date.now();
    for (;;) {
      try {
        assert.equal(BigInt(await anvil.rpc("eth_chainId")), BigInt(chainId));
        return anvil;
      } catch (error) {
        if (anvil.process.exitCode !== null || Date.now() - began > START_MS) throw error;
        await pause(25);
      }
    }
  }

  rpc(method, ...params) {
    return rpc(this.url, method, ...params);
  }

  mine(count = 1) {
    return this.rpc("anvil_mine", hex(count));
  }

  async number(tag = "latest") {
    return Number((await this.rpc("eth_getBlockByNumber", tag, false)).number);
  }

  fund(account, ether) {
    return this.rpc("anvil_setBalance", account, hex(BigInt(Math.round(ether * 1e6)) * 10n ** 12n));
  }

  async stop() {
    if (this.process.exitCode === null && this.process.signalCode === null) this.process.kill("SIGKILL");
    await this.ended;
  }
}
