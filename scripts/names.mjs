// Short names between JavaScript and WebAssembly. wasm-bindgen calls every function that one takes from the other
// by a long name with a hash, on both sides: 6 KB of the first download.

const IMPORTS = 2;
const EXPORTS = 7;
const BINDINGS = "./rapport_bg.js";
// What the loader of the chunks asks for by name stays; Rust's own long names go.
const IS_LONG = /^_ZN\w+E$/;

// Gives the module and its JavaScript, both as they are after the change.
export function shorten(wasm, script) {
  const short = new Map([[BINDINGS, "a"]]);
  const name = (long) => {
    if (!short.has(long)) short.set(long, `$${short.size.toString(36)}`);
    return short.get(long);
  };
  const parts = [wasm.subarray(0, 8)];
  const reader = new Reader(wasm, 8);
  while (reader.at < wasm.length) {
    const id = wasm[reader.at];
    reader.at += 1;
    const size = reader.number();
    const body = new Reader(wasm, reader.at);
    reader.at += size;
    if (id === IMPORTS) parts.push(section(id, body.imports(name)));
    else if (id === EXPORTS) parts.push(section(id, body.exports(name)));
    else parts.push(Buffer.from([id]), number(size), wasm.subarray(body.at, reader.at));
  }
  const renamed = script.replace(/[\w$]+/g, (word) => short.get(word) ?? word).replaceAll(`"${BINDINGS}"`, '"a"');
  return { wasm: Buffer.concat(parts), script: renamed };
}

function section(id, body) {
  return Buffer.concat([Buffer.from([id]), number(body.length), body]);
}

// LEB128, as the binary format of WebAssembly writes all its numbers.
function number(value) {
  const bytes = [];
  for (; value > 127; value >>>= 7) bytes.push((value & 127) | 128);
  return Buffer.from([...bytes, value]);
}

function text(value) {
  return Buffer.concat([number(Buffer.byteLength(value)), Buffer.from(value)]);
}

class Reader {
  constructor(bytes, at) {
    Object.assign(this, { bytes, at });
  }

  number() {
    let value = 0;
    for (let shift = 0; ; shift += 7) {
      const byte = this.bytes[this.at];
      this.at += 1;
      value += (byte & 127) * 2 ** shift;
      if (byte < 128) return value;
    }
  }

  text() {
    const size = this.number();
    this.at += size;
    return this.bytes.toString("utf8", this.at - size, this.at);
  }

  // What `read` passes over, as it is.
  raw(read) {
    const from = this.at;
    read();
    return this.bytes.subarray(from, this.at);
  }

  imports(name) {
    const count = this.number();
    const parts = [number(count)];
    for (let left = count; left > 0; left -= 1) {
      const [module, field] = [this.text(), this.text()];
      const ours = module === BINDINGS;
      parts.push(text(ours ? name(module) : module), text(ours ? name(field) : field), this.raw(() => this.#kind()));
    }
    return Buffer.concat(parts);
  }

  exports(name) {
    const count = this.number();
    const parts = [number(count)];
    for (let left = count; left > 0; left -= 1) {
      const long = this.text();
      const place = this.raw(() => {
        this.at += 1;
        this.number();
      });
      parts.push(text(IS_LONG.test(long) ? name(long) : long), place);
    }
    return Buffer.concat(parts);
  }

  // What is imported: a function, a table, a memory or a global, each with its type.
  #kind() {
    const kind = this.bytes[this.at];
    this.at += 1;
    if (kind === 0) return void this.number();
    if (kind === 3) return void (this.at += 2);
    if (kind === 1) this.at += 1;
    const hasMost = this.bytes[this.at] & 1;
    this.at += 1;
    this.number();
    if (hasMost) this.number();
  }
}
