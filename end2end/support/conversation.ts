import type { Chat } from "./chat.ts";
import type { People } from "./people.ts";
import type { Person } from "./person.ts";

/// Two people, their room, and the conversation open in the browser of each.
export interface Conversation {
  ana: Person;
  bo: Person;
  room: string;
  hers: Chat;
  his: Chat;
}

export async function converse(people: People): Promise<Conversation> {
  const [ana, bo] = [await people.signUp("Ana Ribeiro"), await people.signUp("Bo Lind")];
  const room = await ana.chatWith(bo);
  return { ana, bo, room, hers: await ana.talk(room), his: await bo.talk(room) };
}
