import type { Page } from "@playwright/test";
import { Chat, row } from "../../support/chat.ts";
import { converse } from "../../support/conversation.ts";
import { expect, test } from "../../support/fixtures.ts";
import { Details } from "../../support/groups.ts";
import { live } from "../../support/hydrated.ts";

/// Blocks the other of an open chat by its menu.
async function block(page: Page, name: string): Promise<void> {
  await page.getByRole("button", { name: "Chat menu" }).click();
  await page.getByRole("button", { name: `Block ${name}…` }).click();
  await page.getByRole("dialog", { name: `Block ${name}?` }).getByRole("button", { name: "Block" }).click();
  await expect(page).toHaveURL("/chats");
}

test("who is blocked notices nothing, and is not heard until that is taken back", async ({ people, watch }) => {
  watch.allowStatus(403, "/api/rooms/open");
  const { ana, bo, hers, his } = await converse(people);
  await hers.send("Hello");
  await his.shows(["Hello"]);
  await hers.delivery("Hello", "Read");
  const phone = await (await people.elsewhere(bo)).open("/chats");
  await live(phone);

  await his.page.getByRole("button", { name: "Chat menu" }).click();
  await his.page.getByRole("button", { name: "Block Ana Ribeiro…" }).click();
  const dialog = his.page.getByRole("dialog", { name: "Block Ana Ribeiro?" });
  await expect(dialog).toContainText("Ana Ribeiro is not told.");
  await expect(dialog.getByRole("button", { name: "Cancel" })).toBeFocused();
  await dialog.getByRole("button", { name: "Cancel" }).click();
  await expect(his.page.getByRole("button", { name: "Chat menu" })).toBeFocused();
  await block(his.page, "Ana Ribeiro");
  await expect(row(his.page, "Ana Ribeiro")).toHaveCount(0);
  await expect(row(phone, "Ana Ribeiro")).toHaveCount(0);

  await hers.send("Anybody there?");
  await hers.delivery("Anybody there?", "Sent");
  await expect(hers.page.getByText(/left this chat|blocked/)).toHaveCount(0);
  await hers.reload();
  await hers.shows(["Hello", "Anybody there?"]);
  await hers.delivery("Anybody there?", "Sent");

  await his.page.goto(`/people?q=${ana.account.username}`);
  await live(his.page);
  const message = his.page.getByRole("button", { name: "Message Ana Ribeiro" });
  await message.click();
  await expect(his.page.getByRole("alert")).toContainText("You have blocked Ana Ribeiro. Unblock them first.");
  await his.page.getByRole("link", { name: "Blocked people" }).click();
  await expect(his.page).toHaveURL("/settings#blocked");
  await his.page.getByRole("button", { name: "Unblock Ana Ribeiro" }).click();
  await expect(his.page.getByText("Nobody. You can block people")).toBeVisible();

  await his.page.goto(`/people?q=${ana.account.username}`);
  await live(his.page);
  await message.click();
  await new Chat(his.page).shows(["Hello", "Anybody there?"]);
  await hers.delivery("Anybody there?", "Read");
});

test("a person is blocked from the details, too", async ({ people }) => {
  const { his } = await converse(people);
  await his.send("Hello");
  const details = new Details(his.page);
  await details.open();
  await details.pane.getByRole("button", { name: "Block Ana Ribeiro…" }).click();
  const dialog = his.page.getByRole("dialog", { name: "Block Ana Ribeiro?" });
  await dialog.getByRole("button", { name: "Block" }).click();
  await expect(his.page).toHaveURL("/chats");
  await expect(row(his.page, "Ana Ribeiro")).toHaveCount(0);
});

test.describe("without scripts", () => {
  test.use({ javaScriptEnabled: false });

  test("a person is blocked and unblocked all the same", async ({ people }) => {
    const [ana, bo] = [await people.signUp("Ana Ribeiro"), await people.signUp("Bo Lind")];
    const room = await ana.chatWith(bo);
    await ana.send(room, "Hello");
    const page = await bo.context.newPage();
    await page.goto(`/chats/${room}`);
    await block(page, "Ana Ribeiro");
    await expect(page.locator("a.room")).toHaveCount(0);
    await page.goto(`/people?q=${ana.account.username}`);
    await page.getByRole("button", { name: "Message Ana Ribeiro" }).click();
    await expect(page.getByRole("main")).toContainText("You have blocked Ana Ribeiro. Unblock them first.");
    await page.getByRole("link", { name: "Blocked people" }).click();
    await page.getByRole("button", { name: "Unblock Ana Ribeiro" }).click();
    await expect(page).toHaveURL("/settings");
    await expect(page.getByText("Nobody. You can block people")).toBeVisible();
    await page.goto(`/people?q=${ana.account.username}`);
    await page.getByRole("button", { name: "Message Ana Ribeiro" }).click();
    await expect(page.getByRole("log").getByText("Hello")).toBeVisible();
  });
});
