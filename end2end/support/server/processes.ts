import { readFileSync, readdirSync } from "node:fs";

/// Processes that name this folder in their command line.
export function processesAbout(folder: string): string[] {
  const pids = readdirSync("/proc").filter((name) => /^\d+$/.test(name));
  return pids.flatMap((pid) => {
    const command = commandOf(pid);
    return command?.includes(folder) ? [`${pid} ${command}`] : [];
  });
}

/// Of these processes, those that run.
export function running(pids: readonly number[]): string[] {
  return pids.flatMap((pid) => {
    const command = commandOf(String(pid));
    return command ? [`${pid} ${command}`] : [];
  });
}

/// What was started as this process; nothing if it has ended.
function commandOf(pid: string): string | undefined {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, "utf8").replaceAll("\0", " ").trim();
  } catch {
    return undefined;
  }
}
