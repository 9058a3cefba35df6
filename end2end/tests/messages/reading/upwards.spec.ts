import type { CDPSession } from "@playwright/test";
import type { Chat } from "../../../support/chat.ts";
import { expect, test } from "../../../support/fixtures.ts";
import { moves, Recorder, type Frame } from "../../../support/frames.ts";
import { fill } from "../../../support/long-room.ts";
import type { People } from "../../../support/people.ts";
import { settled } from "../../../support/reader.ts";

const MESSAGES = 300;
/// Pixels by which rounding may move a line.
const ROUNDING = 2;

async function longChat(people: People, viewport = { width: 760, height: 800 }, hasTouch = false): Promise<Chat> {
  const ana = await people.signUp("Ana Ribeiro", { viewport, hasTouch });
  const bo = await people.signUp("Bo Lind");
  const room = await ana.chatWith(bo);
  await fill(room, [ana, bo], MESSAGES);
  const chat = await ana.talk(room);
  await isAtNewest(chat);
  return chat;
}

async function isAtNewest(chat: Chat): Promise<void> {
  await expect(chat.log.locator(`[data-seq="${MESSAGES}"]`)).toBeInViewport();
}

async function toNewest(chat: Chat): Promise<void> {
  await chat.page.keyboard.press("Escape");
  await isAtNewest(chat);
  await settled(chat);
}

function oldest(frame: Frame | undefined): number {
  return Math.min(...(frame?.keys() ?? []));
}

/// Reads upwards by `scroll`, and returns what was painted meanwhile.
async function watched(chat: Chat, scroll: () => Promise<void>): Promise<Frame[]> {
  const recorder = await Recorder.start(chat.page);
  await scroll();
  await settled(chat);
  const frames = (await recorder.stop()).filter((frame) => frame.size > 0);
  expect(frames.length, "painted frames").toBeGreaterThan(5);
  return frames;
}

/// No line goes against the scroll direction, and none is passed over.
function isSteady(frames: Frame[]): void {
  const back = moves(frames).filter((move) => move !== undefined && move < -ROUNDING);
  expect(back, "moves against the scroll direction").toEqual([]);
  const seqs = frames.map(oldest);
  expect(seqs, "the oldest message in view").toEqual(seqs.toSorted((one, other) => other - one));
}

/// The sum of the moves, where every frame shares a message with the one before it.
function travel(frames: Frame[]): number {
  const all = moves(frames);
  expect(all.filter((move) => move === undefined), "frames without a message of the one before").toEqual([]);
  return all.reduce<number>((sum, move) => sum + (move ?? 0), 0);
}

const pause = (chat: Chat, milliseconds: number) =>
  chat.page.evaluate((wait) => new Promise((resolve) => setTimeout(resolve, wait)), milliseconds);

async function touch(session: CDPSession, type: string, ...ys: number[]): Promise<void> {
  await session.send("Input.dispatchTouchEvent", { type, touchPoints: ys.map((y) => ({ x: 200, y })) } as never);
}

test("reading upwards by wheel and keys: lines move as far as the input, and no line is passed over", async ({ people }) => {
  test.setTimeout(180_000);
  const chat = await longChat(people);
  for (const { notch, every, times } of [
    { notch: 100, every: 60, times: 50 },
    { notch: 240, every: 30, times: 20 },
    { notch: 53, every: 16, times: 60 },
  ]) {
    await chat.log.hover();
    const frames = await watched(chat, async () => {
      for (let count = 0; count < times; count += 1) {
        await chat.page.mouse.wheel(0, -notch);
        await pause(chat, every);
      }
    });
    isSteady(frames);
    expect(Math.abs(travel(frames) - notch * times), `the wheel by ${notch}`).toBeLessThanOrEqual(ROUNDING);
    await toNewest(chat);
  }
  await chat.log.focus();
  for (const { key, times, every } of [
    { key: "PageUp", times: 6, every: 600 },
    { key: "ArrowUp", times: 24, every: 40 },
  ]) {
    const frames = await watched(chat, async () => {
      for (let count = 0; count < times; count += 1) {
        await chat.page.keyboard.press(key);
        await pause(chat, every);
      }
    });
    isSteady(frames);
    const each = key === "PageUp" ? (await chat.log.evaluate((log) => log.clientHeight)) * 0.875 : 40;
    expect(travel(frames), key).toBeLessThanOrEqual(each * times + ROUNDING);
    // Chromium breaks off an animation when messages are added above, and takes quick keys together.
    expect(travel(frames), key).toBeGreaterThan(each * times * 0.4);
    await toNewest(chat);
    await chat.log.focus();
  }
  const frames = await watched(chat, async () => {
    await expect(async () => {
      await chat.page.keyboard.press("Home");
      await expect(chat.message("Message 1")).toBeInViewport({ timeout: 300 });
    }).toPass();
  });
  isSteady(frames);
});

test("reading upwards by wheel on a slow machine: lines move as far as the input", async ({ people }) => {
  test.setTimeout(180_000);
  const chat = await longChat(people);
  const session = await chat.page.context().newCDPSession(chat.page);
  await session.send("Emulation.setCPUThrottlingRate", { rate: 6 });
  await chat.log.hover();
  const [notch, times] = [100, 120];
  const frames = await watched(chat, async () => {
    for (let count = 0; count < times; count += 1) {
      await chat.page.mouse.wheel(0, -notch);
      await pause(chat, 40);
    }
  });
  isSteady(frames);
  expect(Math.abs(travel(frames) - notch * times)).toBeLessThanOrEqual(ROUNDING);
});

test("reading upwards by touch: lines move as far as the thumb, and a fling passes over no line", async ({ people }) => {
  test.setTimeout(180_000);
  const chat = await longChat(people, { width: 390, height: 844 }, true);
  const session = await chat.page.context().newCDPSession(chat.page);
  const swipes = 10;
  const dragged = await watched(chat, async () => {
    for (let swipe = 0; swipe < swipes; swipe += 1) {
      await touch(session, "touchStart", 200);
      for (let y = 200; y <= 640; y += 20) {
        await touch(session, "touchMove", y);
        await pause(chat, 16);
      }
      // Or it would be a fling.
      await pause(chat, 200);
      await touch(session, "touchEnd");
    }
  });
  isSteady(dragged);
  // The first pixels of each touch decide that it is no tap.
  expect(travel(dragged)).toBeLessThanOrEqual(swipes * 440 + ROUNDING);
  expect(travel(dragged)).toBeGreaterThan(swipes * (440 - 30));

  await chat.page.getByRole("button", { name: "To the newest message" }).click();
  await isAtNewest(chat);
  await settled(chat);
  const flung = await watched(chat, async () => {
    for (let fling = 0; fling < 5; fling += 1) {
      await session.send("Input.synthesizeScrollGesture", {
        x: 200,
        y: 300,
        yDistance: 400,
        speed: 3000,
        preventFling: false,
        gestureSourceType: "touch",
      });
    }
  });
  isSteady(flung);
  travel(flung);
});
