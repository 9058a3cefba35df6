// The parts of a cluster, and in which order they come and go.

import fs from "node:fs";
import path from "node:path";

import { SETTINGS, engine } from "./engine.mjs";
import { Part } from "./part.mjs";
import * as ready from "./ready.mjs";
import { ENGINES, ports as portsOf } from "./settings.mjs";


export function build(settings, secrets) {
  const { folder, program, has } = settings;
  const ports = portsOf(settings);
  const logs = path.join(folder, "logs");
  const mail = path.join(folder, "mail");
  for (const made of [logs, mail]) fs.mkdirSync(made, { recursive: true, mode: 0o700 });
  const log = (name) => path.join(logs, `${name}.log`);

  const more = {
    kafka: [ports["kafka-controller"]],
    rabbitmq: [ports["rabbitmq-distribution"], ports["rabbitmq-epmd"]],
  };
  const engines = ENGINES.filter(has).map((name) =>
    engine({ name, home: folder, port: ports[name], password: secrets[name], more: more[name], log: log(name) }));

  const front = ports.nginx ?? ports["web-1"];
  const origin = `http://localhost:${front}`;
  const connections = Object.assign({}, ...engines.map(({ name }) => SETTINGS[name](ports[name], secrets[name])));
  const environment = {
    ...process.env,
    ...connections,
    RAPPORT_SECRET: secrets.rapport,
    RAPPORT_ORIGIN: origin,
    RAPPORT_PROXIES: "127.0.0.1",
  };
  // Theirs are for the engines that run here.
  for (const name of ENGINES.filter((name) => !has(name))) {
    for (const setting of Object.keys(SETTINGS[name](0))) delete environment[setting];
  }

  // Each has its folder; their mail lies together, so that every node shows all of it.
  const own = (name) => {
    const data = path.join(folder, name);
    fs.mkdirSync(data, { recursive: true, mode: 0o700 });
    const link = path.join(data, "mail");
    if (!fs.existsSync(link)) fs.symlinkSync("../mail", link);
    return { ...environment, RAPPORT_DATA: data, RAPPORT_LISTEN: `127.0.0.1:${ports[name] ?? front}` };
  };
  const role = (name) => {
    const port = ports[name];
    const kind = name.split("-")[0];
    return new Part({
      name,
      command: [program, kind],
      environment: own(name),
      isReady: () => ready.page(port, "/readyz"),
      grace: 20_000,
      address: `127.0.0.1:${port}`,
      folder: path.join(folder, name),
      log: log(name),
    });
  };
  const named = (kind) => Object.keys(ports).filter((name) => name.split("-")[0] === kind);
  const web = named("web").map(role);
  const store = named("store").map(role);
  const worker = role("worker");
  const nginx = has("nginx")
    ? [engine({ name: "nginx", home: folder, port: ports.nginx, more: web.map((part) => part.address.split(":")[1]), log: log("nginx") })]
    : [];

  return {
    parts: [...engines, ...web, ...store, worker, ...nginx],
    engines,
    roles: [...web, ...store, worker],
    nginx,
    // People are told to come back while there is somebody to tell them; what they wrote is stored
    // while there is something to store it.
    down: [web, nginx, [...store, worker], engines.filter((part) => part.name !== "postgres"), engines.slice(0, 1)],
    ports,
    origin,
    front,
    connections,
    environment,
    migrate: { command: [program, "migrate"], environment: own("migrate"), log: log("migrate") },
    mail: process.env.RAPPORT_SMTP ? null : mail,
  };
}
