import type { CDPSession, Page } from "@playwright/test";
import { converse } from "../../support/conversation.ts";
import { expect, test } from "../../support/fixtures.ts";

test("the Enter that chooses a character sends nothing", async ({ people }) => {
  const { ana, room, hers } = await converse(people);
  await hers.composer.focus();
  const input = await inputMethod(hers.page);
  await input.send("Input.imeSetComposition", { text: "にほんご", selectionStart: 4, selectionEnd: 4 });
  await expect(hers.composer).toHaveValue("にほんご");
  // As Chromium and Firefox have it: the key comes while the composition goes on.
  await pressWithInputMethod(hers.page, { key: "Enter", isComposing: true });
  await expect(hers.composer).toHaveValue("にほんご");
  await input.send("Input.insertText", { text: "日本語" });
  await expect(hers.composer).toHaveValue("日本語");
  // As Safari has it: the composition has ended when the key that ended it comes.
  await pressWithInputMethod(hers.page, { key: "Enter", isComposing: false });
  await expect(hers.composer).toHaveValue("日本語");
  await hers.composer.press("Enter");
  await hers.delivery("日本語", "Read");
  expect(await ana.history(room)).toEqual(["日本語"]);
});

test("the keys of an input method neither save nor cancel an edit", async ({ people }) => {
  const { ana, room, hers } = await converse(people);
  await hers.send("日本");
  await hers.delivery("日本", "Read");
  await hers.composer.press("ArrowUp");
  await hers.editor.fill("日本語");
  for (const key of ["Enter", "Escape"]) {
    await pressWithInputMethod(hers.page, { key, isComposing: false });
    await expect(hers.editor).toHaveValue("日本語");
  }
  expect(await ana.history(room)).toEqual(["日本"]);
  await hers.editor.press("Enter");
  await hers.shows(["日本語"]);
});

test.describe("on a phone", () => {
  const phone = { viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true };

  test("Return breaks the line, and the button sends", async ({ people }) => {
    const [ana, bo] = [await people.signUp("Ana Ribeiro", phone), await people.signUp("Bo Lind")];
    const room = await ana.chatWith(bo);
    const chat = await ana.talk(room);
    await chat.composer.tap();
    await chat.page.keyboard.type("One line");
    await chat.page.keyboard.press("Enter");
    await chat.page.keyboard.type("and another");
    await expect(chat.composer).toHaveValue("One line\nand another");
    await expect(chat.composer).toHaveAttribute("enterkeyhint", "enter");
    expect(await ana.history(room)).toEqual([]);
    await chat.page.getByRole("button", { name: "Send" }).tap();
    await chat.delivery("One line\nand another", "Sent");
    // A keyboard of its own sends by Ctrl and Enter.
    await chat.composer.fill("By Ctrl");
    await chat.composer.press("Control+Enter");
    await chat.delivery("By Ctrl", "Sent");
  });
});

function inputMethod(page: Page): Promise<CDPSession> {
  return page.context().newCDPSession(page);
}

/// A key that the input method takes: every browser gives it the code 229.
async function pressWithInputMethod(page: Page, init: { key: string; isComposing: boolean }): Promise<void> {
  await page.evaluate((init) => {
    const event = new KeyboardEvent("keydown", { ...init, keyCode: 229, bubbles: true, cancelable: true });
    document.activeElement?.dispatchEvent(event);
  }, init);
}
