import { expect, type Locator, type Page } from "@playwright/test";
import { live } from "./hydrated.ts";

export type Delivery = "Sending" | "Not sent" | "Sent" | "Delivered" | "Read";

/// An open conversation.
export class Chat {
  readonly composer: Locator;
  readonly log: Locator;
  /// The field, while a message is edited in it.
  readonly editor: Locator;
  /// What can be done about a message, once it is asked for.
  readonly menu: Locator;

  constructor(readonly page: Page) {
    this.composer = page.getByRole("textbox", { name: /^Message / });
    this.log = page.getByRole("log", { name: "Messages" });
    this.editor = page.getByRole("textbox", { name: "Edit message" });
    this.menu = page.getByRole("menu", { name: "Message menu" });
  }

  /// The texts that are drawn, oldest first.
  texts(): Promise<string[]> {
    return this.log.locator(".msg .text").allTextContents();
  }

  /// The bubble with exactly this text.
  message(text: string): Locator {
    return this.log.locator(".msg").filter({ has: this.page.getByText(text, { exact: true }) });
  }

  /// What a message is called by, once it has its number.
  async id(text: string): Promise<string> {
    return (await this.message(text).getAttribute("data-key")) ?? "";
  }

  /// Chooses from the menu of a message, by the button beside it.
  async choose(text: string, entry: string): Promise<void> {
    await this.message(text).hover();
    await this.message(text).getByRole("button", { name: "Message menu" }).click();
    await this.menu.getByText(entry, { exact: true }).click();
  }

  /// Waits until the code that changes messages is here: it is fetched when somebody comes near one.
  async isReady(): Promise<void> {
    await this.log.locator(".msg").last().hover();
    await this.log.locator(".msg").last().getByRole("button", { name: "Message menu" }).click();
    await expect(this.menu).toBeVisible();
    await this.page.keyboard.press("Escape");
    await expect(this.menu).toBeHidden();
  }

  /// A reaction under a message.
  reaction(text: string, emoji: string): Locator {
    return this.message(text).locator(".reacts button").filter({ hasText: emoji });
  }

  async send(text: string): Promise<void> {
    await this.composer.fill(text);
    await this.composer.press("Enter");
  }

  /// Waits until these and no other texts are drawn, in this order. A page that is reloaded
  /// meanwhile is read again.
  async shows(texts: string[], patience = 10_000): Promise<void> {
    await expect.poll(() => this.texts().catch(String), { timeout: patience }).toEqual(texts);
  }

  async delivery(text: string, state: Delivery): Promise<void> {
    await expect(this.message(text).locator("[data-delivery]")).toHaveAttribute("data-delivery", state);
  }

  /// The messages that have their number.
  get numbers(): Locator {
    return this.log.locator("[data-seq]");
  }

  /// Waits until the messages that are drawn are the room's first so many, in order.
  async isNumbered(count: number, patience = 10_000): Promise<void> {
    const wanted = Array.from({ length: count }, (_, place) => String(place + 1));
    const drawn = () => this.log.locator(".line").evaluateAll((lines) => lines.map((line) => line.getAttribute("data-seq")));
    await expect.poll(() => drawn().catch(String), { timeout: patience }).toEqual(wanted);
  }

  /// Waits until nothing is on its way any more.
  async settles(patience = 30_000): Promise<void> {
    await expect(this.log.locator("[data-delivery='Sending']")).toHaveCount(0, { timeout: patience });
  }

  async reload(): Promise<void> {
    await this.page.reload();
    await live(this.page);
  }
}

/// A person's chat in the list.
export function row(page: Page, name: string): Locator {
  return page.getByRole("region", { name: "Chats" }).locator("a.room").filter({ hasText: name });
}
