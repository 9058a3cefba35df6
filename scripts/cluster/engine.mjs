// The engines as parts: the scripts in scripts/engines, and how each is told to end and found ready.

import path from "node:path";

import { Part } from "./part.mjs";
import * as ready from "./ready.mjs";

const SCRIPTS = new URL("../engines/", import.meta.url).pathname;

// How the program is told of each.
export const SETTINGS = {
  postgres: (port, password) => ({ DATABASE_URL: `postgresql://rapport${colon(password)}@127.0.0.1:${port}/rapport` }),
  redis: (port, password) => ({ RAPPORT_REDIS: `redis://${password ? `:${password}@` : ""}127.0.0.1:${port}` }),
  kafka: (port) => ({ RAPPORT_KAFKA: `127.0.0.1:${port}` }),
  rabbitmq: (port, password) => ({
    RAPPORT_RABBITMQ: `amqp://${password ? `rapport:${password}` : "guest:guest"}@127.0.0.1:${port}/%2f`,
  }),
};

const colon = (password) => (password ? `:${password}` : "");

const IS_READY = {
  postgres: (port) => ready.postgres(port),
  redis: (port, password) => ready.redis(port, password),
  kafka: (port) => ready.kafka(port),
  rabbitmq: (port) => ready.rabbitmq(port),
  // Whatever it says of the nodes behind.
  nginx: (port) => ready.page(port, "/healthz"),
};

// `more` are the script's arguments after the folder and the port.
export function engine({ name, home, port, password, more = [], log, unsafe = false }) {
  const folder = path.join(home, name);
  const environment = { ...process.env, ENGINE_MORTAL: "1" };
  if (password) environment.ENGINE_PASSWORD = password;
  if (unsafe) environment.ENGINE_UNSAFE = "1";
  return new Part({
    name,
    command: ["bash", `${SCRIPTS}${name}.sh`, folder, String(port), ...more.map(String)],
    environment,
    isReady: () => IS_READY[name](port, password),
    // PostgreSQL would wait for everybody to leave.
    stopSignal: name === "postgres" ? "SIGINT" : "SIGTERM",
    grace: name === "kafka" ? 15_000 : 10_000,
    address: `127.0.0.1:${port}`,
    folder,
    log,
  });
}
