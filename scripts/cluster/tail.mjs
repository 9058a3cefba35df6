// Shows what is written to several logs, each line under its part's name.

import fs from "node:fs";

const LOOK_EVERY = 250;
const AT_ONCE = 1 << 20;

export class Tail {
  #files = [];
  #width = 0;

  // From its present end on.
  add(name, file) {
    const size = fs.statSync(file, { throwIfNoEntry: false })?.size ?? 0;
    this.#files.push({ name, file, at: size, rest: "" });
    this.#width = Math.max(this.#width, name.length);
  }

  start() {
    this.timer = setInterval(() => this.look(), LOOK_EVERY);
  }

  stop() {
    clearInterval(this.timer);
    this.look();
  }

  say(name, line) {
    process.stdout.write(`${name.padEnd(this.#width)} | ${line}\n`);
  }

  look() {
    for (const log of this.#files) {
      const size = fs.statSync(log.file, { throwIfNoEntry: false })?.size ?? 0;
      // Begun anew.
      if (size < log.at) log.at = 0;
      if (size === log.at) continue;
      const bytes = Buffer.alloc(Math.min(size - log.at, AT_ONCE));
      const file = fs.openSync(log.file, "r");
      fs.readSync(file, bytes, 0, bytes.length, log.at);
      fs.closeSync(file);
      log.at += bytes.length;
      const lines = (log.rest + bytes.toString()).split("\n");
      log.rest = lines.pop();
      for (const line of lines) this.say(log.name, line);
    }
  }
}

// Of what was written after the first `from` bytes.
export function lastLines(file, count, from = 0) {
  const bytes = fs.existsSync(file) ? fs.readFileSync(file) : Buffer.alloc(0);
  const text = bytes.subarray(from <= bytes.length ? from : 0).toString();
  return text.trimEnd().split("\n").slice(-count);
}
