import type { Person } from "./person.ts";

/// Fills a private chat with numbered messages, in turns; the first of the two has read them. Takes as long as the limits ask for.
export async function fill(room: string, people: readonly [Person, Person], count: number): Promise<void> {
  for (let number = 1; number <= count; number += 1) {
    const writer = people[number % 2 === 0 ? 0 : 1];
    const tail = number % 7 === 0 ? " and something to say about it that runs over more than one line".repeat(3) : "";
    await writer.send(room, `Message ${number}${tail}`);
  }
  await people[0].read(room, count);
}
