// The supervisor of a cluster, with every engine and a stand-in for the program.

import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import fs from "node:fs";
import net from "node:net";
import os from "node:os";
import path from "node:path";
import { after, before, test } from "node:test";

import { ask } from "../control.mjs";
import { isFree } from "../ports.mjs";
import { isThere, stateOf } from "../processes.mjs";
import { ended, until } from "./waiting.mjs";

const MAIN = new URL("../main.mjs", import.meta.url).pathname;
const STANDIN = new URL("standin.mjs", import.meta.url).pathname;
const NAMES = ["postgres", "redis", "kafka", "rabbitmq", "web-1", "web-2", "store-1", "store-2", "worker", "nginx"];
const folder = fs.mkdtempSync(path.join(os.tmpdir(), "rapport-cluster-test-"));
const stateFile = path.join(folder, "state.json");
const started = [];
let base, cluster;

before(async () => {
  for (base = 17_100; !(await areFree(base)); base += 20);
  cluster = await start();
});

after(() => {
  for (const process of started) process.kill("SIGKILL");
  fs.rmSync(folder, { recursive: true, force: true });
});

async function areFree(first) {
  const answers = await Promise.all(Array.from({ length: 14 }, (_, i) => isFree(first + i)));
  return answers.every(Boolean);
}

function run(environment = {}) {
  const env = { ...process.env, CLUSTER_FOLDER: folder, CLUSTER_PORT: String(base), CLUSTER_PROGRAM: STANDIN, ...environment };
  const child = spawn("node", [MAIN], { env, stdio: ["pipe", "pipe", "pipe"] });
  started.push(child);
  const said = [];
  for (const stream of [child.stdout, child.stderr]) stream.on("data", (bytes) => said.push(bytes));
  return { process: child, said: () => Buffer.concat(said).toString() };
}

async function start() {
  const one = run();
  await until("the cluster is ready", () => {
    assert.equal(one.process.exitCode, null, one.said());
    const state = read();
    return state?.ready && state.supervisor === one.process.pid;
  }, 120_000);
  return one;
}

function read() {
  try {
    return JSON.parse(fs.readFileSync(stateFile, "utf8"));
  } catch (error) {
    if (error.code === "ENOENT") return null;
    throw error;
  }
}

const part = (name) => read().parts[name];
const order = (line) => ask(read().control, line);

test("everything is up, and people get through", async () => {
  const state = read();
  assert.deepEqual(Object.keys(state.parts).sort(), [...NAMES].sort());
  for (const [name, { state: is, pid }] of Object.entries(state.parts)) assert.ok(is === "ready" && isThere(pid), name);
  assert.equal(await (await fetch(`${state.origin}/readyz`)).text(), "web");
  assert.equal(fs.statSync(stateFile).mode & 0o077, 0);
});

// Off: `#ended` starts nothing.
for (const name of NAMES) {
  test(`${name} comes back after a kill`, async () => {
    const { pid, starts } = part(name);
    process.kill(pid, "SIGKILL");
    const again = await until(`${name} is back`, () => {
      const now = part(name);
      return now.state === "ready" && now.pid !== pid && now;
    });
    assert.deepEqual({ starts: again.starts, end: again.last_end }, { starts: starts + 1, end: "SIGKILL" });
  });
}

test("what is stopped stays down until it is started", async () => {
  for (const how of ["stop", "kill"]) {
    assert.deepEqual(await order(`${how} redis`), { ok: true, part: "redis", state: "stopped", pid: null });
    const { pid, ...started } = await order("start redis");
    assert.deepEqual(started, { ok: true, part: "redis", state: "ready" });
    assert.ok(isThere(pid));
  }
});

// Off: no SIGCONT in `killNow`: what was frozen holds the memory of its database.
test("what is frozen can be thawed, and killed", async () => {
  const { pid } = part("postgres");
  await order("pause postgres");
  assert.equal(stateOf(pid), "T");
  await order("resume postgres");
  assert.notEqual(stateOf(pid), "T");
  await order("pause postgres");
  assert.equal((await order("kill postgres")).state, "stopped");
  assert.equal((await order("start postgres")).state, "ready");
});

test("an order that is none is refused", async () => {
  assert.match((await order("dance redis")).error, /'dance' is no order; there are: stop/);
  assert.match((await order("stop nobody")).error, /'nobody' is no part; there are: postgres/);
});

test("a second cluster is refused, in the same folder and on the same ports", async () => {
  const same = run();
  assert.deepEqual(await ended(same.process), [1, null]);
  assert.match(same.said(), /a cluster runs in .* already \(process \d+\)/);
  const elsewhere = run({ CLUSTER_FOLDER: `${folder}/elsewhere` });
  assert.deepEqual(await ended(elsewhere.process), [1, null]);
  assert.match(elsewhere.said(), /port \d+, for nginx, is taken/);
});

// Off: no --pdeathsig.
test("a supervisor that is killed leaves nothing that runs, and the next one goes on", async () => {
  const { parts } = read();
  // The worst case: its backends cannot notice.
  await order("pause postgres");
  cluster.process.kill("SIGKILL");
  await ended(cluster.process);
  await until("all parts are gone", () => Object.values(parts).every(({ pid }) => !isThere(pid)), 20_000);
  cluster = await start();
});

// Off: `endWithStarter` is left out.
test("it goes down in order when its input ends", async () => {
  const { parts } = read();
  cluster.process.stdin.end();
  assert.deepEqual(await ended(cluster.process), [0, null]);
  assert.ok(Object.values(parts).every(({ pid }) => !isThere(pid)));
  assert.equal(fs.existsSync(stateFile), false);
  assert.match(cluster.said(), /going down: the end of its input[^]*everything is down/);
});

test("a part that does not start ends it all, with its last words", async () => {
  const failing = run({ STANDIN_FAILS: "store", CLUSTER_WITHOUT: "redis,rabbitmq" });
  assert.deepEqual(await ended(failing.process), [1, null]);
  // One is said to those who read its errors, the other to those who watch: in no order.
  assert.match(failing.said(), /store-\d: no store today/);
  assert.match(failing.said(), /store-\d does not start/);
  assert.equal(await canListen(base), true);
});

test("a schema that cannot be migrated ends it all", async () => {
  const failing = run({ STANDIN_FAILS: "migrate", CLUSTER_WITHOUT: "redis,rabbitmq,kafka" });
  assert.deepEqual(await ended(failing.process), [1, null]);
  assert.match(failing.said(), /migrate: no migrate today[^]*rapport migrate failed/);
});

async function canListen(port) {
  const server = net.createServer().listen(port, "127.0.0.1");
  await once(server, "listening");
  server.close();
  return true;
}
