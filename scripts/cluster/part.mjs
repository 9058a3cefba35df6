// One part of a cluster: a process that is started, watched, started again when it ends by itself,
// and ended when it shall.

import { spawn } from "node:child_process";
import { once, EventEmitter } from "node:events";
import fs from "node:fs";
import { setTimeout as pause } from "node:timers/promises";

import { family, freeze, signal } from "./processes.mjs";

const LOOK_EVERY = 100;
const FIRST_DELAY = 500;
const LONGEST_DELAY = 8_000;
// Who was ready this long had no trouble starting.
const STEADY = 10_000;
const LONGEST_LOG = 8 << 20;

export class Part extends EventEmitter {
  // `command` and `environment` start it, `isReady` tells whether it answers, `stopSignal` asks it to
  // end, which it may take `grace` ms for. `address` and `folder` are for those who look.
  constructor({ name, command, environment, isReady, stopSignal = "SIGTERM", grace = 10_000, address, folder, log }) {
    super();
    Object.assign(this, { name, command, environment, isReady, stopSignal, grace, address, folder, log });
    // stopped, starting, ready, ending, or waiting (for its next start).
    this.state = "stopped";
    this.held = true;
    this.starts = 0;
    this.failures = 0;
    this.process = null;
    this.logFrom = fs.statSync(log, { throwIfNoEntry: false })?.size ?? 0;
  }

  get pid() {
    return this.process?.pid ?? null;
  }

  // Starts it unless it runs; from now on it is started again whenever it ends.
  start() {
    this.held = false;
    this.failures = 0;
    if (this.process) return;
    this.#launch();
  }

  #launch() {
    clearTimeout(this.timer);
    this.#boundLog();
    const log = fs.openSync(this.log, "a");
    this.starts += 1;
    // In a group of its own, since Ctrl-C is for the supervisor alone; and dead as soon as the
    // supervisor is, however that ends.
    const mortal = ["--pdeathsig", "KILL", ...this.command];
    const process = spawn("setpriv", mortal, { env: this.environment, stdio: ["ignore", log, log], detached: true });
    fs.closeSync(log);
    this.process = process;
    process.on("error", (error) => this.emit("said", `cannot be started: ${error.message}`));
    process.on("exit", (code, name) => this.#ended(process, name ?? `status ${code}`));
    this.#become("starting");
    this.#watchStart(process);
  }

  async #watchStart(process) {
    const started = Date.now();
    while (this.process === process && this.state === "starting") {
      if (await this.isReady(Date.now() - started)) {
        if (this.process !== process || this.state !== "starting") return;
        this.readyAt = Date.now();
        this.#become("ready");
        return;
      }
      await pause(LOOK_EVERY);
    }
  }

  #ended(process, how) {
    if (this.process !== process) return;
    this.process = null;
    // What it left behind holds its port or its files.
    signal(-process.pid, "SIGKILL");
    if (this.state === "ready" && Date.now() - this.readyAt > STEADY) this.failures = 0;
    this.lastEnd = how;
    if (this.held) {
      this.#become("stopped");
      return;
    }
    const delay = Math.min(FIRST_DELAY * 2 ** this.failures, LONGEST_DELAY);
    this.failures += 1;
    this.emit("said", `ended by itself (${how}); starts again in ${delay / 1000} s`);
    this.timer = setTimeout(() => this.#launch(), delay);
    this.#become("waiting");
  }

  // Asks it to end, insists after its grace, and leaves it down. Resolves when it is gone.
  async stop() {
    this.#hold();
    const process = this.process;
    if (!process) return;
    this.#become("ending");
    signal(process.pid, this.stopSignal);
    // Otherwise a frozen one would not hear it.
    for (const pid of family(process.pid)) signal(pid, "SIGCONT");
    const insist = setTimeout(() => {
      this.emit("said", `did not end within ${this.grace / 1000} s: killed`);
      this.killNow();
    }, this.grace);
    await this.#gone(process);
    clearTimeout(insist);
  }

  // Kills it and leaves it down. Resolves when it is gone.
  async kill() {
    this.#hold();
    const process = this.process;
    this.killNow();
    if (process) await this.#gone(process);
  }

  // Kills it, to come back like after any crash. Resolves when it is gone.
  async crash() {
    const process = this.process;
    this.killNow();
    if (process) await this.#gone(process);
  }

  killNow() {
    if (!this.process) return;
    const [pid, ...others] = family(this.process.pid);
    signal(pid, "SIGKILL");
    // Frozen ones would not notice.
    for (const other of others) signal(other, "SIGCONT");
  }

  // SIGSTOP or SIGCONT, for it and all that came from it.
  async freeze(name) {
    if (this.process) await freeze(this.process.pid, name);
  }

  #hold() {
    this.held = true;
    clearTimeout(this.timer);
    if (!this.process) this.#become("stopped");
  }

  async #gone(process) {
    while (this.process === process) await once(this, "state");
  }

  async untilReady(within) {
    const deadline = Date.now() + within;
    while (this.state !== "ready" && Date.now() < deadline) await pause(LOOK_EVERY / 4);
    return this.state === "ready";
  }

  #become(state) {
    this.state = state;
    this.emit("state");
  }

  #boundLog() {
    const found = fs.statSync(this.log, { throwIfNoEntry: false });
    if (found?.size > LONGEST_LOG) fs.renameSync(this.log, `${this.log}.old`);
  }
}
