import { openChanged, translate, type Change } from "../../support/changed-page.ts";
import { expect, test } from "../../support/fixtures.ts";
import { live } from "../../support/hydrated.ts";

const PHONE = "Call +44 20 7946 0958 please";
const MAIL = "Write to bo@example.org please";

const CHANGES: Record<string, Change> = {
  "an extension's node first in the body": {
    nodes: () => document.body.prepend(document.createElement("extension-root")),
  },
  "an extension's node first in the program": {
    nodes: () => document.getElementById("app")?.prepend(document.createElement("div")),
  },
  "an extension's node beside the composer": {
    nodes: () => document.querySelector("form.composer textarea")?.after(document.createElement("extension-button")),
  },
  "an extension's node around the composer": {
    nodes: () => {
      const field = document.querySelector("form.composer textarea");
      const box = document.createElement("span");
      field?.replaceWith(box);
      if (field) box.append(field);
    },
  },
  "a phone number that was made a link": {
    nodes: () => {
      const text = [...document.querySelectorAll(".text")].find((text) => text.textContent.startsWith("Call"));
      if (text) text.innerHTML = 'Call <a href="tel:+442079460958">+44 20 7946 0958</a> please';
    },
  },
  "an address that was rewritten on its way": {
    // In the text, as proxies do it, and not in the scripts.
    served: (html) => html.replace(/(class="text">[^<]*)bo@example\.org/, '$1<a href="/cdn-cgi/l/email-protection">[email]</a>'),
  },
  "comments that were taken out on their way": {
    served: (html) => html.replaceAll(/<!--[^]*?-->|<!>/g, ""),
  },
  "a script that was added on its way": {
    served: (html) => html.replace("<body>", "<body><script src=/no-such-script.js></script>"),
  },
  "texts wrapped by a translator": { nodes: translate },
};

for (const [what, change] of Object.entries(CHANGES)) {
  test(`a page lives with ${what}`, async ({ people, watch }) => {
    watch.allowStatus(404, "/no-such-script.js");
    watch.allow(/no-such-script.js/);
    const [ana, bo] = [await people.signUp("Ana Ribeiro"), await people.signUp("Bo Lind")];
    const room = await ana.chatWith(bo);
    await bo.send(room, PHONE);
    await bo.send(room, MAIL);
    const chat = await openChanged(ana, room, change);
    await chat.send("From a page that was changed");
    await chat.delivery("From a page that was changed", "Sent");
    await bo.send(room, "To it");
    await chat.shows([PHONE, MAIL, "From a page that was changed", "To it"]);
    await chat.choose("To it", "👍");
    await expect(chat.reaction("To it", "👍")).toBeVisible();
    await expect(chat.page.locator(".shell")).toHaveCount(1);
    await chat.page.getByRole("link", { name: "Settings" }).click();
    await expect(chat.page.getByRole("heading", { name: "Settings" })).toBeVisible();
  });
}

test("a page that nobody changed is taken over as it is", async ({ people }) => {
  test.setTimeout(120_000);
  const [ana, bo] = [await people.signUp("Ana Ribeiro"), await people.signUp("Bo Lind")];
  const room = await ana.chatWith(bo);
  await bo.send(room, "See https://example.org/a?b=1 & <b>this</b>\n\nhere");
  for (const path of [`/chats/${room}`, `/chats/${room}?details`, "/chats", "/people?q=bo", "/people/new-group", "/settings"]) {
    const page = await ana.context.newPage();
    await page.addInitScript(() => {
      addEventListener("DOMContentLoaded", () => document.querySelector("#app > *")?.setAttribute("data-first", ""));
    });
    await page.goto(path);
    await live(page);
    await expect(page.locator("#app > [data-first]"), path).toHaveCount(1);
    await page.close();
  }
});

test("pages ask not to be changed", async ({ people }) => {
  const ana = await people.signUp("Ana Ribeiro");
  const answer = await ana.context.request.get("/chats", { headers: { Accept: "text/html" } });
  expect(answer.headers()["cache-control"]).toContain("no-transform");
  expect(await answer.text()).toMatch(/<meta name="format-detection" content="telephone=no/);
});
