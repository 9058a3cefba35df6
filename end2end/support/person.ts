import type { BrowserContext, Page } from "@playwright/test";
import type { Api } from "./api.ts";
import { Chat } from "./chat.ts";
import { hydrated, live } from "./hydrated.ts";
import { newId } from "./names.ts";

export interface Account {
  id: string;
  name: string;
  username: string;
  email: string;
  password: string;
}

export interface Message {
  id: string;
  seq: number;
  sender: string;
  body: string;
}

interface Room {
  rev: number;
  id: string;
}

/// Somebody with an account, who calls the program without a browser.
export class Member {
  constructor(
    readonly account: Account,
    private readonly api: Api,
  ) {}

  get name(): string {
    return this.account.name;
  }

  /// The private chat with somebody: its id. A new one is opened from both sides, so that both see it at once.
  async chatWith(other: Member): Promise<string> {
    const room = await this.openChat(other);
    if (room.rev === 0) await other.openChat(this);
    return room.id;
  }

  /// Opens the private chat with somebody from this side alone.
  async openChat(other: Member): Promise<Room> {
    return this.api.post<Room>("rooms/open", { with: other.account.id });
  }

  /// Sends without a browser.
  async send(room: string, body: string, id = newId()): Promise<void> {
    await this.api.post("messages/send", { room, id, body });
  }

  /// Has read a room up to a message, without a browser.
  async read(room: string, seq: number): Promise<void> {
    await this.api.post("rooms/mark", { room, delivered: String(seq), read: String(seq) });
  }

  /// Puts a reaction on a message, without a browser.
  async react(room: string, id: string, emoji: string): Promise<void> {
    await this.api.post("messages/react", { room, id, emoji });
  }

  /// Deletes a message of one's own, without a browser.
  async delete(room: string, id: string): Promise<void> {
    await this.api.post("messages/delete", { room, id });
  }

  /// Makes a group with others, without a browser: its id.
  async found(title: string, ...others: Person[]): Promise<string> {
    const people = others.map((other, place) => [`people[${place}]`, other.account.id]);
    const room = await this.api.post<Room>("rooms/create", { id: newId(), title, ...Object.fromEntries(people) });
    return room.id;
  }

  /// Takes somebody out of a group, without a browser.
  async remove(room: string, other: Person): Promise<void> {
    await this.api.post("rooms/remove", { room, person: other.account.id });
  }

  /// Makes somebody an admin of a group, without a browser.
  async appoint(room: string, other: Person): Promise<void> {
    await this.api.post("rooms/appoint", { room, person: other.account.id, admin: "true" });
  }

  /// Gives a group another name, without a browser.
  async rename(room: string, title: string): Promise<void> {
    await this.api.post("rooms/rename", { room, title });
  }

  /// Leaves a room, without a browser.
  async leave(room: string): Promise<void> {
    await this.api.post("rooms/leave", { room });
  }

  /// Ends the session of this person's browser, without the browser.
  async endSession(): Promise<void> {
    await this.api.post("accounts/sign_out", {});
  }

  /// The newest page of a room, as the server has it.
  async page(room: string): Promise<{ rev: number; messages: Message[] }> {
    return this.api.get("messages/page", { room, limit: 100 });
  }

  /// The newest texts of a room, oldest first, as the server has them.
  async history(room: string): Promise<string[]> {
    return (await this.page(room)).messages.map((message) => message.body);
  }
}

/// Somebody with an account, signed in in a browser of their own.
export class Person extends Member {
  constructor(
    account: Account,
    readonly context: BrowserContext,
    api: Api,
  ) {
    super(account, api);
  }

  /// A tab on a page, taken over by the program.
  async open(path: string): Promise<Page> {
    const page = await this.context.newPage();
    await page.goto(path);
    await hydrated(page);
    return page;
  }

  /// A tab on a conversation, connected.
  async talk(room: string): Promise<Chat> {
    const page = await this.open(`/chats/${room}`);
    await live(page);
    return new Chat(page);
  }
}
