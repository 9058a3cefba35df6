import { Chat, row } from "../../support/chat.ts";
import { converse } from "../../support/conversation.ts";
import { expect, test } from "../../support/fixtures.ts";
import { Details, trio } from "../../support/groups.ts";
import { hydrated, live } from "../../support/hydrated.ts";
import { fill } from "../../support/long-room.ts";
import { settled, topOf, wheel } from "../../support/reader.ts";

for (const { width, beside } of [
  { width: 390, beside: false },
  { width: 820, beside: false },
  { width: 1440, beside: true },
]) {
  test.describe(`at ${width} px`, () => {
    test.use({ viewport: { width, height: 844 } });

    test("details have an address, a way back, and the place they need", async ({ people }) => {
      const viewport = { width, height: 844 };
      const ana = await people.signUp("Ana Ribeiro", { viewport });
      const bo = await people.signUp("Bo Lind");
      const room = await ana.chatWith(bo);
      await bo.send(room, "Who are you?");
      const chat = await ana.talk(room);
      const { page } = chat;
      const details = new Details(page);
      await details.open();
      await expect(page).toHaveURL(`/chats/${room}?details`);
      await expect(details.pane).toContainText(`@${bo.account.username}`);
      await expect(page.getByRole("heading", { level: 1 })).toHaveCount(1);
      await expect(page.getByRole("link", { name: "Close details" })).toBeFocused();
      if (beside) await expect(chat.composer).toBeVisible();
      else await expect(chat.composer).toBeHidden();
      const box = await details.pane.boundingBox();
      expect(box?.width).toBe(beside ? 340 : width < 720 ? width : width - 320);
      expect((box?.x ?? 0) + (box?.width ?? 0)).toBe(width);
      expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(width);

      await page.goBack();
      await expect(details.pane).toBeHidden();
      await expect(page).toHaveURL(`/chats/${room}`);
      await expect(page.locator("#to-details")).toBeFocused();
      await page.goForward();
      await expect(details.pane).toBeVisible();
      await page.reload();
      await live(page);
      await expect(details.pane).toContainText("Bo Lind");
      await page.getByRole("link", { name: "Close details" }).click();
      await expect(details.pane).toBeHidden();
      await chat.send("Somebody new");
      await chat.shows(["Who are you?", "Somebody new"]);
    });

    test("the conversation stands as it stood", async ({ people }) => {
      const viewport = { width, height: 844 };
      const ana = await people.signUp("Ana Ribeiro", { viewport });
      const bo = await people.signUp("Bo Lind");
      const room = await ana.chatWith(bo);
      await fill(room, [ana, bo], 60);
      const chat = await ana.talk(room);
      await chat.composer.fill("Half a sentence");
      await wheel(chat, -1_500);
      const read = await settled(chat);
      const before = await topOf(chat, read);
      const log = await chat.log.elementHandle();
      const details = new Details(chat.page);
      await details.open();
      await chat.page.getByRole("link", { name: "Close details" }).click();
      await expect(details.pane).toBeHidden();
      await settled(chat);
      expect(Math.abs((await topOf(chat, read)) - before)).toBeLessThanOrEqual(1);
      expect(await log?.evaluate((log) => log.isConnected)).toBe(true);
      await expect(chat.composer).toHaveValue("Half a sentence");
    });
  });
}

test("details come in the first paint, and only their code with them", async ({ people }) => {
  const { ana, bo } = await converse(people);
  const room = await ana.chatWith(bo);
  const page = await ana.context.newPage();
  const fetched: string[] = [];
  page.on("request", (request) => fetched.push(new URL(request.url()).pathname));
  await page.goto(`/chats/${room}?details`);
  await hydrated(page);
  await expect(new Details(page).pane).toContainText("Bo Lind");
  expect(fetched.filter((path) => path.includes("split_details"))).not.toHaveLength(0);
  await page.goto(`/chats/${room}?at=1&details`);
  await hydrated(page);
  await page.getByRole("link", { name: "Close details" }).click();
  await expect(page).toHaveURL(`/chats/${room}?at=1`);
});

test("details that cannot be fetched say so, and the conversation goes on", async ({ people, watch }) => {
  watch.allow(/Failed to load resource|Failed to fetch|ERR_FAILED/);
  const { hers } = await converse(people);
  await hers.page.route(/split_details/, (route) => route.abort());
  const details = new Details(hers.page);
  await details.open();
  await expect(details.pane.getByRole("alert")).toContainText("could not be fetched");
  await hers.page.unroute(/split_details/);
  await details.pane.getByRole("link", { name: "Back to the chat" }).click();
  await details.open();
  await expect(details.pane).toContainText("Bo Lind");
});

test("the private chat is left from its details, or not", async ({ people }) => {
  const { hers } = await converse(people);
  await hers.send("Hello");
  const details = new Details(hers.page);
  await details.open();
  const leave = details.pane.getByRole("button", { name: "Leave chat" });
  await leave.click();
  const dialog = hers.page.getByRole("dialog", { name: "Leave the chat with Bo Lind?" });
  await dialog.getByRole("button", { name: "Stay" }).click();
  await expect(leave).toBeFocused();
  await leave.click();
  await dialog.getByRole("button", { name: "Leave chat" }).click();
  await expect(hers.page).toHaveURL("/chats");
  await expect(row(hers.page, "Bo Lind")).toHaveCount(0);
});

test("a group is managed by keyboard", async ({ people }) => {
  const { ana, bo, cleo } = await trio(people);
  const { page } = await ana.talk(await ana.found("Studio Casa", bo, cleo));
  const details = new Details(page);
  await page.locator("#to-details").focus();
  await page.keyboard.press("Enter");
  await expect(page.getByRole("link", { name: "Close details" })).toBeFocused();
  const more = details.pane.getByRole("button", { name: "More about Bo Lind" });
  await more.focus();
  await page.keyboard.press("Enter");
  await page.keyboard.press("Tab");
  await expect(page.getByRole("button", { name: "Make admin" })).toBeFocused();
  await page.keyboard.press("Enter");
  await expect(details.member("Bo Lind")).toContainText("Admin");
  await expect(more).toBeFocused();
  await page.keyboard.press("Enter");
  await page.keyboard.press("Tab");
  await page.keyboard.press("Tab");
  await page.keyboard.press("Enter");
  await expect(page.getByRole("dialog", { name: "Remove Bo Lind?" }).getByRole("button", { name: "Cancel" })).toBeFocused();
  await page.keyboard.press("Escape");
  await expect(page.getByRole("dialog")).toBeHidden();
  await expect(new Chat(page).composer).toBeVisible();
  const rename = details.pane.getByRole("button", { name: "Rename" });
  await rename.focus();
  await page.keyboard.press("Enter");
  await page.getByLabel("Group name").fill("Number 14");
  await page.keyboard.press("Enter");
  await expect(page.getByRole("heading", { level: 1, name: "Number 14" })).toBeVisible();
  // The name may come before the answer that closes the dialog, which has a button of the same name.
  await expect(page.getByRole("dialog")).toBeHidden();
  await expect(rename).toBeFocused();
});
