import { By } from "selenium-webdriver";
import type { Member } from "../support/person.ts";
import { until } from "../support/until.ts";
import { Key } from "../support/webdriver/tab.ts";
import { expect, test } from "./fixtures.ts";

/// Two people and the room of their chat.
async function pair(member: (name: string) => Promise<Member>): Promise<{ ana: Member; bo: Member; room: string }> {
  const [ana, bo] = [await member("Ana Ribeiro"), await member("Bo Lind")];
  return { ana, bo, room: await ana.chatWith(bo) };
}

test("somebody signs in, talks, and the other is heard", async ({ tab, member }) => {
  const { ana, bo, room } = await pair(member);
  await bo.send(room, "Are you there?");
  await tab.signIn(ana.account);
  await tab.isLive();
  await tab.click("Bo Lind");
  await tab.isAt(`/chats/${room}`);
  await tab.shows(["Are you there?"]);
  await tab.type("One line");
  await tab.type(Key.chord(Key.SHIFT, Key.ENTER));
  await tab.send("and another");
  await tab.shows(["Are you there?", "One line\nand another"]);
  expect(await tab.composed()).toBe("");
  await expect.poll(() => bo.history(room)).toEqual(["Are you there?", "One line\nand another"]);
  await bo.send(room, "Clearly");
  await tab.shows(["Are you there?", "One line\nand another", "Clearly"]);
});

test("a reload in the middle of typing keeps every letter", async ({ tab, member }) => {
  const { ana, room } = await pair(member);
  await tab.signIn(ana.account);
  await tab.open(`/chats/${room}`);
  await tab.isLive();
  await tab.type("I was going to s");
  // At once: whoever reloads does not wait until everything is put away.
  await tab.reload();
  await tab.isLive();
  await expect.poll(() => tab.composed()).toBe("I was going to s");
  await tab.type(Key.END, "ay");
  await tab.send("");
  await tab.shows(["I was going to say"]);
  await tab.reload();
  await tab.isLive();
  expect(await tab.composed()).toBe("");
  await tab.shows(["I was going to say"]);
});

test("Back and Forward lead where somebody was", async ({ tab, member }) => {
  const { ana, bo, room } = await pair(member);
  await bo.send(room, "First room");
  const cleo = await member("Cleo Marsh");
  const other = await ana.chatWith(cleo);
  await cleo.send(other, "Second room");
  await tab.signIn(ana.account);
  await tab.isLive();
  await tab.click("Bo Lind");
  await tab.shows(["First room"]);
  await tab.click("Cleo Marsh");
  await tab.shows(["Second room"]);
  await tab.back();
  await tab.isAt(`/chats/${room}`);
  await tab.shows(["First room"]);
  await tab.back();
  await tab.isAt("/chats");
  await tab.forward();
  await tab.shows(["First room"]);
  // What is drawn after going about is still connected.
  await bo.send(room, "While you were about");
  await tab.shows(["First room", "While you were about"]);
  await tab.send("I am back");
  await expect.poll(() => bo.history(room)).toEqual(["First room", "While you were about", "I am back"]);
});

test("reading upwards passes every message", async ({ tab, member }) => {
  test.setTimeout(120_000);
  const { ana, bo, room } = await pair(member);
  const count = 120;
  for (let number = 1; number <= count; number += 1) {
    const tail = number % 7 === 0 ? " and something to say about it that runs over more than one line".repeat(3) : "";
    await (number % 2 === 0 ? ana : bo).send(room, `Message ${number}${tail}`);
  }
  await tab.signIn(ana.account);
  await tab.open(`/chats/${room}`);
  await tab.isLive();
  await expect.poll(() => tab.inView()).not.toEqual([]);
  // From wherever it opened, down to the newest.
  await expect(async () => {
    await tab.wheel(2_000);
    expect(await tab.inView()).toContain(count);
  }).toPass();
  const seen = new Set(await tab.inView());
  // Each turn is shorter than what is in view, so that nothing goes by unseen.
  let top = count;
  while (top > 1) {
    const before = top;
    await until("something older to come into view", async () => {
      await tab.wheel(-300);
      const inView = await tab.inView();
      for (const seq of inView) seen.add(seq);
      top = Math.min(...inView);
      expect(top, "never jumps back down").toBeLessThanOrEqual(before);
      return top < before || undefined;
    });
  }
  expect(Array.from({ length: count }, (_, place) => place + 1).filter((seq) => !seen.has(seq)), "passed over").toEqual([]);
});

test("what is written while the line is cut leaves once, when it is back", async ({ tab, member, relay }) => {
  const { ana, bo, room } = await pair(member);
  await tab.signIn(ana.account);
  await tab.open(`/chats/${room}`);
  await tab.isLive();
  await tab.send("Still here");
  await expect.poll(() => bo.history(room)).toEqual(["Still here"]);
  relay.cut();
  try {
    await tab.says("What you send leaves");
    await tab.send("Into the tunnel");
    await tab.send("No light yet");
    await tab.shows(["Still here", "Into the tunnel", "No light yet"]);
  } finally {
    relay.mend();
  }
  await tab.isLive();
  await expect.poll(() => bo.history(room), { timeout: 30_000 }).toEqual(["Still here", "Into the tunnel", "No light yet"]);
  await bo.send(room, "There you are");
  await tab.shows(["Still here", "Into the tunnel", "No light yet", "There you are"]);
});

test.describe("without scripts", () => {
  test.use({ scripts: false });

  test("somebody signs in, reads and writes", async ({ tab, member }) => {
    const { ana, bo, room } = await pair(member);
    await bo.send(room, "Can you read this?");
    await tab.signIn(ana.account);
    await tab.click("Bo Lind");
    await tab.isAt(`/chats/${room}`);
    await tab.says("Can you read this?");
    await tab.type("By plain form");
    await (await tab.find(By.css("form.composer button.send"))).click();
    await tab.says("By plain form");
    expect(await bo.history(room)).toEqual(["Can you read this?", "By plain form"]);
  });
});
