import { expect, test } from "../../support/fixtures.ts";
import { hydrated } from "../../support/hydrated.ts";

for (const login of ["username", "email"] as const) {
  test(`a person signs in by ${login}`, async ({ page, people }) => {
    const ana = await people.signUp("Ana Ribeiro");
    await page.goto("/sign-in");
    await hydrated(page);
    await page.getByLabel("Username or e-mail").fill(ana.account[login]);
    await page.getByLabel("Password").fill(ana.account.password);
    await page.getByLabel("Password").press("Enter");
    await expect(page).toHaveURL("/chats");
    await page.goto("/settings");
    await expect(page.getByText(ana.account.email)).toBeVisible();
  });
}

test("a wrong password and an unknown person are answered alike", async ({ page, people, watch }) => {
  watch.allowStatus(401, "/api/accounts/sign_in");
  const ana = await people.signUp("Ana Ribeiro");
  await page.goto("/sign-in");
  await hydrated(page);
  const answers: string[] = [];
  for (const login of [ana.account.username, "nobody.of.that.name"]) {
    await page.getByLabel("Username or e-mail").fill(login);
    await page.getByLabel("Password").fill("not the password");
    const answered = page.waitForResponse("**/api/accounts/sign_in");
    await page.getByRole("button", { name: "Sign in" }).click();
    await answered;
    await expect(page.getByRole("alert")).not.toBeEmpty();
    answers.push(await page.getByRole("alert").innerText());
  }
  expect(answers[0]).toBe(answers[1]);
  await expect(page).toHaveURL("/sign-in");

  await page.getByLabel("Username or e-mail").fill(ana.account.username);
  await page.getByLabel("Password").fill(ana.account.password);
  await page.getByRole("button", { name: "Sign in" }).click();
  await expect(page).toHaveURL("/chats");
});

test("somebody who is signed in does not meet the forms again", async ({ people }) => {
  const ana = await people.signUp("Ana Ribeiro");
  const page = await ana.open("/sign-in");
  await expect(page).toHaveURL("/chats");
  await page.goto("/register");
  await expect(page).toHaveURL("/chats");
});
