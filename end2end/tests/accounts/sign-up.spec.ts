import { expect, test } from "../../support/fixtures.ts";
import { hydrated, live } from "../../support/hydrated.ts";
import { codeFor, otherThan } from "../../support/mailbox.ts";
import { usernameFor } from "../../support/names.ts";

test("somebody new registers, confirms the address, and is in", async ({ page, server }) => {
  const username = usernameFor("Ana");
  const email = `${username}@example.org`;
  const asked = "/people/new-group";
  await page.goto(asked);
  await expect(page).toHaveURL(/\/sign-in\?next=/);
  await hydrated(page);
  await page.getByRole("link", { name: "Create an account" }).click();
  await expect(page.getByRole("heading", { name: "Create your account" })).toBeVisible();

  await page.getByLabel("Username").fill(username);
  await expect(page.getByText(`${username} is free`)).toBeVisible();
  await page.getByLabel("Your name").fill("Ana Ribeiro");
  await page.getByLabel("E-mail").fill(email);
  await page.getByLabel("Password").fill("seven tall lanterns");
  await page.getByRole("button", { name: "Continue" }).click();

  await expect(page.getByRole("heading", { name: "Check your mail" })).toBeVisible();
  await expect(page.getByText(email)).toBeVisible();
  await page.getByLabel("6-digit code").fill(await codeFor(server.url, email));

  await expect(page, "the page that was asked for").toHaveURL(asked);
  await page.goto("/");
  await expect(page).toHaveURL("/chats");
  await expect(page.getByRole("heading", { name: "Chats" })).toBeVisible();
  await expect(page.getByText("No chats yet")).toBeVisible();
});

test("a wrong code is refused and the right one still works", async ({ page, server, watch }) => {
  watch.allowStatus(400, "/api/accounts/verify");
  const username = usernameFor("Bo");
  const email = `${username}@example.org`;
  await page.goto("/register");
  await hydrated(page);
  await page.getByLabel("Username").fill(username);
  await page.getByLabel("Your name").fill("Bo Lind");
  await page.getByLabel("E-mail").fill(email);
  await page.getByLabel("Password").fill("seven tall lanterns");
  await page.getByRole("button", { name: "Continue" }).click();

  const code = await codeFor(server.url, email);
  const field = page.getByLabel("6-digit code");
  await field.fill(otherThan(code));
  await expect(field).toHaveAccessibleDescription(/code/i);
  await expect(field).toHaveAttribute("aria-invalid", "true");
  await expect(field).toHaveValue("");
  await expect(field).toBeFocused();

  await field.fill(code);
  await expect(page).toHaveURL("/chats");
  await live(page);
});

test("the code also works after a reload and in another browser", async ({ page, server, browser, watch }) => {
  const username = usernameFor("Cleo");
  const email = `${username}@example.org`;
  await page.goto("/register");
  await hydrated(page);
  await page.getByLabel("Username").fill(username);
  await page.getByLabel("Your name").fill("Cleo Marsh");
  await page.getByLabel("E-mail").fill(email);
  await page.getByLabel("Password").fill("seven tall lanterns");
  await page.getByRole("button", { name: "Continue" }).click();
  await expect(page).toHaveURL(/\/verify\//);

  const phone = await browser.newContext({ viewport: { width: 390, height: 844 } });
  watch.context(phone);
  const there = await phone.newPage();
  await there.goto(page.url());
  await there.getByLabel("6-digit code").fill(await codeFor(server.url, email));
  await there.getByRole("button", { name: "Confirm" }).or(there.getByText("No chats yet")).first().waitFor();
  if (new URL(there.url()).pathname !== "/chats") {
    await there.getByRole("button", { name: "Confirm" }).click();
  }
  await expect(there).toHaveURL("/chats");
  await phone.close();
});
