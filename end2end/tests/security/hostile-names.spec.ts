import { expect, test } from "../../support/fixtures.ts";
import { acquaint } from "../../support/groups.ts";
import { HOSTILE_NAMES, shapeOf } from "../../support/hostile.ts";
import { live } from "../../support/hydrated.ts";
import type { People } from "../../support/people.ts";
import type { Person } from "../../support/person.ts";

const HARMLESS = "Bo Lind";

interface Chats {
  ana: Person;
  /// The private chat and the group of each name, the harmless one first.
  named: { name: string; chat: string; group: string }[];
}

async function chatsWith(people: People, names: string[]): Promise<Chats> {
  const ana = await people.signUp("Ana Ribeiro");
  const named: Chats["named"] = [];
  for (const name of [HARMLESS, ...names]) {
    const other = await people.signUp(name);
    const chat = await acquaint(ana, other);
    named.push({ name, chat, group: await ana.found(name, other) });
  }
  return { ana, named };
}

test("a name or title is text in every page as it is served", async ({ people, page }) => {
  test.setTimeout(180_000);
  await page.goto("/healthz");
  // A page lists 30 chats, and each name has two.
  for (let begin = 0; begin < HOSTILE_NAMES.length; begin += 12) {
    const { ana, named } = await chatsWith(people, HOSTILE_NAMES.slice(begin, begin + 12));
    const served = async (path: string) => {
      let html = "";
      // One person may read so many pages a second: one that is refused for that is asked for again.
      await expect
        .poll(async () => {
          const answer = await ana.context.request.get(path, { headers: { Accept: "text/html" } });
          html = await answer.text();
          return answer.status();
        }, { timeout: 30_000 })
        .toBe(200);
      return shapeOf(page, html);
    };
    const views = [
      (room: string) => `/chats/${room}`,
      (room: string) => `/chats/${room}?details`,
      (room: string) => `/chats/${room}?at=1`,
    ];
    for (const kind of ["chat", "group"] as const) {
      for (const view of views) {
        let plain: string[] | undefined;
        for (const { name, [kind]: room } of named) {
          const { title, elements: all } = await served(view(room));
          // Which chunks are preloaded depends on what was rendered when the head left.
          const elements = all.filter((element) => !/^link (as )?crossorigin href rel( type)?$/.test(element));
          expect(title, view(room)).toContain(name);
          elements.sort();
          plain ??= elements;
          expect(elements, `${view(kind)} of ${name}`).toEqual(plain);
        }
      }
    }
    for (const path of ["/chats", "/people?q=b", "/people/new-group", "/settings"]) {
      const { title, elements } = await served(path);
      expect(title, path).toMatch(/^(\(\d+\) )?(\w[\w ]* · )?Rapport$/);
      for (const tag of ["plaintext", "textarea", "img", "b", "style"]) {
        expect(elements.filter((element) => element.split(" ")[0] === tag), `${tag} in ${path}`).toEqual([]);
      }
      expect(elements.filter((element) => /\son\w+|http-equiv/.test(element)), path).toEqual([]);
    }
  }
});

test("a name or title is text in the running program", async ({ people }) => {
  test.setTimeout(180_000);
  const { ana, named } = await chatsWith(people, HOSTILE_NAMES.slice(0, 8));
  const page = await ana.context.newPage();
  for (const { name, chat, group } of named) {
    for (const path of [`/chats/${chat}`, `/chats/${group}?details`]) {
      await page.goto(path);
      await live(page);
      await expect(page.getByRole("heading", { level: 1 })).toHaveText(name);
      await expect.poll(async () => (await page.title()).replace(/^\(\d+\) /, "")).toBe(`${name} · Rapport`);
    }
  }
  expect(await page.evaluate(() => "owned" in window)).toBe(false);
});

test("a hostile own name is text in the settings and while searching", async ({ people }) => {
  const name = HOSTILE_NAMES[0] ?? "";
  const [hostile, ana] = [await people.signUp(name), await people.signUp("Ana Ribeiro")];
  const settings = await hostile.open("/settings");
  await expect(settings.getByText(name, { exact: true }).first()).toBeVisible();
  await expect.poll(() => settings.title()).toBe("Settings · Rapport");
  const found = await ana.open(`/people?q=${hostile.account.username}`);
  await expect(found.getByRole("button", { name: `Message ${name}` })).toBeVisible();
});
