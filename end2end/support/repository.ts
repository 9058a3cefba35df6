import { resolve } from "node:path";

/// The repository: the program finds its settings there.
export const repository = resolve(import.meta.dirname, "../..");

/// Where the built program is.
export const program = resolve(repository, process.env["RAPPORT_BIN"] ?? "target/release/rapport");

/// Our environment without what would be a setting of the program, or of a cluster.
export function environment(): NodeJS.ProcessEnv {
  const inherited = Object.entries(process.env).filter(([name]) => !/^(RAPPORT_|CLUSTER_|DATABASE_URL$)/.test(name));
  return { ...Object.fromEntries(inherited), NO_COLOR: "1" };
}
