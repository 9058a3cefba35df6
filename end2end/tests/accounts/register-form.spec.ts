import { expect, test } from "../../support/fixtures.ts";
import { hydrated } from "../../support/hydrated.ts";
import { usernameFor } from "../../support/names.ts";

test.beforeEach(async ({ page }) => {
  await page.goto("/register");
  await hydrated(page);
});

test("a username that is taken is named while typing", async ({ page, people, watch }) => {
  watch.allowStatus(409, "/api/accounts/username");
  const ana = await people.signUp("Ana Ribeiro");
  const field = page.getByLabel("Username");
  await field.fill(ana.account.username);
  await expect(field).toHaveAccessibleDescription(/taken|belongs|somebody/i);
  await expect(field).toHaveAttribute("aria-invalid", "true");

  const free = usernameFor("Ana");
  await field.fill(free);
  await expect(field).toHaveAccessibleDescription(`${free} is free`);
  await expect(field).toHaveAttribute("aria-invalid", "false");
});

test("what breaks a rule is said next to its field", async ({ page }) => {
  const username = page.getByLabel("Username");
  await username.fill("9lives");
  await expect(username).toHaveAccessibleDescription("Start with a letter.");
  await username.fill("ab");
  await expect(username).toHaveAccessibleDescription("Use at least 3 characters.");

  const email = page.getByLabel("E-mail");
  await email.pressSequentially("ana@nowhere");
  await expect(email).toHaveAccessibleDescription(/no domain ending/);
  await email.fill("ana@nowhere.example");
  await expect(email).toHaveAccessibleDescription("Looks right");

  const password = page.getByLabel("Password");
  await password.fill("short");
  await expect(password).toHaveAccessibleDescription(/at least 10 characters/);
  await password.fill("seven tall lanterns");
  await expect(password).toHaveAccessibleDescription("");
});

test("a password that everybody tries first is refused next to its field", async ({ page, watch }) => {
  watch.allowStatus(422, "/api/accounts/register");
  await page.getByLabel("Username").fill(usernameFor("Ana"));
  await page.getByLabel("Your name").fill("Ana Ribeiro");
  await page.getByLabel("E-mail").fill("ana@example.org");
  const password = page.getByLabel("Password");
  await password.fill("Passw0rd123");
  await page.getByRole("button", { name: "Continue" }).click();
  await expect(password).toHaveAccessibleDescription(/easy to guess/);
  await expect(page).toHaveURL("/register");
});

test("the server's refusal keeps what was typed", async ({ page, people, watch }) => {
  watch.allowStatus(409, "/api/accounts/");
  const ana = await people.signUp("Ana Ribeiro");
  await page.getByLabel("Your name").fill("Another Ana");
  await page.getByLabel("E-mail").fill("another@example.org");
  await page.getByLabel("Password").fill("seven tall lanterns");
  await page.getByLabel("Username").fill(ana.account.username);
  await page.getByRole("button", { name: "Continue" }).click();
  await expect(page.getByLabel("Username")).toHaveAccessibleDescription(/taken|belongs|somebody/i);
  await expect(page).toHaveURL("/register");
  await expect(page.getByLabel("E-mail")).toHaveValue("another@example.org");
  await expect(page.getByLabel("Password")).toHaveValue("seven tall lanterns");
});
