// Starts a cluster, keeps it going, and takes it down in order. scripts/cluster.sh tells how to use it.

import { spawn } from "node:child_process";
import { once } from "node:events";
import fs from "node:fs";
import path from "node:path";
import { setTimeout as pause } from "node:timers/promises";

import { ask, listen, place } from "./control.mjs";
import { build } from "./parts.mjs";
import { becomesFree } from "./ports.mjs";
import { killLeftovers } from "./processes.mjs";
import * as ready from "./ready.mjs";
import { secrets } from "./secrets.mjs";
import { Refusal, ports as portsOf, read } from "./settings.mjs";
import { Tail, lastLines } from "./tail.mjs";

const READY_WITHIN = 120_000;
// Ends of one part before it was ever ready, after which something is wrong with it.
const TRIES = 3;

let cluster = null;
let isReady = false;
let goingDown = null;
const tail = new Tail();
const say = (text) => tail.say("cluster", text);

main().catch(async (error) => {
  console.error(error instanceof Refusal ? `cluster: ${error.message}` : error);
  await down("a failure", 1);
});

async function main() {
  const settings = read();
  for (const name of ["SIGINT", "SIGTERM", "SIGHUP"]) process.on(name, () => asked(name));
  // Whatever happens here, nothing is left behind.
  process.on("exit", killAll);
  endWithStarter();

  fs.mkdirSync(settings.folder, { recursive: true });
  // Accounts of engines pass through; nobody looks around.
  fs.chmodSync(settings.folder, 0o711);
  const control = place(settings.folder);
  const other = await ask(control, "status");
  if (other) {
    throw new Refusal(`a cluster runs in ${settings.folder} already (process ${other.supervisor}); ` +
      "stop that one, or choose another folder with CLUSTER_FOLDER");
  }
  await killLeftovers(settings.folder);
  // Left by a cluster that was killed: its last threads may still hold its ports.
  const wasKilled = fs.existsSync(stateFile(settings));
  await takePorts(settings, wasKilled ? 20_000 : 2_000);
  fs.rmSync(stateFile(settings), { force: true });

  cluster = build(settings, secrets(settings.folder));
  for (const part of cluster.parts) {
    part.on("state", () => write(settings, control));
    part.on("said", (text) => say(`${part.name} ${text}`));
    part.on("said", () => giveUpOn(part));
    if (!settings.quiet) tail.add(part.name, part.log);
  }
  tail.add("cluster", "/dev/null");
  tail.start();
  await listen(control, { parts: cluster.parts, status: () => status(settings, control), shutDown: asked });
  write(settings, control);

  say(`starting ${cluster.engines.map((part) => part.name).join(", ")}`);
  await start(cluster.engines);
  say("rapport migrate");
  await migrate();
  say(`starting ${[...cluster.roles, ...cluster.nginx].map((part) => part.name).join(", ")}`);
  await start([...cluster.nginx, ...cluster.roles]);
  while (!goingDown && !(await ready.page(cluster.front, "/readyz"))) await pause(100);
  if (goingDown) return;
  isReady = true;
  write(settings, control);
  announce(settings);
}

async function takePorts(settings, within) {
  const ports = Object.entries(portsOf(settings));
  for (const [name, port] of ports) {
    if (await becomesFree(port, within)) continue;
    throw new Refusal(`port ${port}, for ${name}, is taken; stop what holds it, or choose ` +
      `${ports.length} others with CLUSTER_PORT (${settings.base} now)`);
  }
}

async function start(parts) {
  for (const part of parts) part.start();
  const answers = await Promise.all(parts.map((part) => part.untilReady(READY_WITHIN)));
  if (goingDown) await new Promise(() => {});
  const late = parts.filter((_, i) => !answers[i]);
  if (late.length === 0) return;
  for (const part of late) showEnd(part.name, part.log, part.logFrom);
  throw new Refusal(`${late.map((part) => part.name).join(", ")} not ready after ${READY_WITHIN / 1000} s`);
}

function giveUpOn(part) {
  if (isReady || goingDown || part.failures < TRIES || part.readyAt) return;
  showEnd(part.name, part.log, part.logFrom);
  down(`${part.name} does not start; its log is ${part.log}`, 1);
}

function showEnd(name, log, from) {
  tail.look();
  for (const line of lastLines(log, 15, from)) console.error(`${name}: ${line}`);
}

async function migrate() {
  const { command, environment, log } = cluster.migrate;
  const from = fs.statSync(log, { throwIfNoEntry: false })?.size;
  const out = fs.openSync(log, "a");
  const mortal = ["--pdeathsig", "KILL", ...command];
  const child = spawn("setpriv", mortal, { env: environment, stdio: ["ignore", out, out], detached: true });
  cluster.migrating = child;
  const [code] = await once(child, "exit");
  cluster.migrating = null;
  if (goingDown) await new Promise(() => {});
  if (code === 0) return;
  showEnd("migrate", log, from);
  throw new Refusal("rapport migrate failed");
}

function announce(settings) {
  const line = (what, where) => console.log(`  ${what.padEnd(12)} ${where}`);
  console.log(`\nReady. Open ${cluster.origin}\n`);
  for (const part of cluster.roles.filter((part) => part.name.startsWith("web"))) line(part.name, `http://${part.address}`);
  for (const part of cluster.engines) line(part.name, part.address);
  line("mail", cluster.mail ? `${cluster.origin}/dev/mail (files in ${cluster.mail})` : "goes out by RAPPORT_SMTP");
  line("database", cluster.connections.DATABASE_URL.replace(/:[^:@/]*@/, "@"));
  line("settings", "eval \"$(sh scripts/cluster.sh settings)\", then psql \"$DATABASE_URL\" and rapport admin … work");
  line("logs", path.join(settings.folder, "logs"));
  line("state", path.join(settings.folder, "state.json"));
  console.log("\nCtrl-C stops everything.\n");
}

function status(settings, control) {
  const parts = cluster.parts.map(({ name, state, pid, starts, lastEnd, address, folder, log }) =>
    [name, { state, pid, starts, last_end: lastEnd ?? null, address, folder, log }]);
  return {
    supervisor: process.pid,
    ready: isReady && !goingDown,
    folder: settings.folder,
    control,
    origin: cluster.origin,
    mail: cluster.mail,
    settings: {
      ...cluster.connections,
      RAPPORT_ORIGIN: cluster.origin,
      RAPPORT_SECRET: cluster.environment.RAPPORT_SECRET,
      RAPPORT_PROXIES: cluster.environment.RAPPORT_PROXIES,
    },
    parts: Object.fromEntries(parts),
  };
}

const stateFile = ({ folder }) => path.join(folder, "state.json");

// Under another name first: whoever reads it reads the whole.
function write(settings, control) {
  const file = stateFile(settings);
  fs.writeFileSync(`${file}.new`, `${JSON.stringify(status(settings, control), null, 2)}\n`, { mode: 0o600 });
  fs.renameSync(`${file}.new`, file);
}

// A pipe on our standard input ends with whoever started us, even killed.
function endWithStarter() {
  const input = fs.fstatSync(0);
  if (!input.isFIFO() && !input.isSocket()) return;
  process.stdin.on("end", () => asked("the end of its input")).on("error", () => {}).resume();
}

function asked(why) {
  if (!goingDown) return void down(why, 0);
  say("asked again: everything is killed");
  process.exit(130);
}

function down(why, code) {
  goingDown ??= takeDown(why, code);
  return goingDown;
}

async function takeDown(why, code) {
  if (cluster) {
    say(`going down: ${why}`);
    cluster.migrating?.kill("SIGKILL");
    for (const parts of cluster.down) await Promise.all(parts.map((part) => part.stop()));
    tail.stop();
    say("everything is down");
  }
  process.exit(code);
}

function killAll() {
  if (!cluster) return;
  for (const part of cluster.parts) part.killNow();
  for (const file of [place(read().folder), stateFile(read())]) fs.rmSync(file, { force: true });
}
