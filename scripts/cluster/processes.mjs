// What the kernel knows of processes.

import fs from "node:fs";
import { setTimeout as pause } from "node:timers/promises";

const LOOK_EVERY = 20;
const PATIENCE = 5_000;

export function signal(pid, name) {
  try {
    process.kill(pid, name);
    return true;
  } catch (error) {
    if (error.code === "ESRCH") return false;
    throw error;
  }
}

// The fields of a process after its name: its state, its parent, …; null if it is not there.
function status(pid) {
  try {
    const stat = fs.readFileSync(`/proc/${pid}/stat`, "latin1");
    // The name stands in brackets and may hold anything.
    return stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  } catch {
    return null;
  }
}

// A process and all that came from it.
export function family(pid) {
  const children = new Map();
  for (const entry of fs.readdirSync("/proc")) {
    if (!/^\d+$/.test(entry)) continue;
    const [, of] = status(entry) ?? [];
    if (!of) continue; // It ended meanwhile.
    const parent = Number(of);
    children.set(parent, [...(children.get(parent) ?? []), Number(entry)]);
  }
  const found = [];
  const waiting = [pid];
  for (let next; (next = waiting.pop()) !== undefined; ) {
    found.push(next);
    waiting.push(...(children.get(next) ?? []));
  }
  return found;
}

// What the kernel says a process does: R, S, D, T (stopped), Z (ended, and nobody asked how); null if
// it is not there.
export const stateOf = (pid) => status(pid)?.[0] ?? null;

// A process that nobody has buried yet is gone as well.
export const isThere = (pid) => ![null, "Z", "X"].includes(stateOf(pid));

// Stops a process and all that came from it, or lets them go on. What is told to stop goes on for a
// moment, and may make others in it: resolves when all of them do what they were told.
export async function freeze(pid, name) {
  const isDone = name === "SIGSTOP"
    ? (one) => ["T", "t"].includes(stateOf(one)) || !isThere(one)
    : (one) => stateOf(one) !== "T";
  const until = Date.now() + PATIENCE;
  for (;;) {
    const late = family(pid).filter((one) => !isDone(one));
    if (late.length === 0) return;
    if (Date.now() > until) throw new Error(`processes ${late.join(", ")} do not take ${name}`);
    for (const one of late) signal(one, name);
    await pause(LOOK_EVERY);
  }
}

// Kills what engines of a cluster that was killed left in its folder: those of their processes that
// were frozen just then do not notice that their engine is gone. Nobody else's: they have their
// working directory there, and the name or the mark of an engine. Resolves when they are gone, or do
// not go.
export async function killLeftovers(folder) {
  const until = Date.now() + PATIENCE;
  const killed = leftovers(folder);
  for (const pid of killed) signal(pid, "SIGKILL");
  while (killed.some(isThere) && Date.now() < until) await pause(LOOK_EVERY);
}

function leftovers(folder) {
  const found = [];
  for (const entry of fs.readdirSync("/proc").filter((entry) => /^\d+$/.test(entry))) {
    try {
      if (!`${fs.readlinkSync(`/proc/${entry}/cwd`)}/`.startsWith(`${folder}/`)) continue;
      const name = fs.readFileSync(`/proc/${entry}/comm`, "utf8").trim();
      // These two write over their environment.
      const isEngine = name === "postgres" || name === "nginx" ||
        fs.readFileSync(`/proc/${entry}/environ`, "latin1").includes("ENGINE_MORTAL=1\0");
      if (isEngine) found.push(Number(entry));
    } catch {
      // It ended meanwhile, or is another account's.
    }
  }
  return found;
}
