import { Chat } from "../../support/chat.ts";
import { converse } from "../../support/conversation.ts";
import { expect, test } from "../../support/fixtures.ts";
import { live } from "../../support/hydrated.ts";
import { isKept, keptTexts } from "../../support/kept.ts";

test("a draft is written while somebody types without a pause", async ({ people }) => {
  const { hers } = await converse(people);
  await hers.composer.focus();
  // A key each 100 ms: no pause is as long as the longest wait. What the disk holds is looked at between the keys.
  let kept = "";
  for (let key = 0; key < 40 && !kept.includes("aaaaa"); key += 1) {
    await hers.page.keyboard.press("a", { delay: 100 });
    kept = await keptTexts(hers.page);
  }
  expect(kept).toContain("aaaaa");
});

test("a draft is written as the page goes away", async ({ people }) => {
  const { ana, room, hers } = await converse(people);
  await hers.composer.focus();
  await hers.page.evaluate(() => {
    const field = document.querySelector("textarea");
    if (!field) throw new Error("There is no composer");
    field.value = "Gone in the same moment";
    field.dispatchEvent(new Event("input", { bubbles: true }));
    location.reload();
  });
  await hers.page.waitForLoadState();
  await live(hers.page);
  await expect(hers.composer).toHaveValue("Gone in the same moment");
  expect(await ana.history(room)).toEqual([]);
});

test("the tabs of one person have the same draft, and once it is sent none has it", async ({ people }) => {
  const { ana, room, hers } = await converse(people);
  const other = await ana.talk(room);
  // The field has the focus in both tabs, as in two windows side by side.
  await other.composer.fill("First in the other tab");
  await expect(hers.composer).toHaveValue("First in the other tab");
  await hers.composer.focus();
  await hers.composer.fill("Half a thought");
  await expect(other.composer).toHaveValue("Half a thought");
  await other.composer.pressSequentially(", and the other half");
  await expect(hers.composer).toHaveValue("Half a thought, and the other half");
  await hers.composer.press("Enter");
  await hers.delivery("Half a thought, and the other half", "Read");
  await expect(other.composer).toHaveValue("");
  await expect(hers.composer).toHaveValue("");
  await other.reload();
  await expect(other.composer).toHaveValue("");
  expect(await ana.history(room)).toEqual(["Half a thought, and the other half"]);
});

test("an edit in progress survives a reload, and so does the draft under it", async ({ people }) => {
  const { ana, room, hers, his } = await converse(people);
  await hers.send("See you at eihgt");
  await hers.delivery("See you at eihgt", "Read");
  await hers.composer.fill("A draft");
  await isKept(hers.page, "A draft");
  await hers.choose("See you at eihgt", "Edit");
  await hers.editor.fill("See you at eight");
  await hers.reload();
  await expect(hers.editor).toHaveValue("See you at eight");
  await expect(hers.page.getByText("Edit message")).toBeVisible();
  await expect(hers.page.locator(".editing")).toContainText("See you at eihgt");
  await hers.editor.press("Enter");
  await his.shows(["See you at eight"]);
  await expect(hers.composer).toHaveValue("A draft");
  await hers.reload();
  await expect(hers.composer).toHaveValue("A draft");
  expect(await ana.history(room)).toEqual(["See you at eight"]);
});

test("an edit that was cancelled does not come back, and nothing of one is left after signing out", async ({ people }) => {
  const { hers } = await converse(people);
  await hers.send("Said before");
  await hers.delivery("Said before", "Read");
  await hers.choose("Said before", "Edit");
  await hers.editor.fill("Never mind");
  await hers.editor.press("Escape");
  await hers.reload();
  await expect(hers.composer).toHaveValue("");
  await hers.choose("Said before", "Edit");
  await hers.editor.fill("A secret");
  await hers.page.getByRole("link", { name: "Settings" }).click();
  await hers.page.getByRole("button", { name: "Sign out" }).click();
  await expect(hers.page).toHaveURL(/sign-in/);
  expect(await hers.page.evaluate(() => JSON.stringify({ ...sessionStorage }))).not.toContain("A secret");
});

test("an unchanged edit of a message with CRLF and blank lines is no edit", async ({ people }) => {
  const { ana, room, hers } = await converse(people);
  await ana.send(room, "\r\nTwo\r\nlines\r\n");
  await expect(hers.log.locator(".msg")).toHaveCount(1);
  await hers.composer.press("ArrowUp");
  await expect(hers.editor).toHaveValue("\nTwo\nlines\n");
  await hers.editor.press("Enter");
  await expect(hers.editor).toHaveCount(0);
  await expect(hers.log.locator(".stamp")).not.toContainText("edited");
});

test("the length of a text is announced at thresholds, not at each key", async ({ people }) => {
  const { hers } = await converse(people);
  const status = hers.page.locator(".composer [role=status]");
  const said: string[] = [];
  await hers.page.exposeFunction("said", (text: string) => said.push(text));
  await status.evaluate((status) => {
    const tell = () => (window as unknown as { said: (text: string) => void }).said(status.textContent);
    new MutationObserver(tell).observe(status, { childList: true, characterData: true, subtree: true });
  });
  await hers.composer.fill("x".repeat(3_794));
  for (let key = 0; key < 8; key += 1) await hers.composer.press("x");
  await expect(hers.page.locator(".composer .left")).toHaveText("294 left");
  await hers.composer.fill("x".repeat(4_096));
  await expect(hers.page.locator(".composer .left")).toHaveText("0 left");
  for (let key = 0; key < 3; key += 1) await hers.composer.press("x");
  await expect(hers.page.locator(".composer .left")).toHaveText("3 too many");
  await expect.poll(() => said.filter(Boolean)).toEqual(["300 characters left", "0 characters left", "The message is too long"]);
});

test("a plain form that is refused before the program arrives is taken over with its text", async ({ people }) => {
  const [ana, bo] = [await people.signUp("Ana Ribeiro"), await people.signUp("Bo Lind")];
  const room = await ana.chatWith(bo);
  const page = await ana.context.newPage();
  let arrive = () => {};
  const gate = new Promise<void>((resolve) => (arrive = resolve));
  await page.route("**/pkg/*.wasm", async (route) => {
    await gate;
    await route.continue().catch(() => undefined);
  });
  await page.goto(`/chats/${room}?details`, { waitUntil: "commit" });
  const chat = new Chat(page);
  const long = `<b>&amp;\n${"x".repeat(4_096)}`;
  await chat.composer.fill(long);
  await page.getByRole("button", { name: "Send" }).click();
  await expect(page.getByRole("alert").filter({ hasText: "at most 4096 characters" })).toBeVisible();
  arrive();
  await live(page);
  await expect(chat.composer).toHaveValue(long);
  await expect(page).toHaveURL(new RegExp(`/chats/${room}\\?details`));
  await expect(page.getByRole("region", { name: "Details" })).toBeVisible();
  await chat.composer.fill("Shorter");
  await chat.composer.press("Enter");
  await chat.delivery("Shorter", "Sent");
  expect(await ana.history(room)).toEqual(["Shorter"]);
});
