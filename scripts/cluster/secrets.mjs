// The passwords of a cluster, made at its first start.

import { randomBytes } from "node:crypto";
import fs from "node:fs";
import path from "node:path";

export function secrets(folder) {
  const file = path.join(folder, "secrets.json");
  if (!fs.existsSync(file)) {
    const made = Object.fromEntries(
      ["rapport", "postgres", "redis", "rabbitmq"].map((name) => [name, randomBytes(32).toString("hex")]));
    // Under another name first: a crash in between leaves no half of them.
    fs.writeFileSync(`${file}.new`, JSON.stringify(made, null, 2), { mode: 0o600 });
    fs.renameSync(`${file}.new`, file);
  }
  return JSON.parse(fs.readFileSync(file, "utf8"));
}
