// Engines for a while: started on free ports, with their files in a temporary folder, until our
// standard input ends or a command has run. scripts/engines.sh tells how to use it.

import { spawn } from "node:child_process";
import { once } from "node:events";
import fs from "node:fs";
import os from "node:os";
import path from "node:path";

import { SETTINGS, engine } from "./engine.mjs";
import { free } from "./ports.mjs";
import { ENGINES } from "./settings.mjs";
import { lastLines } from "./tail.mjs";

const READY_WITHIN = 120_000;

const [names, command] = split(process.argv.slice(2));
for (const name of names) {
  if (ENGINES.includes(name)) continue;
  console.error(`engines: '${name}' is none; there are: ${ENGINES.join(", ")}`);
  process.exit(1);
}

const home = fs.mkdtempSync(path.join(os.tmpdir(), "rapport-engines-"));
// Accounts of engines pass through.
fs.chmodSync(home, 0o711);
const ports = await free(names.length * 3);
const parts = names.map((name, i) => {
  const [port, second, third] = ports.slice(i * 3);
  const more = { kafka: [second], rabbitmq: [second, third] }[name];
  return engine({ name, home, port, more, log: path.join(home, `${name}.log`), unsafe: true });
});
let ending = null;

for (const name of ["SIGINT", "SIGTERM", "SIGHUP"]) process.on(name, () => end(130));
process.on("exit", () => {
  for (const part of parts) part.killNow();
  fs.rmSync(home, { recursive: true, force: true });
});

for (const part of parts) part.start();
const ready = await Promise.all(parts.map((part) => part.untilReady(READY_WITHIN)));
for (const [i, part] of parts.entries()) {
  if (ready[i]) continue;
  console.error(`engines: ${part.name} is not ready; it said:`);
  for (const line of lastLines(part.log, 15)) console.error(`  ${line}`);
  await end(1);
}
const settings = Object.assign({}, ...names.map((name, i) => SETTINGS[name](ports[i * 3])));

if (command) {
  const child = spawn(command[0], command.slice(1), { stdio: "inherit", env: { ...process.env, ...settings } });
  child.on("error", (error) => console.error(`engines: ${error.message}`));
  const [code] = await Promise.race([once(child, "exit"), once(child, "error").then(() => [127])]);
  await end(code ?? 1);
}
for (const [name, value] of Object.entries(settings)) console.log(`${name}=${value}`);
console.log("ready");
process.stdin.on("end", () => end(0)).on("error", () => end(0)).resume();

function split(words) {
  const at = words.indexOf("--");
  return at < 0 ? [words, null] : [words.slice(0, at), words.slice(at + 1)];
}

async function end(code) {
  ending ??= Promise.all(parts.map((part) => part.stop())).then(() => process.exit(code));
  await ending;
}
