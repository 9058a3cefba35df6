// Names the files of a built site ($1) by their content, so that browsers may keep them for ever, and writes
// pkg/assets.json, from which the server knows which name is which (app/src/document/assets.rs).
import { createHash } from "node:crypto";
import { existsSync, readFileSync, readdirSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";

const site = process.argv[2];
const at = (path) => join(site, path);
const files = {};

const LOADER = "__wasm_split.______________________.js";
const MANIFEST = "pkg/__wasm_split_manifest.json";

// As many digits as server/src/http/caching.rs looks for.
const sum = (...contents) => {
  const hash = createHash("sha256");
  for (const content of contents) hash.update(content);
  return hash.digest("hex").slice(0, 16);
};

// `pkg/rapport.js` becomes `pkg/rapport.0123456789abcdef.js`.
const named = (path, digits) => path.replace(/(\.\w+)$/, `.${digits}$1`);

function rename(path, to) {
  renameSync(at(path), at(to));
  files[path] = to;
}

const content = (path) => readFileSync(at(path));
const renameByContent = (path) => rename(path, named(path, sum(content(path))));

// What style sheets and pages ask for.
renameByContent("favicon.svg");
for (const font of readdirSync(at("fonts"))) renameByContent(`fonts/${font}`);

const css = "pkg/rapport.css";
let style = readFileSync(at(css), "utf8");
for (const [plain, name] of Object.entries(files)) style = style.replaceAll(`/${plain}`, `/${name}`);
if (!/fonts\/inter\.[0-9a-f]{16}\.woff2/.test(style)) throw new Error("the style sheet does not name the font");
writeFileSync(at(css), style);
renameByContent(css);

// The program is one thing: its JavaScript files name each other, and only fit the module they were made with.
const loader = `pkg/${LOADER}`;
const scripts = ["pkg/rapport.js", loader].filter((path) => existsSync(at(path)));
const digits = sum(content("pkg/rapport.wasm"), ...scripts.map(content));
const nameOfLoader = `__wasm_split.${digits}.js`;
for (const path of scripts) {
  const text = readFileSync(at(path), "utf8");
  const replaced = text.replaceAll(`./${LOADER}`, `./${nameOfLoader}`).replaceAll("./rapport.js", `./rapport.${digits}.js`);
  writeFileSync(at(path), replaced);
}
rename("pkg/rapport.js", named("pkg/rapport.js", digits));
rename("pkg/rapport.wasm", named("pkg/rapport.wasm", digits));

const assets = { files };
if (existsSync(at(loader))) {
  renameSync(at(loader), at(`pkg/${nameOfLoader}`));
  Object.assign(assets, { loader: nameOfLoader, chunks: JSON.parse(readFileSync(at(MANIFEST), "utf8")) });
  rmSync(at(MANIFEST));
}
writeFileSync(at("pkg/assets.json"), JSON.stringify(assets));
