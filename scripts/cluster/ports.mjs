// Ports of this machine.

import net from "node:net";
import { setTimeout as pause } from "node:timers/promises";

function listen(port) {
  return new Promise((resolve, reject) => {
    const server = net.createServer();
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

// So many that nobody uses now, all different.
export async function free(count) {
  const servers = await Promise.all(Array.from({ length: count }, () => listen(0)));
  const ports = servers.map((server) => server.address().port);
  await Promise.all(servers.map(closed));
  return ports;
}
