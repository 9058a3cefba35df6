import { readFileSync } from "node:fs";
import { basename } from "node:path";

/// How much of each file had been written at a moment.
export type Mark = ReadonlyMap<string, number>;

/// The files that a server writes what it has to say to.
export class Logs {
  constructor(private readonly files: () => string[]) {}

  /// Now.
  mark(): Mark {
    return new Map(this.files().map((file) => [file, read(file).length]));
  }

  /// What came after a moment, each file under its name.
  since(mark: Mark): string {
    const news = this.files().map((file) => [basename(file), read(file).subarray(mark.get(file) ?? 0).toString()]);
    return news.map(([name, text]) => `== ${name}\n${text}`).join("\n");
  }

  /// Every panic, with the line that says why.
  panics(): string[] {
    return this.since(new Map()).match(/^thread .* panicked at .*\n.*$/gm) ?? [];
  }
}

function read(file: string): Buffer {
  try {
    return readFileSync(file);
  } catch {
    // Nothing was said yet.
    return Buffer.alloc(0);
  }
}
