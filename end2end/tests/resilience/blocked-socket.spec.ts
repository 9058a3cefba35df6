import { Chat } from "../../support/chat.ts";
import { expect, test } from "../../support/fixtures.ts";
import { hydrated, live } from "../../support/hydrated.ts";

test.beforeEach(({ watch }) => watch.allowOutage());

test("where no WebSocket passes, messages leave and come by calls", async ({ people, watch }) => {
  test.setTimeout(120_000);
  watch.allow(/WebSocket/);
  const [ana, bo] = [await people.signUp("Ana Ribeiro"), await people.signUp("Bo Lind")];
  const room = await ana.chatWith(bo);
  // As behind a proxy that knows no upgrade: every socket is closed before it opens.
  await ana.context.addInitScript(() => {
    const Passing = window.WebSocket;
    window.WebSocket = class extends Passing {
      constructor(address: string | URL) {
        const isBlocked = sessionStorage.getItem("passes") === null;
        super(isBlocked ? String(address).replace("/socket", "/no-socket") : address);
      }
    };
  });
  const page = await ana.open(`/chats/${room}`);
  const hers = new Chat(page);
  const his = await bo.talk(room);
  await expect(page.getByText("Live updates are blocked here.")).toBeVisible({ timeout: 30_000 });
  await expect(page.getByText("Offline.")).toHaveCount(0);

  for (const text of ["By call 1", "By call 2"]) await hers.send(text);
  await his.shows(["By call 1", "By call 2"]);
  await his.send("Answer");
  await hers.shows(["By call 1", "By call 2", "Answer"], 20_000);
  await hers.settles();
  await his.delivery("Answer", "Read");
  await hers.delivery("By call 2", "Read");

  await hers.choose("By call 2", "Edit");
  await hers.editor.fill("By call, too");
  await hers.editor.press("Enter");
  await hers.choose("Answer", "👍");
  await his.shows(["By call 1", "By call, too", "Answer"]);
  await expect(his.reaction("Answer", "👍")).toBeVisible();
  await hers.settles();

  // The way is free again: the same page goes on by socket.
  await page.evaluate(() => {
    sessionStorage.setItem("passes", "");
    window.dispatchEvent(new Event("focus"));
  });
  await live(page);
  await his.send("Live again");
  await hers.shows(["By call 1", "By call, too", "Answer", "Live again"]);
  await expect(page.getByText("Live updates are blocked here.")).toHaveCount(0);
  await hydrated(page);
  expect(await ana.history(room)).toEqual(["By call 1", "By call, too", "Answer", "Live again"]);
});

test("where a WebSocket opens and lets nothing through, messages leave and come by calls, too", async ({ people }) => {
  test.setTimeout(120_000);
  const [ana, bo] = [await people.signUp("Ana Ribeiro"), await people.signUp("Bo Lind")];
  const room = await ana.chatWith(bo);
  // As behind a proxy that keeps what passes through it.
  await ana.context.routeWebSocket(/\/socket$/, () => {});
  const hers = new Chat(await ana.open(`/chats/${room}`));
  const his = await bo.talk(room);
  await hers.send("By call");
  await his.shows(["By call"], 40_000);
  await his.send("Answer");
  await hers.shows(["By call", "Answer"], 20_000);
  await expect(hers.page.getByText("Live updates are blocked here.")).toBeVisible();
});

test("while the server is away the page says that it connects, and Offline only when the device is", async ({ people, server }) => {
  test.setTimeout(120_000);
  const [ana, bo] = [await people.signUp("Ana Ribeiro"), await people.signUp("Bo Lind")];
  const chat = await ana.talk(await ana.chatWith(bo));
  await server.kill9();
  await expect(chat.page.getByText("Connecting…")).toBeVisible();
  await expect(chat.page.getByText("Offline.")).toHaveCount(0);
  await ana.context.setOffline(true);
  await expect(chat.page.getByText("Offline.")).toBeVisible();
  await ana.context.setOffline(false);
  await server.start();
  await live(chat.page);
  await expect(chat.page.getByText("Connecting…")).toHaveCount(0);
});
