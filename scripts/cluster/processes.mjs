// What the kernel knows of processes.

import fs from "node:fs";

export function signal(pid, name) {
  try {
    process.kill(pid, name);
    return true;
  } catch (error) {
    if (error.code === "ESRCH") return false;
    throw error;
  }
}

// A process and all that came from it.
export function family(pid) {
  const children = new Map();
  for (const entry of fs.readdirSync("/proc")) {
    if (!/^\d+$/.test(entry)) continue;
    let stat;
    try {
      stat = fs.readFileSync(`/proc/${entry}/stat`, "latin1");
    } catch {
      continue; // It ended meanwhile.
    }
    // The name stands in brackets and may hold anything.
    const parent = Number(stat.slice(stat.lastIndexOf(")") + 2).split(" ")[1]);
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

// Kills what engines of a cluster that was killed left in its folder: those of their processes that
// were frozen just then do not notice that their engine is gone. Nobody else's: they have their
// working directory there, and the name or the mark of an engine.
export function killLeftovers(folder) {
  for (const entry of fs.readdirSync("/proc").filter((entry) => /^\d+$/.test(entry))) {
    try {
      if (!`${fs.readlinkSync(`/proc/${entry}/cwd`)}/`.startsWith(`${folder}/`)) continue;
      const name = fs.readFileSync(`/proc/${entry}/comm`, "utf8").trim();
      // These two write over their environment.
      const isEngine = name === "postgres" || name === "nginx" ||
        fs.readFileSync(`/proc/${entry}/environ`, "latin1").includes("ENGINE_MORTAL=1\0");
      if (isEngine) signal(Number(entry), "SIGKILL");
    } catch {
      // It ended meanwhile, or is another account's.
    }
  }
}
