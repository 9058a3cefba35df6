import { Chat, row } from "../../support/chat.ts";
import { expect, test } from "../../support/fixtures.ts";

for (const { width, bar } of [
  { width: 820, bar: "below the list" },
  { width: 1440, bar: "beside the list" },
]) {
  test(`at ${width} px the list stands beside the conversation and the bar ${bar}`, async ({ people }) => {
    const viewport = { width, height: 900 };
    const ana = await people.signUp("Ana Ribeiro", { viewport });
    const bo = await people.signUp("Bo Lind");
    const room = await ana.chatWith(bo);
    await bo.send(room, "Wide enough?");
    const chat = new Chat(await ana.open(`/chats/${room}`));
    const list = await row(chat.page, "Bo Lind").boundingBox();
    const log = await chat.log.boundingBox();
    const main = await chat.page.getByRole("navigation", { name: "Main" }).boundingBox();
    if (!list || !log || !main) throw new Error("Something is not drawn");
    expect(list.x + list.width).toBeLessThanOrEqual(log.x + 1);
    if (width < 1100) expect(main.y).toBeGreaterThan(list.y);
    else expect(main.x + main.width).toBeLessThanOrEqual(list.x + 1);
    await expect(chat.composer).toBeInViewport({ ratio: 1 });
    const text = await chat.message("Wide enough?").boundingBox();
    expect(text?.width ?? 0).toBeLessThanOrEqual(760);
  });
}

test("every view has one first heading", async ({ people }) => {
  const [ana, bo] = [await people.signUp("Ana Ribeiro"), await people.signUp("Bo Lind")];
  const room = await ana.chatWith(bo);
  await bo.send(room, "Hello");
  for (const path of ["/chats", `/chats/${room}`, `/chats/${room}?details`, "/people", "/people/new-group", "/settings"]) {
    const page = await ana.open(path);
    await expect(page.getByRole("heading", { level: 1 }), path).toHaveCount(1);
    await page.close();
  }
});
