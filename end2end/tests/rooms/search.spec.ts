import { Chat, row } from "../../support/chat.ts";
import { expect, test } from "../../support/fixtures.ts";
import { acquaint } from "../../support/groups.ts";
import { live } from "../../support/hydrated.ts";

test("the field of the list finds chats and people, and the open conversation stays", async ({ people }) => {
  const ana = await people.signUp("Ana Ribeiro");
  const [bo, bea] = [await people.signUp("Bo Lind"), await people.signUp("Bartolomea Quintal")];
  const room = await acquaint(ana, bo);
  await acquaint(ana, await people.signUp("Cleo Marsh"));
  const chat = await ana.talk(room);
  const { page } = chat;
  const list = page.getByRole("region", { name: "Chats" });
  const field = list.getByRole("searchbox", { name: "Find chats and people" });
  await chat.composer.fill("Half a thought");
  await field.fill("cleo");
  await expect(list.locator(".room")).toHaveCount(1);
  await expect(row(page, "Cleo Marsh")).toBeVisible();
  await field.fill("bartolomea");
  const found = list.getByRole("button", { name: "Message Bartolomea Quintal" }).filter({ hasText: bea.account.username });
  await expect(found).toBeVisible();
  // What was open is open.
  await expect(page).toHaveURL(`/chats/${room}`);
  await expect(chat.composer).toHaveValue("Half a thought");
  await field.fill("zzyzx");
  await expect(list.getByText("Nobody found for “zzyzx”")).toBeVisible();
  await field.fill("");
  await expect(list.locator(".room")).toHaveCount(2);

  await field.fill("bartolomea");
  await found.click();
  await expect(page.getByRole("heading", { level: 1, name: "Bartolomea Quintal" })).toBeVisible();
  await expect(field).toHaveValue("");
  await expect(list.locator(".room")).toHaveCount(3);
  await page.goBack();
  await expect(page).toHaveURL(`/chats/${room}`);
  await expect(chat.composer).toHaveValue("Half a thought");
});

test("Enter leads from the field to what is found, and Escape back to the list", async ({ people }) => {
  const ana = await people.signUp("Ana Ribeiro");
  await acquaint(ana, await people.signUp("Bo Lind"));
  await acquaint(ana, await people.signUp("Cleo Marsh"));
  const page = await ana.open("/chats");
  await live(page);
  const field = page.getByRole("searchbox", { name: "Find chats and people" });
  await field.fill("bo l");
  await expect(page.locator(".list .room")).toHaveCount(1);
  await field.press("Enter");
  await expect(row(page, "Bo Lind")).toBeFocused();
  await page.keyboard.press("Enter");
  await expect(new Chat(page).composer).toBeVisible();
  await field.fill("cleo");
  await field.press("Escape");
  await expect(field).toHaveValue("");
  await expect(page.locator(".list .room")).toHaveCount(2);
});

test.describe("without scripts", () => {
  test.use({ javaScriptEnabled: false });

  test("the field leads to the people", async ({ people }) => {
    const [ana, bo] = [await people.signUp("Ana Ribeiro", { javaScriptEnabled: false }), await people.signUp("Bo Lind")];
    const page = await ana.context.newPage();
    await page.goto("/chats");
    await page.getByRole("searchbox", { name: "Find chats and people" }).fill(bo.account.username);
    await page.keyboard.press("Enter");
    await expect(page).toHaveURL(`/people?q=${bo.account.username}`);
    await expect(page.getByRole("button", { name: "Message Bo Lind" })).toBeVisible();
  });
});
