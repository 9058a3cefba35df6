// Waiting for conditions, with a deadline.

import { once } from "node:events";
import { setTimeout as pause } from "node:timers/promises";

export async function until(what, isSo, within = 60_000) {
  const deadline = Date.now() + within;
  for (;;) {
    const answer = await isSo();
    if (answer) return answer;
    if (Date.now() > deadline) throw new Error(`waited ${within / 1000} s in vain until ${what}`);
    await pause(50);
  }
}

// How a process ended, as [code, signal], once it has.
export async function ended(process, within = 60_000) {
  if (process.exitCode !== null || process.signalCode !== null) return [process.exitCode, process.signalCode];
  return once(process, "exit", { signal: AbortSignal.timeout(within) });
}
