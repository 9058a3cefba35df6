import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { converse } from "../support/conversation.ts";
import { row } from "../support/chat.ts";
import { newId } from "../support/names.ts";
import { repository } from "../support/repository.ts";
import { SERVICES } from "../support/server/composition.ts";
import { expect, test } from "./fixtures.ts";

test.beforeEach(({ watch }) => {
  watch.allowOutage();
  // Asked for again, as everything that failed.
  watch.allow(/status of (429|500|502|504)\b/);
});

test("two people talk through nginx", async ({ people, composition, playwright }) => {
  const { room, ana, hers, his } = await converse(people);
  await hers.send("Through the gate");
  await his.shows(["Through the gate"]);
  await hers.delivery("Through the gate", "Read");
  await his.send("And back");
  await hers.shows(["Through the gate", "And back"]);
  await expect.poll(() => ana.history(room)).toEqual(["Through the gate", "And back"]);

  expect(await composition.redirect(), "plain http leads to https").toBe(301);
  const request = await playwright.request.newContext({ baseURL: composition.url, ignoreHTTPSErrors: true });
  for (const path of ["/metrics", "/dev/mail"]) expect((await request.get(path)).status(), path).toBe(404);
  await request.dispose();
});

test("each container is killed and comes back, and nothing is lost", async ({ people, composition }) => {
  test.setTimeout(1_800_000);
  const { room, ana, hers, his } = await converse(people);
  const texts: string[] = [];
  for (const service of SERVICES) {
    await test.step(service, async () => {
      const before = await composition.inspect(service);
      await composition.crash(service);
      for (const [writer, chat] of [["Ana", hers], ["Bo", his]] as const) {
        const text = `${writer} without ${service}`;
        texts.push(text);
        await chat.send(text);
      }
      await composition.comesBack(service, before);
      await hers.settles(120_000);
      await his.settles(120_000);
      for (const chat of [hers, his]) await expect.poll(async () => (await chat.texts()).toSorted(), { timeout: 120_000 }).toEqual(texts.toSorted());
      await expect.poll(async () => (await ana.history(room)).toSorted(), { timeout: 120_000 }).toEqual(texts.toSorted());
    });
  }
  // Both see them in the order that was kept.
  const kept = await ana.history(room);
  for (const chat of [hers, his]) {
    await chat.reload();
    await chat.shows(kept);
  }
  // Jobs are carried on as well: a mail comes through RabbitMQ and the worker.
  await people.signUp("Cleo Marsh");
});

test("down and up keep accounts, sessions and messages", async ({ people, composition }) => {
  const { room, ana, bo, hers, his } = await converse(people);
  await hers.send("Before the night");
  await his.shows(["Before the night"]);
  await expect.poll(() => ana.history(room)).toEqual(["Before the night"]);
  await composition.stop();
  await hers.send("In the night");
  await hers.delivery("In the night", "Sending");

  await composition.start();
  await his.shows(["Before the night", "In the night"], 60_000);
  await hers.settles();
  await expect.poll(() => ana.history(room)).toEqual(["Before the night", "In the night"]);
  const page = await (await people.elsewhere(bo)).open("/chats");
  await row(page, "Ana Ribeiro").click();
  await expect(page.getByText("In the night", { exact: true }).first()).toBeVisible();
});

test("a new version takes over while people talk", async ({ people, composition }) => {
  const { room, ana, hers, his } = await converse(people);
  await hers.send("On the old version");
  await his.shows(["On the old version"]);
  await composition.admin("backup", "/data/before.backup");
  const before = await composition.inspect("web-1");

  // The image is another one by one file, where it is not built inside.
  writeFileSync(join(repository, "target/image/next"), newId());
  let isUpgrading = true;
  const upgraded = composition.upgrade().finally(() => (isUpgrading = false));
  const texts = ["On the old version"];
  while (isUpgrading) {
    const text = `Meanwhile ${texts.length}`;
    texts.push(text);
    const chat = texts.length % 2 === 0 ? hers : his;
    await chat.send(text);
    await chat.settles(60_000);
  }
  await upgraded;

  const image = await composition.image();
  expect(image, "the image is a new one").not.toBe(before.Image);
  for (const service of ["web-1", "web-2", "store-1", "store-2", "worker"] as const) {
    expect((await composition.inspect(service)).Image, service).toBe(image);
  }
  for (const chat of [hers, his]) await expect.poll(async () => (await chat.texts()).slice(-20), { timeout: 60_000 }).toEqual(texts.slice(-20));
  await expect.poll(async () => (await ana.history(room)).slice(-90)).toEqual(texts.slice(-90));
});
