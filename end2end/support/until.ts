import { setTimeout as pause } from "node:timers/promises";

/// Looks again and again until there is an answer. Throws after `patience` milliseconds.
export async function until<T>(
  what: string,
  look: () => Promise<T | undefined> | T | undefined,
  patience = 20_000,
): Promise<T> {
  const end = Date.now() + patience;
  for (;;) {
    const found = await look();
    if (found !== undefined) return found;
    if (Date.now() > end) throw new Error(`Waited ${patience} ms in vain for ${what}`);
    await pause(25);
  }
}
