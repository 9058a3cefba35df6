import type { Page } from "@playwright/test";
import { Chat } from "../../support/chat.ts";
import { expect, test } from "../../support/fixtures.ts";
import { fill } from "../../support/long-room.ts";

test("the conversation can be read before any script", async ({ people }) => {
  const [ana, bo] = [await people.signUp("Ana Ribeiro"), await people.signUp("Bo Lind")];
  const room = await ana.chatWith(bo);
  await fill(room, [ana, bo], 60);
  const page = await ana.context.newPage();
  // The program is never answered: as on a slow line, but for ever.
  await page.route(/\/pkg\/.*\.(js|wasm)$/, () => {});
  await page.goto(`/chats/${room}`, { waitUntil: "commit" });
  const chat = new Chat(page);
  await expect(chat.message("Message 60")).toBeInViewport();
  await expect(page.getByRole("heading", { level: 1, name: "Bo Lind" })).toBeVisible();
  expect((await chat.texts()).length).toBeGreaterThanOrEqual(50);
});

/// The sum of all layout shifts since the page was begun.
function shifts(page: Page): Promise<{ value: number; of: string[] }> {
  return page.evaluate(async () => {
    interface Shift extends PerformanceEntry {
      value: number;
      sources: { node: Node | null }[];
    }
    const entries = await new Promise<Shift[]>((resolve) => {
      const seen = new PerformanceObserver((list) => resolve(list.getEntries() as Shift[]));
      seen.observe({ type: "layout-shift", buffered: true });
      // Without a single shift the observer stays silent.
      requestAnimationFrame(() => requestAnimationFrame(() => resolve([])));
    });
    const name = (node: Node | null) => (node instanceof Element ? `${node.tagName}.${node.className}` : "text");
    const of = entries.flatMap((entry) => entry.sources.map((source) => name(source.node)));
    return { value: entries.reduce((sum, entry) => sum + entry.value, 0), of };
  });
}

for (const { zone, width } of [
  { zone: "UTC", width: 1440 },
  { zone: "UTC", width: 390 },
  { zone: "America/Sao_Paulo", width: 1440 },
]) {
  test(`nothing shifts when the program takes over (${zone}, ${width} px)`, async ({ people }) => {
    const viewport = { width, height: 844 };
    const ana = await people.signUp("Ana Ribeiro", { viewport, timezoneId: zone });
    const bo = await people.signUp("Bo Lind");
    const room = await ana.chatWith(bo);
    await fill(room, [ana, bo], 60);
    const chat = await ana.talk(room);
    await chat.delivery("Message 60", "Sent");
    const { value, of } = await shifts(chat.page);
    expect(value, of.join(", ")).toBe(0);
  });
}

test("what the server drew is what the program draws", async ({ people }) => {
  const [ana, bo] = [await people.signUp("Ana Ribeiro"), await people.signUp("Bo Lind")];
  const room = await ana.chatWith(bo);
  await fill(room, [ana, bo], 20);
  const drawn = await (await ana.context.request.get(`/chats/${room}`)).text();
  const chat = await ana.talk(room);
  for (const text of await chat.texts()) expect(drawn).toContain(text);
});
