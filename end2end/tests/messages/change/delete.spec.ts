import { row, type Chat } from "../../../support/chat.ts";
import { converse } from "../../../support/conversation.ts";
import { expect, test } from "../../../support/fixtures.ts";
import { newId } from "../../../support/names.ts";

/// Waits as long as a menu takes to open, and expects that none has.
async function staysShut(chat: Chat): Promise<void> {
  await chat.page.evaluate(() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(() => setTimeout(done)))));
  await expect(chat.menu).toBeHidden();
}

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
