import type { Locator, Page } from "@playwright/test";
import type { People } from "./people.ts";
import type { Person } from "./person.ts";

/// Lets two people talk with each other: afterwards either may bring the other into a group.
export async function acquaint(one: Person, other: Person): Promise<string> {
  const room = await one.chatWith(other);
  await one.send(room, "Hello");
  await other.send(room, "Hello yourself");
  return room;
}

/// Three people of whom the first talks with both others.
export async function trio(people: People): Promise<{ ana: Person; bo: Person; cleo: Person }> {
  const ana = await people.signUp("Ana Ribeiro");
  const [bo, cleo] = [await people.signUp("Bo Lind"), await people.signUp("Cleo Marsh")];
  await acquaint(ana, bo);
  await acquaint(ana, cleo);
  return { ana, bo, cleo };
}

/// What there is to know of the open room.
export class Details {
  readonly pane: Locator;

  constructor(readonly page: Page) {
    this.pane = page.getByRole("region", { name: "Details" });
  }

  /// Opens them by the top of the conversation.
  async open(): Promise<void> {
    await this.page.locator("#to-details").click();
    await this.pane.waitFor();
  }

  member(name: string): Locator {
    return this.pane.locator(".member").filter({ hasText: name });
  }

  /// What can be done about a member.
  async choose(name: string, entry: string): Promise<void> {
    await this.pane.getByRole("button", { name: `More about ${name}` }).click();
    await this.page.getByRole("button", { name: entry }).click();
  }
}
