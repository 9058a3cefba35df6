// Orders from outside, over a socket: one a line, each answered by one line of JSON.

import fs from "node:fs";
import net from "node:net";
import path from "node:path";
import { createInterface } from "node:readline";

const READY_WITHIN = 120_000;
// A socket's path may not be longer; then it lies in the system's temporary folder.
const LONGEST_PATH = 100;

export function place(folder) {
  const wanted = path.join(folder, "control");
  if (wanted.length <= LONGEST_PATH) return wanted;
  const name = folder.replaceAll("/", "-").slice(-60);
  return `/tmp/rapport-cluster${name}`;
}

// What an order does with its part.
const ORDERS = {
  // SIGTERM, SIGKILL after its grace; stays down until `start`.
  stop: (part) => part.stop(),
  // SIGKILL; stays down until `start`.
  kill: (part) => part.kill(),
  // SIGKILL; comes back like after any crash.
  crash: (part) => part.crash(),
  // Comes back; answered when it is ready.
  start: async (part) => {
    part.start();
    if (!(await part.untilReady(READY_WITHIN))) throw new Error(`${part.name} is not ready after ${READY_WITHIN / 1000} s`);
  },
  restart: async (part) => {
    await part.stop();
    await ORDERS.start(part);
  },
  // SIGSTOP and SIGCONT, for all its processes.
  pause: (part) => part.freeze("SIGSTOP"),
  resume: (part) => part.freeze("SIGCONT"),
};

async function carryOut(line, { parts, status, shutDown }) {
  const [order, name] = line.trim().split(/\s+/);
  if (order === "status") return status();
  if (order === "shutdown") return void shutDown("asked to");
  const part = parts.find((part) => part.name === name);
  if (!ORDERS[order]) throw new Error(`'${order}' is no order; there are: ${Object.keys(ORDERS).join(", ")}, status, shutdown`);
  if (!part) throw new Error(`'${name ?? ""}' is no part; there are: ${parts.map((part) => part.name).join(", ")}`);
  await ORDERS[order](part);
  return { part: part.name, state: part.state, pid: part.pid };
}

export function listen(file, cluster) {
  fs.rmSync(file, { force: true });
  const server = net.createServer((socket) => {
    socket.on("error", () => {});
    createInterface({ input: socket }).on("line", async (line) => {
      const answer = await carryOut(line, cluster).then(
        (result) => ({ ok: true, ...result }),
        (error) => ({ ok: false, error: error.message }),
      );
      if (socket.writable) socket.write(`${JSON.stringify(answer)}\n`);
    });
  });
  return new Promise((resolve, reject) => {
    server.once("error", reject);
    server.listen(file, () => {
      fs.chmodSync(file, 0o600);
      resolve(server);
    });
  });
}

// Sends one order; gives the answer, or null where nobody listens.
export function ask(file, order) {
  return new Promise((resolve) => {
    const socket = net.connect(file);
    socket.on("error", () => resolve(null));
    socket.on("connect", () => socket.write(`${order}\n`));
    createInterface({ input: socket }).on("error", () => {}).once("line", (line) => {
      socket.destroy();
      resolve(JSON.parse(line));
    });
    socket.on("close", () => resolve(null));
  });
}
