import { expect, test } from "../../support/fixtures.ts";
import { codeFor, otherThan } from "../../support/mailbox.ts";
import { usernameFor } from "../../support/names.ts";

test.use({ javaScriptEnabled: false });

test.beforeEach(({ watch }) => {
  // The program is fetched ahead for a script that does not run.
  watch.allow(/preloaded using link preload but not used/);
});

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

test("without scripts what is empty is said next to its field", async ({ page }) => {
  await page.goto("/sign-in");
  await expect(page.getByLabel("Username or e-mail")).toBeFocused();
  await page.getByRole("button", { name: "Sign in" }).click();
  await expect(page.getByLabel("Username or e-mail")).toHaveAccessibleDescription("Enter your username or e-mail address.");
  await expect(page.getByLabel("Username or e-mail")).toBeFocused();
  await page.getByLabel("Username or e-mail").fill("ana");
  await page.getByRole("button", { name: "Sign in" }).click();
  await expect(page.getByLabel("Password")).toHaveAccessibleDescription("Enter your password.");
  await expect(page.getByLabel("Password")).toBeFocused();

  await page.goto("/register");
  await page.getByRole("button", { name: "Continue" }).click();
  await expect(page.getByLabel("Username")).toHaveAccessibleDescription("Choose a username.");
});

test("without scripts a code may have a blank in it", async ({ page, people, server }) => {
  const id = await people.begin("Cleo Marsh");
  await page.goto(`/verify/${id}`);
  const field = page.getByLabel("6-digit code");
  await expect(field).toBeFocused();
  await page.getByRole("button", { name: "Confirm" }).click();
  await expect(field).toHaveAccessibleDescription("Enter the 6 digits from the mail.");
  const address = (await page.getByText("We sent a 6-digit code to").textContent())?.match(/\S+@\S+\w/)?.[0];
  const code = await codeFor(server.url, address ?? "");
  await field.fill(`${code.slice(0, 3)} ${code.slice(3)}`);
  await page.getByRole("button", { name: "Confirm" }).click();
  await expect(page).toHaveURL("/chats");
});

test("without scripts signing in leads to the page that was asked for", async ({ page, people }) => {
  const [ana, bo] = [await people.signUp("Ana Ribeiro"), await people.signUp("Bo Lind")];
  const asked = `/chats/${await ana.chatWith(bo)}?at=1`;
  await page.goto(asked);
  await page.getByLabel("Username or e-mail").fill(ana.account.username);
  await page.getByLabel("Password").fill("not the password");
  await page.getByRole("button", { name: "Sign in" }).click();
  await expect(page.getByRole("alert")).toContainText(/password/i);
  await page.getByLabel("Username or e-mail").fill(ana.account.username);
  await page.getByLabel("Password").fill(ana.account.password);
  await page.getByRole("button", { name: "Sign in" }).click();
  await expect(page).toHaveURL(asked);
});
