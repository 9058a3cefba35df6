import { row } from "../../support/chat.ts";
import { countOf, translate } from "../../support/changed-page.ts";
import { converse } from "../../support/conversation.ts";
import { expect, test } from "../../support/fixtures.ts";
import { trio } from "../../support/groups.ts";

test("what is deleted or edited changes under a translator, too", async ({ people }) => {
  const { ana, room, hers, his } = await converse(people);
  await hers.send("A slip of the tongue");
  await hers.send("To be edited");
  await his.shows(["A slip of the tongue", "To be edited"]);
  await hers.delivery("To be edited", "Read");
  const slip = await hers.id("A slip of the tongue");
  await his.page.evaluate(translate);

  await ana.delete(room, slip);
  await his.shows(["This message was deleted", "To be edited"]);
  expect(await countOf(his.page, "A slip of the tongue")).toBe(0);

  await hers.choose("To be edited", "Edit");
  await hers.editor.fill("Edited");
  await hers.editor.press("Enter");
  await his.shows(["This message was deleted", "Edited"]);
  expect(await countOf(his.page, "To be edited")).toBe(0);
  await expect(row(his.page, "Ana Ribeiro")).toContainText("Edited");
  await expect(row(his.page, "Ana Ribeiro")).not.toContainText("To be edited");

  await his.page.evaluate(translate);
  await hers.send("And on it goes");
  await his.shows(["This message was deleted", "Edited", "And on it goes"]);
  await his.send("Here, too");
  await his.delivery("Here, too", "Read");
});

test("a group that is renamed has its new name under a translator, too", async ({ people }) => {
  const { ana, bo, cleo } = await trio(people);
  const room = await ana.found("Walkers", bo, cleo);
  const his = await bo.talk(room);
  await his.page.evaluate(translate);
  await ana.rename(room, "Runners");
  await expect(his.page.getByRole("heading", { level: 1 })).toHaveText("Runners");
  await expect(row(his.page, "Runners")).toBeVisible();
  expect(await countOf(his.page, "Walkers")).toBe(0);
});
