// The scripts of the engines, as the Rust tests use them.

import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { after, test } from "node:test";

import { free } from "../ports.mjs";
import { isThere } from "../processes.mjs";
import * as ready from "../ready.mjs";
import { ended, until } from "./waiting.mjs";

const SCRIPTS = new URL("../../engines/", import.meta.url).pathname;
const home = fs.mkdtempSync(path.join(os.tmpdir(), "rapport-engines-test-"));
fs.chmodSync(home, 0o711);
const scripts = [];

after(() => {
  for (const script of scripts) script.kill("SIGKILL");
  fs.rmSync(home, { recursive: true, force: true });
});

async function start(name, password) {
  const [port] = await free(1);
  const folder = path.join(home, `${name}-${port}`);
  const environment = { ...process.env, ENGINE_UNSAFE: "1", ...(password && { ENGINE_PASSWORD: password }) };
  const script = spawn("bash", [`${SCRIPTS}${name}.sh`, folder, String(port)], {
    env: environment,
    stdio: ["pipe", "ignore", "ignore"],
  });
  scripts.push(script);
  await until(`${name} is ready`, () => ready[name](port, password));
  const pid = Number(fs.readFileSync(path.join(folder, "pid"), "utf8"));
  return { script, port, pid, folder };
}

for (const name of ["postgres", "redis", "kafka", "rabbitmq"]) {
  // Off: `until_the_starter_ends` does not read its input.
  test(`${name} ends with the input of its script`, async () => {
    const { script, pid, folder } = await start(name);
    assert.ok(isThere(pid));
    script.stdin.end();
    await ended(script);
    assert.ok(!isThere(pid));
    // RabbitMQ's epmd among them.
    await until("nobody works in its folder", () => workingIn(folder).length === 0, 5_000);
  });
}

// Off: no --pdeathsig.
test("an engine dies with its script", async () => {
  const { script, pid } = await start("redis");
  script.kill("SIGKILL");
  await until("redis is gone", () => !isThere(pid), 5_000);
});

// Off: no `killer`.
test("an engine that does not hear is killed after its grace", async () => {
  const { script, pid } = await start("redis");
  process.kill(pid, "SIGSTOP");
  script.kill("SIGTERM");
  const [code] = await ended(script);
  assert.equal(code, 128 + os.constants.signals.SIGKILL);
});

test("a password is asked for", async () => {
  const { script, port } = await start("redis", "sesame");
  assert.equal(await ready.redis(port, "sesame"), true);
  assert.equal(await ready.redis(port, "wrong"), false);
  script.stdin.end();
  await ended(script);
});

function workingIn(folder) {
  return fs.readdirSync("/proc").filter((entry) => {
    try {
      return /^\d+$/.test(entry) && isThere(entry) && fs.readlinkSync(`/proc/${entry}/cwd`).startsWith(folder);
    } catch {
      return false;
    }
  });
}
