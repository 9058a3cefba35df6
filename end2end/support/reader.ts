import { expect } from "@playwright/test";
import type { Chat } from "./chat.ts";

/// The number of the first message that is wholly in view, once nothing moves any more.
export async function settled(chat: Chat): Promise<string> {
  await expect
    .poll(async () => {
      const before = await firstInView(chat);
      const top = before && (await topOf(chat, before));
      await chat.page.evaluate(() => new Promise(requestAnimationFrame));
      return before !== "" && before === (await firstInView(chat)) && top === (await topOf(chat, before));
    })
    .toBe(true);
  return firstInView(chat);
}

function firstInView(chat: Chat): Promise<string> {
  return chat.log.evaluate((log) => {
    const top = log.getBoundingClientRect().top;
    const lines = [...log.querySelectorAll<HTMLElement>("[data-seq]")];
    const bubble = (line: HTMLElement) => line.querySelector(".bubble")?.getBoundingClientRect().top ?? -1;
    return lines.find((line) => bubble(line) > top)?.dataset["seq"] ?? "";
  });
}

export async function topOf(chat: Chat, seq: string): Promise<number> {
  const box = await chat.log.locator(`[data-seq="${seq}"] .bubble`).boundingBox();
  if (!box) throw new Error(`Message ${seq} is not drawn`);
  return box.y;
}

export async function wheel(chat: Chat, pixels: number): Promise<void> {
  await chat.log.hover();
  await chat.page.mouse.wheel(0, pixels);
}
