import { type Chat } from "../../../support/chat.ts";
import { converse } from "../../../support/conversation.ts";
import { expect, test } from "../../../support/fixtures.ts";

/// Waits as long as a menu takes to open, and expects that none has.
async function staysShut(chat: Chat): Promise<void> {
  await chat.page.evaluate(() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(() => setTimeout(done)))));
  await expect(chat.menu).toBeHidden();
}

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
