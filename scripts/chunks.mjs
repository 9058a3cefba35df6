// Finishes what wasm-bindgen and the splitter wrote into a folder: short names between JavaScript and
// WebAssembly, chunks named by their content, and the list from which the server preloads them.
import { createHash } from "node:crypto";
import { readFileSync, readdirSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { shorten } from "./names.mjs";

const folder = process.argv[2];
const at = (name) => join(folder, name);
const read = (name) => readFileSync(at(name), "latin1");
const write = (name, text) => writeFileSync(at(name), text, "latin1");

const LOADER = "__wasm_split.js";
// What Leptos looks for.
const LOADER_OF_LEPTOS = "__wasm_split.______________________.js";
const MANIFEST = "__wasm_split_manifest.json";

function shortenNames() {
  const { wasm, script } = shorten(readFileSync(at("rapport.wasm")), read("rapport.js"));
  writeFileSync(at("rapport.wasm"), wasm);
  write("rapport.js", script);
}

// A browser that holds an earlier program must not get chunks of this one: they share its memory.
function nameByContent(loader) {
  const chunks = readdirSync(folder).filter((name) => /^(chunk|split)_\w+\.wasm$/.test(name));
  for (const chunk of chunks) {
    const sum = createHash("sha256").update(readFileSync(at("rapport.wasm"))).update(readFileSync(at(chunk)));
    const named = chunk.replace(".wasm", `.${sum.digest("hex").slice(0, 16)}.wasm`);
    renameSync(at(chunk), at(named));
    loader = loader.replaceAll(`./${chunk}`, `./${named}`);
  }
  return loader;
}

// Which files a page needs, by the name of its chunk: {"accounts": ["chunk_1.…", "split_accounts.…"]}.
function manifest(loader) {
  const file = (text) => /new URL\("\.\/(.+?)\.wasm"/.exec(text)[1];
  const shared = new Map();
  for (const [text, name] of loader.matchAll(/const (__chunk_\d+) = makeLoad[^]*?\n, \[\]\);/g)) {
    shared.set(name, file(text));
  }
  const needs = {};
  const loads = /const __wasm_split_load_(\w+) = wrapAsyncCb\(makeLoad[^]*?\n, \[(.*?)\]\)\);/g;
  for (const [text, name, chunks] of loader.matchAll(loads)) {
    needs[name] = [...chunks.split(", ").filter(Boolean).map((chunk) => shared.get(chunk)), file(text)];
  }
  return needs;
}

shortenNames();
const loader = nameByContent(read(LOADER));
renameSync(at(LOADER), at(LOADER_OF_LEPTOS));
write(LOADER_OF_LEPTOS, loader);
write("rapport.js", read("rapport.js").replaceAll(`from "./${LOADER}"`, `from "./${LOADER_OF_LEPTOS}"`));
const needs = manifest(loader);
if (Object.keys(needs).length === 0 || JSON.stringify(needs).includes("null")) {
  throw new Error("the loader of the chunks has another form than expected");
}
write(MANIFEST, JSON.stringify(needs));
