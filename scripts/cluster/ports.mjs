// Ports of this machine.

import net from "node:net";
import { setTimeout as pause } from "node:timers/promises";

function listen(port) {
  return new Promise((resolve, reject) => {
    const server = Object.assign(net.createServer(), { port });
    server.once("error", reject);
    server.listen({ port, host: "127.0.0.1", exclusive: true }, () => resolve(server));
  });
}

const closed = (server) => new Promise((resolve) => server.close(resolve));

export async function isFree(port) {
  try {
    await closed(await listen(port));
    return true;
  } catch {
    return false;
  }
}

// What was killed a moment ago may hold its port a little longer: a process of many threads counts as ended
// when its first thread has.
export async function becomesFree(port, within) {
  for (const until = Date.now() + within; ; await pause(50)) {
    if (await isFree(port)) return true;
    if (Date.now() > until) return false;
  }
}

// Below those that Linux gives to outgoing connections: one of them would have the port before its engine had.
const LOWEST = 12_000;
const HIGHEST = 32_000;

// So many that nobody uses now, all different.
export async function free(count) {
  const servers = [];
  while (servers.length < count) {
    const port = LOWEST + Math.floor(Math.random() * (HIGHEST - LOWEST));
    try {
      servers.push(await listen(port));
    } catch (error) {
      if (error.code !== "EADDRINUSE") throw error;
    }
  }
  await Promise.all(servers.map(closed));
  return servers.map((server) => server.port);
}
