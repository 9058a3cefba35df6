import { randomBytes } from "node:crypto";

let count = 0;

/// A username that nobody has, which begins with the first name.
export function usernameFor(name: string): string {
  const first = name.toLowerCase().match(/[a-z]+/)?.[0] ?? "somebody";
  count += 1;
  return `${first}_${count}${randomBytes(3).toString("hex")}`;
}

/// A message id: 48 bits of milliseconds, then chance, as UUID version 7.
export function newId(): string {
  const bytes = randomBytes(16);
  bytes.writeUIntBE(Date.now(), 0, 6);
  bytes.writeUInt8((bytes.readUInt8(6) & 0x0f) | 0x70, 6);
  bytes.writeUInt8((bytes.readUInt8(8) & 0x3f) | 0x80, 8);
  const hex = bytes.toString("hex");
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join("-");
}

/// `word 1`, `word 2`, …
export function numbered(word: string, count: number): string[] {
  return Array.from({ length: count }, (_, place) => `${word} ${place + 1}`);
}
