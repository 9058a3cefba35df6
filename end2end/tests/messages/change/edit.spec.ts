import { row } from "../../../support/chat.ts";
import { converse } from "../../../support/conversation.ts";
import { expect, test } from "../../../support/fixtures.ts";
import { isKept } from "../../../support/kept.ts";
import { newId } from "../../../support/names.ts";

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
  await hers.editor.fill("To be kept until it is given up");
  await hers.reload();
  await expect(hers.editor).toHaveValue("To be kept until it is given up");
  await hers.editor.press("Escape");
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
