// What a cluster was told, by the environment; scripts/cluster.sh says what for.

import path from "node:path";

export const ENGINES = ["postgres", "redis", "kafka", "rabbitmq"];

export class Refusal extends Error {}

function number(name, usual, least, most) {
  const text = process.env[name] ?? String(usual);
  const value = Number(text);
  if (!Number.isInteger(value) || value < least || value > most) {
    throw new Refusal(`${name} must be a number from ${least} to ${most}, not '${text}'`);
  }
  return value;
}

export function read() {
  const without = (process.env.CLUSTER_WITHOUT ?? "").split(/[\s,]+/).filter(Boolean);
  const optional = [...ENGINES.filter((name) => name !== "postgres"), "nginx"];
  for (const name of without) {
    if (!optional.includes(name)) throw new Refusal(`CLUSTER_WITHOUT may hold ${optional.join(", ")}, not '${name}'`);
  }
  return {
    folder: path.resolve(process.env.CLUSTER_FOLDER ?? "data/cluster"),
    base: number("CLUSTER_PORT", 3100, 1024, 65_400),
    program: path.resolve(process.env.CLUSTER_PROGRAM ?? "target/release/rapport"),
    web: number("CLUSTER_WEB", 2, 1, 8),
    store: without.includes("kafka") ? 0 : number("CLUSTER_STORE", 2, 1, 8),
    quiet: Boolean(process.env.CLUSTER_QUIET),
    has: (name) => !without.includes(name),
  };
}

// Every port by its name, one after the other from the base.
export function ports({ base, web, store, has }) {
  const numbered = (name, count) => Array.from({ length: count }, (_, i) => `${name}-${i + 1}`);
  const names = [
    "nginx", ...numbered("web", web), "postgres", "redis", "kafka", "kafka-controller",
    "rabbitmq", "rabbitmq-distribution", "rabbitmq-epmd", ...numbered("store", store), "worker",
  ];
  const used = names.map((name, i) => [name, base + i]).filter(([name]) => has(name.split("-")[0]));
  return Object.fromEntries(used);
}
