// Gives one order to a running cluster: node scripts/cluster/ask.mjs ORDER [PART]

import { ask, place } from "./control.mjs";
import { read } from "./settings.mjs";

const words = process.argv.slice(2);
const wantsSettings = words[0] === "settings";
const answer = await ask(place(read().folder), wantsSettings ? "status" : words.join(" "));
if (!answer) {
  console.error(`cluster: none runs in ${read().folder}; start it with: make cluster`);
  process.exit(1);
}
if (wantsSettings) {
  // No value holds a quote.
  for (const [name, value] of Object.entries(answer.settings)) console.log(`export ${name}='${value}'`);
} else {
  console.log(JSON.stringify(answer, null, 2));
}
process.exit(answer.ok ? 0 : 1);
