import { isAccessible } from "../../support/axe.ts";
import { Chat } from "../../support/chat.ts";
import { expect, test } from "../../support/fixtures.ts";
import { Details, trio } from "../../support/groups.ts";
import { hydrated, live } from "../../support/hydrated.ts";
import { codeFor, otherThan } from "../../support/mailbox.ts";
import { usernameFor } from "../../support/names.ts";

for (const width of [390, 1440]) {
  test.describe(`${width} px`, () => {
    test.use({ viewport: { width, height: 844 } });

    test("signing in", async ({ page, watch }) => {
      watch.allowStatus(401, "/api/accounts/sign_in");
      await page.goto("/sign-in");
      await hydrated(page);
      await isAccessible(page);
      await page.getByLabel("Username or e-mail").fill("nobody");
      await page.getByLabel("Password").fill("nothing at all");
      await page.getByRole("button", { name: "Sign in" }).click();
      await expect(page.getByRole("alert")).not.toBeEmpty();
      await isAccessible(page);
    });

    test("registering", async ({ page, server, watch }) => {
      watch.allowStatus(400, "/api/accounts/verify");
      await page.goto("/register");
      await hydrated(page);
      await isAccessible(page);
      await page.getByLabel("Username").fill("9");
      await page.getByLabel("E-mail").fill("ana@nowhere");
      await expect(page.getByText("Start with a letter.")).toBeVisible();
      await isAccessible(page);

      const username = usernameFor("Ana");
      const email = `${username}@example.org`;
      await page.getByLabel("Username").fill(username);
      await page.getByLabel("Your name").fill("Ana Ribeiro");
      await page.getByLabel("E-mail").fill(email);
      await page.getByLabel("Password").fill("seven tall lanterns");
      await expect(page.getByText(`${username} is free`)).toBeVisible();
      await isAccessible(page);
      await page.getByRole("button", { name: "Continue" }).click();
      await expect(page.getByLabel("6-digit code")).toBeVisible();
      await isAccessible(page);
      await page.getByLabel("6-digit code").fill(otherThan(await codeFor(server.url, email)));
      await expect(page.getByLabel("6-digit code")).toHaveAttribute("aria-invalid", "true");
      await isAccessible(page);
    });

    test("no chats, nothing found, nothing there", async ({ people, watch }) => {
      watch.allowStatus(404, "");
      const ana = await people.signUp("Ana Ribeiro");
      for (const path of ["/chats", "/people", "/people?q=zzyzx", "/chats/nowhere", "/no/such/page"]) {
        const page = await ana.open(path);
        await isAccessible(page);
        await page.close();
      }
    });

    test("chats, people, settings", async ({ people }) => {
      const [ana, bo] = [await people.signUp("Ana Ribeiro"), await people.signUp("Bo Lind")];
      await bo.send(await ana.chatWith(bo), "Unread");
      for (const path of ["/chats", `/people?q=${bo.account.username}`, "/settings"]) {
        const page = await ana.open(path);
        await live(page);
        await isAccessible(page);
        await page.close();
      }
    });

    test("a conversation, unread and waiting", async ({ people, watch }) => {
      watch.allowOutage();
      const [ana, bo] = [await people.signUp("Ana Ribeiro"), await people.signUp("Bo Lind")];
      const room = await ana.chatWith(bo);
      await ana.send(room, "Read and answered");
      await bo.send(room, "See https://example.org for more");
      const chat = await ana.talk(room);
      await isAccessible(chat.page);
      await ana.context.setOffline(true);
      await chat.send("On its way");
      await chat.composer.fill("x".repeat(4_000));
      await expect(chat.page.getByText("Offline. What you send")).toBeVisible();
      await isAccessible(chat.page);
      await chat.composer.fill("x".repeat(4_100));
      await isAccessible(chat.page);
    });

    test("leaving, and a deserted chat", async ({ people }) => {
      const [ana, bo] = [await people.signUp("Ana Ribeiro"), await people.signUp("Bo Lind")];
      const room = await ana.chatWith(bo);
      await bo.send(room, "I am off");
      const { page } = await ana.talk(room);
      await page.getByRole("button", { name: "Chat menu" }).click();
      await isAccessible(page);
      await page.getByRole("button", { name: "Leave chat…" }).click();
      await isAccessible(page);
      await page.getByRole("button", { name: "Stay" }).click();
      await bo.leave(room);
      await expect(page.getByText("Bo Lind left this chat")).toBeVisible();
      await isAccessible(page);
    });

    test("making a group", async ({ people, watch }) => {
      watch.allowStatus(422, "/api/rooms/create");
      const { ana, bo } = await trio(people);
      const page = await ana.open("/people/new-group");
      await live(page);
      await isAccessible(page);
      await page.getByLabel("Group name").fill("Studio Casa");
      await page.getByRole("button", { name: "Create group" }).click();
      await expect(page.getByRole("alert")).toContainText("Choose somebody.");
      await page.locator(".choices").getByText("Bo Lind").click();
      await isAccessible(page);
      const alone = await (await people.signUp("Dan Ek")).open("/people/new-group");
      await isAccessible(alone);
      const room = await ana.found("Studio Casa", bo);
      const removed = await bo.talk(room);
      await ana.remove(room, bo);
      await expect(removed.page.getByText("You are no longer in")).toBeVisible();
      await isAccessible(removed.page);
    });

    test("the details of a group", async ({ people }) => {
      const { ana, bo } = await trio(people);
      const { page } = await ana.talk(await ana.found("Studio Casa", bo));
      const details = new Details(page);
      await details.open();
      await isAccessible(page);
      for (const name of ["Add people", "Rename", "Leave group"]) {
        await details.pane.getByRole("button", { name }).click();
        await isAccessible(page);
        await page.keyboard.press("Escape");
      }
      await details.pane.getByRole("button", { name: "More about Bo Lind" }).click();
      await isAccessible(page);
      await page.getByRole("button", { name: "Remove from group…" }).click();
      await isAccessible(page);
    });

    test("the details of a private chat, and blocking", async ({ people }) => {
      const [ana, bo] = [await people.signUp("Ana Ribeiro"), await people.signUp("Bo Lind")];
      const page = await ana.open(`/chats/${await ana.chatWith(bo)}?details`);
      await live(page);
      await isAccessible(page);
      await new Details(page).pane.getByRole("button", { name: "Block Bo Lind…" }).click();
      await isAccessible(page);
      await page.getByRole("dialog").getByRole("button", { name: "Block" }).click();
      await expect(page).toHaveURL("/chats");
      await page.goto("/settings");
      await expect(page.getByRole("button", { name: "Unblock Bo Lind" })).toBeVisible();
      await isAccessible(page);
    });

    test("an empty conversation", async ({ people }) => {
      const [ana, bo] = [await people.signUp("Ana Ribeiro"), await people.signUp("Bo Lind")];
      const page = await ana.open(`/chats/${await ana.chatWith(bo)}`);
      await expect(new Chat(page).composer).toBeVisible();
      await isAccessible(page);
    });
  });
}
