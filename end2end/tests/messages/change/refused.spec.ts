import { expect, test } from "../../../support/fixtures.ts";
import { converse } from "../../../support/conversation.ts";
import { refuseChanges } from "../../../support/refusing.ts";

test("a refused change is taken back, said in words, and its text stays", async ({ people }) => {
  const [ana, bo] = [await people.signUp("Ana Ribeiro"), await people.signUp("Bo Lind")];
  const room = await ana.chatWith(bo);
  await refuseChanges(ana.context, "Not any more.");
  const hers = await ana.talk(room);
  await hers.send("Slowly");
  await hers.delivery("Slowly", "Sent");
  const alert = hers.page.locator("form.composer [role=alert]");
  await hers.composer.fill("Half a thought");
  await hers.choose("Slowly", "Edit");
  await hers.editor.fill("Quickly");
  await hers.editor.press("Enter");
  await expect(alert).toHaveText("Not saved: Not any more. (edit)");
  await expect(hers.editor).toHaveValue("Quickly");
  await hers.shows(["Slowly"]);
  await hers.reload();
  await expect(hers.editor, "it is kept like any edit").toHaveValue("Quickly");
  await hers.editor.press("Escape");
  await expect(alert).toBeEmpty();
  await expect(hers.composer).toHaveValue("Half a thought");

  await hers.choose("Slowly", "👍");
  await expect(alert).toHaveText("Your reaction did not arrive: Not any more. (react)");
  await expect(hers.log.locator(".reacts")).toHaveCount(0);

  await hers.choose("Slowly", "Delete");
  await hers.page.getByRole("dialog").getByRole("button", { name: "Delete for everyone" }).click();
  await expect(alert).toHaveText("Not deleted: Not any more. (delete)");
  await hers.shows(["Slowly"]);
});

test("the text of an edit is not lost with its message", async ({ people, watch }) => {
  watch.allowOutage();
  const { ana, room, hers } = await converse(people);
  await hers.send("In two minds");
  await hers.delivery("In two minds", "Read");
  const id = await hers.id("In two minds");
  // What edits a message is here once somebody has come near one.
  await hers.choose("In two minds", "Edit");
  await ana.context.setOffline(true);
  await hers.editor.fill("In three minds");
  await hers.editor.press("Enter");
  await hers.delivery("In three minds", "Sending");
  await ana.delete(room, id);
  await ana.context.setOffline(false);
  await hers.shows(["You deleted this message"], 30_000);
  await expect(hers.page.getByRole("alert").filter({ hasText: "Not saved: There is no such message." })).toBeVisible();
  await expect(hers.composer).toHaveValue("In three minds");
});
