// Waiting for conditions, with a deadline.

import { once } from "node:events";
import { setTimeout as pause } from "node:timers/promises";

// Engines start in seconds, but not on a machine that compiles beside them.
const PATIENCE = 180_000;

export async function until(what, isSo, within = PATIENCE) {
  const deadline = Date.now() + within;
  for (;;) {
    const answer = await isSo();
    if (answer) return answer;
    if (Date.now() > deadline) throw new Error(`waited ${within / 1000} s in vain until ${what}`);
    await pause(50);
  }
}

// How a process ended, as [code, signal], once it has.
export async function ended(process, within = PATIENCE) {
  if (process.exitCode !== null || process.signalCode !== null) return [process.exitCode, process.signalCode];
  return once(process, "exit", { signal: AbortSignal.timeout(within) });
}
