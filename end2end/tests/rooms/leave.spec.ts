import type { Page } from "@playwright/test";
import { Chat, row } from "../../support/chat.ts";
import { converse } from "../../support/conversation.ts";
import { expect, test } from "../../support/fixtures.ts";
import { live } from "../../support/hydrated.ts";

async function ask(page: Page): Promise<void> {
  await page.getByRole("button", { name: "Chat menu" }).click();
  await page.getByRole("button", { name: "Leave chat…" }).click();
}

test("who leaves a chat is rid of it on every device, and the other is told", async ({ people }) => {
  const { ana, bo, room, hers, his } = await converse(people);
  const phone = await (await people.elsewhere(bo)).talk(room);
  await hers.send("Hello");
  await his.shows(["Hello"]);

  await ask(his.page);
  const dialog = his.page.getByRole("dialog", { name: "Leave the chat with Ana Ribeiro?" });
  await dialog.getByRole("button", { name: "Stay" }).click();
  await expect(dialog).toBeHidden();
  await his.send("Still here");
  await hers.shows(["Hello", "Still here"]);

  await ask(his.page);
  await dialog.getByRole("button", { name: "Leave chat" }).click();
  for (const page of [his.page, phone.page]) {
    await expect(page).toHaveURL("/chats");
    await expect(row(page, "Ana Ribeiro")).toHaveCount(0);
  }
  const note = hers.page.getByText("Bo Lind left this chat");
  await expect(note).toBeVisible();
  await hers.send("Anybody there?");
  await hers.delivery("Anybody there?", "Sent");
  await his.page.reload();
  await live(his.page);
  await expect(his.page.locator("a.room")).toHaveCount(0);

  await his.page.goto(`/people?q=${ana.account.username}`);
  await live(his.page);
  await his.page.getByRole("button", { name: "Message Ana Ribeiro" }).click();
  await new Chat(his.page).shows(["Hello", "Still here", "Anybody there?"]);
  await expect(note).toBeHidden();
  await hers.delivery("Anybody there?", "Read");
});

test("the other finds out on coming back, and cannot fetch anybody back", async ({ people }) => {
  const { ana, bo, room, hers, his } = await converse(people);
  await his.send("I am off");
  await hers.shows(["I am off"]);
  await ana.context.setOffline(true);
  await bo.leave(room);
  await expect(his.page).toHaveURL("/chats");
  await ana.context.setOffline(false);
  await expect(hers.page.getByText("Bo Lind left this chat")).toBeVisible({ timeout: 20_000 });
  await hers.reload();
  await expect(hers.page.getByText("Bo Lind left this chat")).toBeVisible();
  expect(await ana.chatWith(bo)).toBe(room);
  await ana.send(room, "Come back");
  await his.page.reload();
  await live(his.page);
  await expect(his.page.locator("a.room")).toHaveCount(0);
});

test("what waits to be sent goes with the room", async ({ people, watch }) => {
  watch.allowOutage();
  const { bo, room, his } = await converse(people);
  const phone = await people.elsewhere(bo);
  await his.send("Hello");
  await bo.context.setOffline(true);
  await his.send("Never to arrive");
  await his.delivery("Never to arrive", "Sending");
  await phone.leave(room);
  await bo.context.setOffline(false);
  await expect(his.page).toHaveURL("/chats", { timeout: 20_000 });
  await his.page.reload();
  await live(his.page);
  await expect(his.page.locator("a.room")).toHaveCount(0);
});

test("the menu and the question are for the keyboard, too", async ({ people }) => {
  const { his } = await converse(people);
  const menu = his.page.getByRole("button", { name: "Chat menu" });
  await menu.focus();
  await his.page.keyboard.press("Enter");
  await his.page.keyboard.press("Tab");
  await expect(his.page.getByRole("button", { name: "Block Ana Ribeiro…" })).toBeFocused();
  await his.page.keyboard.press("Tab");
  await expect(his.page.getByRole("button", { name: "Leave chat…" })).toBeFocused();
  await his.page.keyboard.press("Enter");
  await expect(his.page.getByRole("button", { name: "Stay" })).toBeFocused();
  await his.page.keyboard.press("Escape");
  await expect(his.page.getByRole("dialog")).toBeHidden();
  await expect(menu).toBeFocused();
  await his.send("Still here");
});

test.describe("without scripts", () => {
  test.use({ javaScriptEnabled: false });

  test("a chat is left all the same", async ({ people }) => {
    const [ana, bo] = [await people.signUp("Ana Ribeiro"), await people.signUp("Bo Lind")];
    const room = await ana.chatWith(bo);
    await ana.send(room, "Hello");
    const page = await bo.context.newPage();
    await page.goto(`/chats/${room}`);
    await ask(page);
    await page.getByRole("dialog").getByRole("button", { name: "Leave chat" }).click();
    await expect(page).toHaveURL("/chats");
    await expect(page.locator("a.room")).toHaveCount(0);
    const left = await ana.context.newPage();
    await left.goto(`/chats/${room}`);
    await expect(left.getByText("Bo Lind left this chat")).toBeVisible();
  });
});
