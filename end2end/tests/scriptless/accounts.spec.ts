import { expect, test } from "../../support/fixtures.ts";
import { codeFor, otherThan } from "../../support/mailbox.ts";
import { usernameFor } from "../../support/names.ts";

test.use({ javaScriptEnabled: false });

test("without scripts somebody registers and signs in", async ({ page, server }) => {
  const username = usernameFor("Ana");
  const email = `${username}@example.org`;
  await page.goto("/register");
  await page.getByLabel("Username").fill(username);
  await page.getByLabel("Your name").fill("Ana Ribeiro");
  await page.getByLabel("E-mail").fill(email);
  await page.getByLabel("Password").fill("seven tall lanterns");
  await page.getByRole("button", { name: "Continue" }).click();
  const code = await codeFor(server.url, email);
  await page.getByLabel("6-digit code").fill(otherThan(code));
  await page.getByRole("button", { name: "Confirm" }).click();
  await expect(page.getByLabel("6-digit code")).toHaveAttribute("aria-invalid", "true");
  await page.getByLabel("6-digit code").fill(code);
  await page.getByRole("button", { name: "Confirm" }).click();
  await expect(page).toHaveURL("/chats");

  await page.getByRole("link", { name: "Settings" }).click();
  await page.getByRole("button", { name: "Sign out" }).click();
  await expect(page).toHaveURL("/sign-in");
  await page.getByLabel("Username or e-mail").fill(username);
  await page.getByLabel("Password").fill("seven tall lanterns");
  await page.getByRole("button", { name: "Sign in" }).click();
  await expect(page).toHaveURL("/chats");
});

test("without scripts a refusal is shown where it belongs", async ({ page, people }) => {
  const ana = await people.signUp("Ana Ribeiro");
  await page.goto("/sign-in");
  await page.getByLabel("Username or e-mail").fill(ana.account.username);
  await page.getByLabel("Password").fill("not the password");
  await page.getByRole("button", { name: "Sign in" }).click();
  await expect(page.getByRole("alert")).toContainText(/password/i);
  await expect(page).toHaveURL(/\/sign-in/);
  expect(page.url()).not.toContain("not%20the%20password");

  await page.goto("/register");
  await page.getByLabel("Username").fill(ana.account.username);
  await page.getByLabel("Your name").fill("Another Ana");
  await page.getByLabel("E-mail").fill("another@example.org");
  await page.getByLabel("Password").fill("seven tall lanterns");
  await page.getByRole("button", { name: "Continue" }).click();
  await expect(page.getByLabel("Username")).toHaveAccessibleDescription(/taken|belongs|somebody/i);
});
