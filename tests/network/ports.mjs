// Ports for servers that are stopped and started again: free, and below those that the system gives to whoever connects or
// asks for any port, which would take one while its server is down.
import { randomInt } from "node:crypto";
import { createServer } from "node:net";

const FIRST = 16384, END = 28672, TRIES = 100;

const isFree = (port) => new Promise((resolve) => {
  const server = createServer();
  server.once("error", () => resolve(false));
  server.listen(port, "127.0.0.1", () => server.close(() => resolve(true)));
});

export async function lastingPort() {
  for (let i = 0; i < TRIES; i += 1) {
    const port = randomInt(FIRST, END);
    if (await isFree(port)) return port;
  }
  throw new Error("no port is free");
}

// All different.
export async function lastingPorts(count) {
  const ports = new Set();
  while (ports.size < count) ports.add(await lastingPort());
  return [...ports];
}
