import { isAccessible } from "../../support/axe.ts";
import { row, type Chat } from "../../support/chat.ts";
import { converse } from "../../support/conversation.ts";
import { expect, test } from "../../support/fixtures.ts";
import { isKept } from "../../support/kept.ts";
import { fill } from "../../support/long-room.ts";
import { newId } from "../../support/names.ts";
import { settled, topOf, wheel } from "../../support/reader.ts";

/// Waits as long as a menu takes to open, and expects that none has.
async function staysShut(chat: Chat): Promise<void> {
  await chat.page.evaluate(() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(() => setTimeout(done)))));
  await expect(chat.menu).toBeHidden();
}

test("an edit is seen at once by both, and stays", async ({ people }) => {
  const { ana, room, hers, his } = await converse(people);
  await hers.send("See you at eihgt");
  await his.shows(["See you at eihgt"]);
  await hers.delivery("See you at eihgt", "Read");

  await hers.choose("See you at eihgt", "Edit");
  await expect(hers.editor).toHaveValue("See you at eihgt");
  await expect(hers.editor).toBeFocused();
  await hers.editor.fill("See you at eight");
  await hers.editor.press("Enter");
  for (const chat of [hers, his]) {
    await chat.shows(["See you at eight"]);
    await expect(chat.message("See you at eight").locator(".stamp")).toContainText("edited");
    await expect(chat.message("See you at eight").getByText("edited")).toHaveAttribute("title", /\d{4}, \d\d:\d\d$/);
  }
  await expect(hers.composer).toHaveValue("");
  await expect(hers.composer).toBeFocused();
  await expect(row(his.page, "Ana Ribeiro")).toContainText("See you at eight");
  await expect(his.page.locator("[aria-live=polite]").filter({ hasText: "eight" }), "edits are not announced").toHaveCount(0);

  await his.reload();
  await his.shows(["See you at eight"]);
  await expect(his.message("See you at eight").locator(".stamp")).toContainText("edited");
  await expect.poll(() => ana.history(room)).toEqual(["See you at eight"]);

  // Nothing changed, so nothing is said to have.
  await hers.send("As it is");
  await hers.delivery("As it is", "Read");
  await hers.composer.press("ArrowUp");
  await expect(hers.editor).toHaveValue("As it is");
  await hers.editor.press("Enter");
  await expect(hers.editor).toHaveCount(0);
  await expect(hers.message("As it is").locator(".stamp")).not.toContainText("edited");
});

test("what was being written waits while something else is edited", async ({ people }) => {
  const { hers } = await converse(people);
  await hers.send("Said before");
  await hers.delivery("Said before", "Read");
  await hers.composer.fill("Half a thought");
  await isKept(hers.page, "Half a thought");
  await hers.choose("Said before", "Edit");
  await hers.editor.fill("Not to be kept");
  await hers.editor.press("Escape");
  await expect(hers.composer).toHaveValue("Half a thought");
  await expect(hers.composer).toBeFocused();
  await hers.shows(["Said before"]);

  await hers.choose("Said before", "Edit");
  await hers.page.getByRole("button", { name: "Cancel editing" }).click();
  await expect(hers.composer).toHaveValue("Half a thought");

  await hers.choose("Said before", "Edit");
  await hers.editor.fill("Not to be kept either");
  await hers.reload();
  await expect(hers.composer).toHaveValue("Half a thought");
  await hers.composer.press("ArrowUp");
  await expect(hers.editor, "the arrow is for moving in a text").toHaveCount(0);
});

test("the arrow in an empty field edits what one said last", async ({ people }) => {
  const { ana, bo, room, hers } = await converse(people);
  await hers.composer.press("ArrowUp");
  await expect(hers.editor).toHaveCount(0);
  const id = newId();
  await ana.send(room, "My last");
  await ana.send(room, "No longer", id);
  await ana.delete(room, id);
  await bo.send(room, "An answer");
  await hers.shows(["My last", "You deleted this message", "An answer"]);
  await hers.composer.press("ArrowUp");
  await expect(hers.editor).toHaveValue("My last");
});

test("a deleted message is gone everywhere, and asked about once", async ({ people }) => {
  const { ana, bo, room, hers, his } = await converse(people);
  await hers.send("Stays");
  await hers.send("Slip of the tongue");
  await his.shows(["Stays", "Slip of the tongue"]);
  await hers.delivery("Slip of the tongue", "Read");
  await bo.react(room, await hers.id("Slip of the tongue"), "😮");
  await expect(hers.reaction("Slip of the tongue", "😮")).toBeVisible();

  await hers.choose("Slip of the tongue", "Delete");
  const dialog = hers.page.getByRole("dialog", { name: "Delete this message?" });
  await expect(dialog).toContainText("It disappears for Bo Lind and you. Nobody can bring it back.");
  await dialog.getByRole("button", { name: "Keep it" }).click();
  await expect(dialog).toBeHidden();
  await hers.shows(["Stays", "Slip of the tongue"]);

  await hers.choose("Slip of the tongue", "Delete");
  await dialog.getByRole("button", { name: "Delete for everyone" }).click();
  await expect(dialog).toBeHidden();
  await expect(hers.composer).toBeFocused();
  await hers.shows(["Stays", "You deleted this message"]);
  await his.shows(["Stays", "This message was deleted"]);
  await expect(row(hers.page, "Bo Lind")).toContainText("You deleted this message");
  await expect(row(his.page, "Ana Ribeiro")).toContainText("This message was deleted");
  await expect(his.log.locator(".reacts")).toHaveCount(0);
  const gone = his.message("This message was deleted");
  await expect(gone.getByRole("button")).toHaveCount(0);
  await gone.locator(".bubble").click({ button: "right" });
  await staysShut(his);
  await his.reload();
  await his.shows(["Stays", "This message was deleted"]);
  expect(await ana.history(room)).toEqual(["Stays", ""]);
});

test("an edit to nothing asks whether to delete", async ({ people }) => {
  const { hers, his } = await converse(people);
  await hers.send("Never mind");
  await hers.delivery("Never mind", "Read");
  await hers.composer.press("ArrowUp");
  await hers.editor.fill("  ");
  await hers.editor.press("Enter");
  await hers.page.getByRole("dialog").getByRole("button", { name: "Delete for everyone" }).click();
  await his.shows(["This message was deleted"]);
  await expect(hers.composer).toBeFocused();
});

test("reactions are given, replaced, taken back, counted and named", async ({ people }) => {
  const { hers, his } = await converse(people);
  await hers.send("It is a girl");
  await his.shows(["It is a girl"]);

  await his.choose("It is a girl", "❤️");
  const heart = (chat: typeof hers) => chat.reaction("It is a girl", "❤️");
  await expect(heart(his)).toHaveAttribute("aria-pressed", "true");
  await expect(heart(his)).toHaveAttribute("title", "You reacted with ❤️");
  await expect(heart(hers)).toHaveText("❤️1");
  await expect(heart(hers)).toHaveAttribute("aria-pressed", "false");
  await expect(heart(hers)).toHaveAttribute("title", "Bo Lind reacted with ❤️");

  await heart(hers).click();
  await expect(heart(hers)).toHaveText("❤️2");
  await expect(heart(hers)).toHaveAttribute("title", "Bo Lind and you reacted with ❤️");
  await expect(heart(his)).toHaveAttribute("title", "Ana Ribeiro and you reacted with ❤️");

  await his.choose("It is a girl", "👍");
  await expect(heart(hers)).toHaveText("❤️1");
  await expect(hers.reaction("It is a girl", "👍")).toHaveText("👍1");
  await hers.message("It is a girl").hover();
  await hers.message("It is a girl").getByRole("button", { name: "Message menu" }).click();
  await expect(hers.menu.getByText("❤️")).toHaveAttribute("aria-checked", "true");
  await expect(hers.menu.getByText("👍")).toHaveAttribute("aria-checked", "false");
  await hers.page.keyboard.press("Escape");

  await his.reload();
  await expect(his.reaction("It is a girl", "👍")).toHaveAttribute("aria-pressed", "true");
  await his.reaction("It is a girl", "👍").click();
  await heart(hers).click();
  for (const chat of [hers, his]) await expect(chat.log.locator(".reacts")).toHaveCount(0);
  await expect(his.page.locator("[aria-live=polite]").filter({ hasText: "girl" }), "said once").toHaveCount(0);
});

test("reactions that arrive do not move the line that is read", async ({ people }) => {
  test.setTimeout(120_000);
  const [ana, bo] = [await people.signUp("Ana Ribeiro"), await people.signUp("Bo Lind")];
  const room = await ana.chatWith(bo);
  await fill(room, [ana, bo], 45);
  const chat = await ana.talk(room);
  await wheel(chat, -600);
  await expect(chat.page.getByRole("button", { name: /newest/ })).toBeVisible();
  const seq = await settled(chat);
  const before = await topOf(chat, seq);
  // One that reaches into view, one above it, and one far below.
  for (const [count, other] of [Number(seq) - 1, Number(seq) - 3, 45].entries()) {
    const id = await chat.log.locator(`[data-seq="${other}"] .msg`).getAttribute("data-key");
    await bo.react(room, id ?? "", "🙏");
    await expect(chat.log.locator(".reacts")).toHaveCount(count + 1);
    expect(Math.abs((await topOf(chat, seq)) - before), `message ${other}`).toBeLessThanOrEqual(1);
  }
});

test("what is edited is deleted elsewhere meanwhile", async ({ people }) => {
  const { ana, room, hers } = await converse(people);
  await hers.send("In two minds");
  await hers.delivery("In two minds", "Read");
  await hers.composer.fill("A draft");
  const id = await hers.id("In two minds");
  await hers.choose("In two minds", "Edit");
  await hers.editor.fill("In three minds");
  await ana.delete(room, id);
  await expect(hers.page.getByRole("alert").filter({ hasText: "was deleted" })).toBeVisible();
  await expect(hers.composer).toHaveValue("A draft");
  await hers.shows(["You deleted this message"]);
});

test("what was deleted before it was heard is not announced", async ({ people, watch }) => {
  watch.allowOutage();
  const { ana, bo, room, his } = await converse(people);
  await bo.context.setOffline(true);
  await expect(his.page.getByText("Offline. What you send")).toBeVisible();
  const id = newId();
  await ana.send(room, "Unheard", id);
  await ana.delete(room, id);
  await ana.send(room, "Heard");
  await bo.context.setOffline(false);
  await his.shows(["This message was deleted", "Heard"], 30_000);
  await expect(his.page.locator("[aria-live=polite]").filter({ hasText: "Ana Ribeiro:" })).toHaveText("Ana Ribeiro: Heard");
});

test("without a connection every change says so, and nothing is lost", async ({ people, watch }) => {
  watch.allowOutage();
  const { ana, room, hers, his } = await converse(people);
  await hers.send("Before the tunnel");
  await hers.delivery("Before the tunnel", "Read");
  // What changes messages is here once somebody has come near one.
  await hers.choose("Before the tunnel", "😮");
  await hers.reaction("Before the tunnel", "😮").click();
  await expect(hers.log.locator(".reacts")).toHaveCount(0);
  await ana.context.setOffline(true);
  const alert = hers.page.locator("form.composer [role=alert]");

  await hers.choose("Before the tunnel", "👍");
  await expect(alert).toContainText("Your reaction did not arrive: ");
  await expect(hers.log.locator(".reacts")).toHaveCount(0);

  await hers.choose("Before the tunnel", "Delete");
  const dialog = hers.page.getByRole("dialog");
  await dialog.getByRole("button", { name: "Delete for everyone" }).click();
  await expect(dialog.getByRole("alert")).toContainText("Not deleted: ");
  await dialog.getByRole("button", { name: "Keep it" }).click();

  await hers.choose("Before the tunnel", "Edit");
  await hers.editor.fill("Behind the tunnel");
  await hers.editor.press("Enter");
  await expect(alert).toContainText("Not saved: ");
  await expect(hers.editor).toHaveValue("Behind the tunnel");
  await his.shows(["Before the tunnel"]);

  await ana.context.setOffline(false);
  await hers.editor.press("Enter");
  await his.shows(["Behind the tunnel"]);
  await expect(hers.composer).toHaveValue("");
  await expect(alert).toBeEmpty();
  expect(await ana.history(room)).toEqual(["Behind the tunnel"]);
});

test("a refusal is said in words, and the text stays", async ({ people, watch }) => {
  watch.allowStatus(429, "/api/messages/edit");
  const { hers } = await converse(people);
  await hers.send("Slowly");
  await hers.delivery("Slowly", "Read");
  await hers.page.route("**/api/messages/edit", (route) =>
    route.fulfill({ status: 429, json: { code: "rate_limited", message: "Too many changes. Wait a moment.", retry_after: 1000 } }),
  );
  await hers.composer.press("ArrowUp");
  await hers.editor.fill("Quickly");
  await hers.editor.press("Enter");
  await expect(hers.page.getByRole("alert").filter({ hasText: "Not saved: Too many changes." })).toBeVisible();
  await expect(hers.editor).toHaveValue("Quickly");
  await hers.editor.press("Escape");
  await expect(hers.page.locator("form.composer [role=alert]")).toBeEmpty();
});

test("the menu, the reactions and the question are for the keyboard, too", async ({ people }) => {
  const { ana, bo, room, hers } = await converse(people);
  for (const text of ["First", "Second", "Third"]) await ana.send(room, text);
  await hers.shows(["First", "Second", "Third"]);
  await bo.react(room, await hers.id("Second"), "🔥");
  await expect(hers.reaction("Second", "🔥")).toBeVisible();
  const menu = (text: string) => hers.message(text).getByRole("button", { name: "Message menu" });
  const { keyboard } = hers.page;

  await hers.composer.focus();
  await keyboard.press("Shift+Tab");
  await expect(menu("Third"), "one stop for the whole history").toBeFocused();
  await keyboard.press("ArrowUp");
  await expect(menu("Second")).toBeFocused();
  await expect(menu("Second")).toHaveCSS("opacity", "1");
  await keyboard.press("ArrowRight");
  await expect(hers.reaction("Second", "🔥")).toBeFocused();
  await keyboard.press("Enter");
  await expect(hers.reaction("Second", "🔥")).toHaveText("🔥2");
  await keyboard.press("ArrowUp");
  await expect(menu("First")).toBeFocused();

  await keyboard.press("Enter");
  await expect(hers.menu.getByText("👍")).toBeFocused();
  await keyboard.press("ArrowRight");
  await expect(hers.menu.getByText("❤️")).toBeFocused();
  await keyboard.press("ArrowDown");
  await expect(hers.menu.getByText("Copy text")).toBeFocused();
  await keyboard.press("Escape");
  await expect(hers.menu).toBeHidden();
  await expect(menu("First")).toBeFocused();

  await keyboard.press("Enter");
  await expect(hers.menu.getByText("👍")).toBeFocused();
  await keyboard.press("End");
  await expect(hers.menu.getByText("Delete")).toBeFocused();
  await keyboard.press("Enter");
  const keep = hers.page.getByRole("dialog").getByRole("button", { name: "Keep it" });
  await expect(keep).toBeFocused();
  await keyboard.press("Escape");
  await expect(keep).toBeHidden();
  await expect(menu("First")).toBeFocused();

  await keyboard.press("Enter");
  await expect(hers.menu.getByText("👍")).toBeFocused();
  await keyboard.press("ArrowUp");
  await keyboard.press("ArrowUp");
  await expect(hers.menu.getByText("Edit")).toBeFocused();
  await keyboard.press("Enter");
  await expect(hers.editor).toBeFocused();
  await keyboard.type("!");
  await keyboard.press("Enter");
  await hers.shows(["First!", "Second", "Third"]);
});

test("the other button of the mouse opens the menu, but not on a link or a selection", async ({ people }) => {
  const { bo, room, hers } = await converse(people);
  await bo.send(room, "See https://example.org for more");
  const bubble = hers.log.locator(".bubble");
  // What opens it is here.
  await bubble.locator(".stamp").click({ button: "right" });
  await expect(hers.menu).toBeVisible();
  await hers.page.keyboard.press("Escape");
  await bubble.getByRole("link").click({ button: "right" });
  await staysShut(hers);
  await hers.page.keyboard.press("Escape");

  await bubble.locator(".stamp").click({ button: "right" });
  await expect(hers.menu).toBeVisible();
  await expect(hers.menu.getByRole("menuitem")).toHaveText(["Copy text"]);
  await hers.page.keyboard.press("Escape");
  await expect(hers.menu).toBeHidden();

  await bubble.locator(".text").selectText();
  await bubble.locator(".stamp").click({ button: "right" });
  await staysShut(hers);
});

test("a text can be copied", async ({ people }) => {
  const { ana, hers } = await converse(people);
  await ana.context.grantPermissions(["clipboard-read", "clipboard-write"]);
  await hers.send("Word for word");
  await hers.delivery("Word for word", "Read");
  await hers.choose("Word for word", "Copy text");
  await expect.poll(() => hers.page.evaluate(() => navigator.clipboard.readText())).toBe("Word for word");
});

test.describe("with a thumb", () => {
  test.use({ viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true });

  test("a tap on a message opens its menu, the next one closes it", async ({ people }) => {
    const thumb = { viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true };
    const [ana, bo] = [await people.signUp("Ana Ribeiro", thumb), await people.signUp("Bo Lind")];
    const room = await ana.chatWith(bo);
    const chat = await ana.talk(room);
    await bo.send(room, "Tap me");
    await ana.send(room, "Or me");
    // What has no number yet cannot be changed.
    await chat.isNumbered(2);
    await chat.message("Or me").locator(".bubble").tap();
    await expect(chat.menu.getByRole("menuitem")).toHaveText(["Copy text", "Edit", "Delete"]);
    for (const entry of await chat.menu.getByRole("menuitem").or(chat.menu.getByRole("menuitemcheckbox")).all()) {
      const box = await entry.boundingBox();
      expect(Math.min(box?.width ?? 0, box?.height ?? 0)).toBeGreaterThanOrEqual(44);
    }
    await chat.message("Tap me").locator(".text").tap();
    await staysShut(chat);
    await chat.message("Tap me").locator(".text").tap();
    await chat.menu.getByText("😂").tap();
    await expect(chat.reaction("Tap me", "😂")).toHaveText("😂1");
    await chat.reaction("Tap me", "😂").tap();
    await expect(chat.log.locator(".reacts")).toHaveCount(0);

    await chat.message("Or me").locator(".bubble").tap();
    await chat.menu.getByText("Edit").tap();
    await expect(chat.editor).toHaveValue("Or me");
    await expect(chat.editor).toBeInViewport({ ratio: 1 });
  });
});

for (const colorScheme of ["light", "dark"] as const) {
  for (const width of [390, 1440]) {
    test(`all of it is accessible (${colorScheme}, ${width} px)`, async ({ people, watch }) => {
      watch.allowOutage();
      const viewport = { width, height: 844 };
      const ana = await people.signUp("Ana Ribeiro", { colorScheme, viewport });
      const bo = await people.signUp("Bo Lind");
      const room = await ana.chatWith(bo);
      const ids = [newId(), newId(), newId()] as const;
      await bo.send(room, "Liked by both", ids[0]);
      await ana.send(room, "Written in haste", ids[1]);
      await bo.send(room, "Gone", ids[2]);
      for (const person of [ana, bo]) await person.react(room, ids[0], "👍");
      await bo.react(room, ids[1], "😮");
      await bo.delete(room, ids[2]);
      const chat = await ana.talk(room);
      await isAccessible(chat.page);
      await chat.message("Written in haste").hover();
      await chat.message("Written in haste").getByRole("button", { name: "Message menu" }).click();
      await expect(chat.menu).toBeVisible();
      await isAccessible(chat.page);
      await chat.menu.getByText("Delete").click();
      await isAccessible(chat.page);
      await chat.page.getByRole("button", { name: "Keep it" }).click();
      await chat.choose("Written in haste", "Edit");
      await ana.context.setOffline(true);
      await chat.editor.fill("Written at leisure");
      await chat.editor.press("Enter");
      await expect(chat.page.getByText("Not saved: ")).toBeVisible();
      await isAccessible(chat.page);
    });
  }
}

test.describe("without scripts", () => {
  test.use({ javaScriptEnabled: false });

  test("what became of a message can be read", async ({ people }) => {
    const [ana, bo] = [
      await people.signUp("Ana Ribeiro", { javaScriptEnabled: false }),
      await people.signUp("Bo Lind"),
    ];
    const room = await ana.chatWith(bo);
    const ids = [newId(), newId()] as const;
    await bo.send(room, "Liked", ids[0]);
    await bo.send(room, "Gone", ids[1]);
    await ana.react(room, ids[0], "👍");
    await bo.delete(room, ids[1]);
    const page = await ana.context.newPage();
    await page.goto(`/chats/${room}`);
    const log = page.getByRole("log");
    await expect(log.getByText("This message was deleted")).toBeVisible();
    await expect(log.getByTitle("You reacted with 👍")).toBeVisible();
    await expect(log.getByRole("button", { name: "Message menu" })).toHaveCount(0);
  });
});
