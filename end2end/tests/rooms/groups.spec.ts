import { Chat, row } from "../../support/chat.ts";
import { expect, test } from "../../support/fixtures.ts";
import { acquaint, Details, trio } from "../../support/groups.ts";
import { live } from "../../support/hydrated.ts";

test("a group is made, is there for the others at once, and is written in", async ({ people }) => {
  const { ana, bo, cleo } = await trio(people);
  const [his, third] = [await bo.open("/chats"), await cleo.open("/chats")];
  await live(his);
  await live(third);
  const page = await ana.open("/people");
  await live(page);
  await page.getByRole("link", { name: "New group" }).last().click();
  await expect(page).toHaveURL("/people/new-group");
  await page.getByLabel("Group name").fill("Studio Casa");
  await page.locator(".choices").getByText("Bo Lind").click();
  await page.locator(".choices").getByText("Cleo Marsh").click();
  await expect(page.getByText("2 people chosen")).toBeVisible();
  await page.getByRole("button", { name: "Create group" }).click();

  await expect(page).toHaveURL(/\/chats\/[0-9a-f-]{36}$/);
  await expect(page.getByRole("heading", { level: 1, name: "Studio Casa" })).toBeVisible();
  await expect(page.locator(".talk-head")).toContainText("3 members");
  await expect(row(third, "Studio Casa")).toContainText("No messages yet");
  await row(his, "Studio Casa").click();
  const [hers, bos] = [new Chat(page), new Chat(his)];
  await bos.send("What a good idea");
  await hers.shows(["What a good idea"]);
  await expect(hers.message("What a good idea").locator(".who")).toHaveText("Bo Lind");
  await expect(row(third, "Studio Casa")).toContainText("Bo: What a good idea");
  await page.goBack();
  await expect(page).toHaveURL("/people");
});

test("a form pressed twice makes one group", async ({ people }) => {
  const ana = await people.signUp("Ana Ribeiro");
  await acquaint(ana, await people.signUp("Bo Lind"));
  const page = await ana.open("/people/new-group");
  await live(page);
  await page.getByLabel("Group name").fill("Only one");
  await page.locator(".choices").getByText("Bo Lind").click();
  await page.getByRole("button", { name: "Create group" }).dblclick();
  await expect(page).toHaveURL(/\/chats\//);
  await expect(row(page, "Only one")).toHaveCount(1);
});

test("a group that cannot be made says why, where it belongs", async ({ people, watch }) => {
  watch.allowStatus(422, "/api/rooms/create");
  watch.allowStatus(403, "/api/rooms/create");
  const [ana, bo] = [await people.signUp("Ana Ribeiro"), await people.signUp("Bo Lind")];
  const room = await ana.chatWith(bo);
  await ana.send(room, "Are you there?");
  await ana.send(room, "Hello?");
  const page = await ana.open("/people/new-group");
  await live(page);
  const create = page.getByRole("button", { name: "Create group" });
  await page.getByLabel("Group name").fill("   ");
  await page.locator(".choices").getByText("Bo Lind").click();
  await create.click();
  await expect(page.getByLabel("Group name")).toHaveAccessibleDescription("Give the group a name.");
  await page.getByLabel("Group name").fill("Studio Casa");
  await create.click();
  await expect(page.getByRole("alert")).toContainText("Bo Lind has not written to you yet.");
  await page.locator(".choices").getByText("Bo Lind").click();
  await create.click();
  await expect(page.getByRole("alert")).toContainText("Choose somebody.");
  // Nothing of what was written is lost, and it works once it may.
  await bo.send(room, "Here I am");
  await page.locator(".choices").getByText("Bo Lind").click();
  await create.click();
  await expect(page.getByRole("heading", { level: 1, name: "Studio Casa" })).toBeVisible();
});

test("among many people one searches, and who is hidden stays chosen", async ({ people }) => {
  const ana = await people.signUp("Ana Ribeiro");
  for (const name of ["Bo Lind", "Cleo Marsh", "Dan Ek", "Eva Novak", "Finn Berg", "Gil Vidal", "Hana Sato", "Ivo Marin"]) {
    await acquaint(ana, await people.signUp(name));
  }
  const page = await ana.open("/people/new-group");
  await live(page);
  const choices = page.locator(".choices li:visible");
  await expect(choices).toHaveCount(8);
  await page.locator(".choices").getByText("Bo Lind").click();
  await page.getByRole("searchbox", { name: "Find among" }).fill("mar");
  await expect(choices).toHaveText([/Cleo Marsh/, /Ivo Marin/]);
  await page.getByRole("searchbox", { name: "Find among" }).press("Enter");
  await choices.first().click();
  await expect(page.getByText("2 people chosen")).toBeVisible();
  await page.getByRole("searchbox", { name: "Find among" }).fill("zz");
  await expect(page.getByText("Nobody found")).toBeVisible();
  await page.getByLabel("Group name").fill("Ma and Bo");
  await page.getByRole("button", { name: "Create group" }).click();
  await expect(page.locator(".talk-head")).toContainText("3 members");
});

test("everybody sees a new name and a new admin at once, and only admins have the means", async ({ people }) => {
  const { ana, bo, cleo } = await trio(people);
  const room = await ana.found("Studio Casa", bo, cleo);
  const [hers, his] = [await ana.talk(room), await bo.talk(room)];
  const [mine, theirs] = [new Details(hers.page), new Details(his.page)];
  await mine.open();
  await theirs.open();
  await expect(mine.pane.locator(".member .name")).toHaveText(["You", "Bo Lind", "Cleo Marsh"]);
  await expect(mine.member("You")).toContainText("Admin");
  await expect(theirs.pane.getByRole("button")).toHaveText(["Leave group…"]);

  await mine.pane.getByRole("button", { name: "Rename" }).click();
  const dialog = hers.page.getByRole("dialog", { name: "Rename this group" });
  await expect(dialog.getByLabel("Group name")).toHaveValue("Studio Casa");
  await dialog.getByLabel("Group name").fill("Number 14");
  await dialog.getByRole("button", { name: "Rename" }).click();
  await expect(dialog).toBeHidden();
  for (const page of [hers.page, his.page]) {
    await expect(page.getByRole("heading", { level: 1, name: "Number 14" })).toBeVisible();
    await expect(row(page, "Number 14")).toBeVisible();
    await expect(page.getByRole("region", { name: "Details" })).toContainText("Number 14");
    await expect(page).toHaveTitle(/^(\(\d+\) )?Number 14 · Rapport$/);
  }

  await mine.choose("Bo Lind", "Make admin");
  await expect(mine.member("Bo Lind")).toContainText("Admin");
  await expect(theirs.member("You")).toContainText("Admin");
  await theirs.choose("Ana Ribeiro", "Take admin away");
  await expect(mine.pane.getByRole("button")).toHaveText(["Leave group…"]);
  await expect(theirs.member("Ana Ribeiro")).not.toContainText("Admin");
});

test("the last admin stays one, and is told so", async ({ people, watch }) => {
  watch.allowStatus(403, "/api/rooms/appoint");
  const { ana, bo } = await trio(people);
  const chat = await ana.talk(await ana.found("Studio Casa", bo));
  const details = new Details(chat.page);
  await details.open();
  await details.choose("you", "Take admin away");
  await expect(details.pane.getByRole("alert")).toContainText("A group needs an admin.");
  await expect(details.member("You")).toContainText("Admin");
});

test("who is added is there at once, and reads what was said", async ({ people }) => {
  const { ana, bo, cleo } = await trio(people);
  const room = await ana.found("Studio Casa", bo);
  await bo.send(room, "Before you came");
  const third = await cleo.open("/chats");
  await live(third);
  const { page } = await ana.talk(room);
  const details = new Details(page);
  await details.open();
  await details.pane.getByRole("button", { name: "Add people" }).click();
  const dialog = page.getByRole("dialog", { name: "Add people" });
  await expect(dialog.locator(".choices li")).toHaveText([/Cleo Marsh/]);
  await dialog.getByText("Cleo Marsh").click();
  await dialog.getByRole("button", { name: "Add 1" }).click();
  await expect(dialog).toBeHidden();
  await expect(details.member("Cleo Marsh")).toBeVisible();
  await row(third, "Studio Casa").click();
  await new Chat(third).shows(["Before you came"]);
});

test("who is removed is out at once, is told, and does not come back by reloading", async ({ people, watch }) => {
  watch.allowStatus(404, "");
  const { ana, bo, cleo } = await trio(people);
  const room = await ana.found("Studio Casa", bo, cleo);
  const [hers, his] = [await ana.talk(room), await bo.talk(room)];
  const phone = await (await people.elsewhere(bo)).open("/chats");
  await live(phone);
  await his.send("Last words");
  await hers.shows(["Last words"]);
  const details = new Details(hers.page);
  await details.open();
  await details.choose("Bo Lind", "Remove from group…");
  const dialog = hers.page.getByRole("dialog", { name: "Remove Bo Lind?" });
  await expect(dialog).toContainText("reads nothing that is written here from now on");
  await expect(dialog.getByRole("button", { name: "Cancel" })).toBeFocused();
  await dialog.getByRole("button", { name: "Remove" }).click();

  await expect(dialog).toBeHidden();
  await expect(details.member("Bo Lind")).toHaveCount(0);
  await expect(hers.page.locator(".talk-head")).toContainText("2 members");
  await expect(his.page).toHaveURL("/chats");
  await expect(his.page.getByRole("status").getByText("You are no longer in Studio Casa.")).toBeVisible();
  await expect(row(his.page, "Studio Casa")).toHaveCount(0);
  await expect(row(phone, "Studio Casa")).toHaveCount(0);
  await hers.send("Without Bo");
  await his.page.goto(`/chats/${room}`);
  await expect(his.page.getByRole("heading", { name: "Not here" })).toBeVisible();
  await expect(his.page.getByText("Without Bo")).toHaveCount(0);
  await his.page.goto("/chats");
  await live(his.page);
  await expect(his.page.getByText("You are no longer in")).toHaveCount(0);
});

test("who leaves by choice is not told that it happened", async ({ people }) => {
  const { ana, bo, cleo } = await trio(people);
  const room = await ana.found("Studio Casa", bo, cleo);
  const { page } = await bo.talk(room);
  const details = new Details(page);
  await details.open();
  await details.pane.getByRole("button", { name: "Leave group" }).click();
  await page.getByRole("dialog", { name: "Leave Studio Casa?" }).getByRole("button", { name: "Leave group" }).click();
  await expect(page).toHaveURL("/chats");
  await live(page);
  await expect(row(page, "Studio Casa")).toHaveCount(0);
  await expect(page.getByText("You are no longer in")).toHaveCount(0);
});

test("groups have a filter of their own, as long as there are any", async ({ people }) => {
  const { ana, bo, cleo } = await trio(people);
  const page = await bo.open("/chats");
  await live(page);
  const chip = page.getByRole("button", { name: "Groups" });
  await expect(row(page, "Ana Ribeiro")).toBeVisible();
  await expect(chip).toHaveCount(0);
  const room = await ana.found("Studio Casa", bo, cleo);
  await chip.click();
  await expect(page.locator("a.room .name")).toHaveText(["Studio Casa"]);
  await ana.remove(room, bo);
  await expect(page.locator("a.room .name")).toHaveText(["Ana Ribeiro"]);
  await expect(chip).toHaveCount(0);
});

test.describe("without scripts", () => {
  test.use({ javaScriptEnabled: false });

  test("a group is made all the same, and a refusal is said", async ({ people }) => {
    const { ana, bo, cleo } = await trio(people);
    const page = await ana.context.newPage();
    await page.goto("/people");
    await page.getByRole("link", { name: "New group" }).last().click();
    await page.getByLabel("Group name").fill("Studio Casa");
    await page.getByRole("button", { name: "Create group" }).click();
    await expect(page.getByRole("alert")).toContainText("Choose somebody.");
    await page.getByLabel("Group name").fill("Studio Casa");
    await page.locator(".choices").getByText("Bo Lind").click();
    await page.getByRole("button", { name: "Create group" }).click();
    await expect(page).toHaveURL(/\/chats\/[0-9a-f-]{36}$/);
    await expect(page.getByRole("heading", { level: 1, name: "Studio Casa" })).toBeVisible();

    const details = new Details(page);
    await details.open();
    await expect(details.pane.locator(".member .name")).toHaveText(["You", "Bo Lind"]);
    await details.pane.getByRole("button", { name: "Rename" }).click();
    await page.getByLabel("Group name").fill("Number 14");
    await page.getByRole("dialog").getByRole("button", { name: "Rename" }).click();
    await expect(page.getByRole("heading", { level: 1, name: "Number 14" })).toBeVisible();
    await details.open();
    await details.pane.getByRole("button", { name: "Add people" }).click();
    await page.getByRole("dialog").getByText("Cleo Marsh").click();
    await page.getByRole("dialog").getByRole("button", { name: "Add" }).click();
    await expect(page.locator(".talk-head")).toContainText("3 members");
    const third = await cleo.context.newPage();
    await third.goto("/chats");
    await row(third, "Number 14").click();
    await expect(third.getByRole("heading", { level: 1, name: "Number 14" })).toBeVisible();
    expect(await bo.history(third.url().split("/").at(-1) ?? "")).toEqual([]);
  });
});
