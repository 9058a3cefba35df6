import { expect, test } from "../../support/fixtures.ts";

const NASTY = [
  "<script>window.owned = true</script>",
  "<img src=x onerror='window.owned = true'>",
  "</textarea></script><svg onload=window.owned=true>",
  "{{constructor.constructor('window.owned = true')()}}",
  "javascript:alert(1)",
  "&lt;b&gt; &amp; \u202Eright to left\u202C \u0000".replace("\u0000", ""),
];

test("what people write is text, whatever it looks like", async ({ people }) => {
  const bo = await people.signUp("<i onmouseover=window.owned=true>Bo");
  const ana = await people.signUp("Ana Ribeiro");
  const room = await ana.chatWith(bo);
  const chat = await ana.talk(room);
  for (const text of NASTY) await bo.send(room, text);
  await chat.shows(NASTY);
  await chat.reload();
  await chat.shows(NASTY);
  await chat.page.getByRole("heading", { level: 1 }).hover();
  await expect(chat.page.getByRole("heading", { level: 1 })).toHaveText(bo.name);
  await expect(chat.log.locator("a, img, svg[onload], script")).toHaveCount(0);
  expect(await chat.page.evaluate(() => "owned" in window)).toBe(false);
});

test("an address is a link that gives nothing away", async ({ people }) => {
  const [ana, bo] = [await people.signUp("Ana Ribeiro"), await people.signUp("Bo Lind")];
  const room = await ana.chatWith(bo);
  await bo.send(room, "See https://example.org/a?b=1&c=2, it is good.");
  const chat = await ana.talk(room);
  const link = chat.log.getByRole("link");
  await expect(link).toHaveAttribute("href", "https://example.org/a?b=1&c=2");
  await expect(link).toHaveAttribute("rel", /noopener.*noreferrer/);
});

test("lines, emoji and long words keep their form", async ({ people }) => {
  const [ana, bo] = [await people.signUp("Ana Ribeiro"), await people.signUp("Bo Lind")];
  const room = await ana.chatWith(bo);
  const texts = ["two  blanks\n\nand a gap", "👩‍👩‍👧‍👦 🇵🇹 ❤️", "W".repeat(600)];
  for (const text of texts) await bo.send(room, text);
  const chat = await ana.talk(room);
  await chat.shows(texts);
  const wide = await chat.log.evaluate((log) => log.scrollWidth - log.clientWidth);
  expect(wide, "nothing reaches out at the side").toBe(0);
  const lines = await chat.message(texts[0] ?? "").locator(".text").evaluate((text) => {
    const style = getComputedStyle(text);
    return text.getBoundingClientRect().height / Number.parseFloat(style.lineHeight);
  });
  expect(lines).toBeGreaterThan(2.5);
});
