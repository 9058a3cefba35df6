import type { Page } from "@playwright/test";
import { Chat } from "./chat.ts";
import { live } from "./hydrated.ts";
import type { Person } from "./person.ts";

/// What happens to a page between the server and the program.
export interface Change {
  /// To the text of the page, on its way.
  served?: (html: string) => string;
  /// To the nodes of the page, in the browser.
  nodes?: () => void;
}

/// Opens a conversation whose page is changed before the program takes over.
export async function openChanged(person: Person, room: string, { served, nodes }: Change): Promise<Chat> {
  const page = await person.context.newPage();
  const address = `/chats/${room}`;
  if (served) {
    await page.route(`**${address}`, async (route) => {
      const response = await route.fetch();
      await route.fulfill({ response, body: served(await response.text()) });
    });
  }
  let release = () => {};
  const changed = new Promise<void>((done) => (release = done));
  await page.route("**/pkg/*.wasm", async (route) => {
    await changed;
    await route.continue();
  });
  await page.goto(address, { waitUntil: "domcontentloaded" });
  if (nodes) await page.evaluate(nodes);
  release();
  await live(page);
  return new Chat(page);
}

/// What a translator does to all texts of the page.
export function translate(): void {
  const texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  const nodes: Text[] = [];
  while (texts.nextNode()) nodes.push(texts.currentNode as Text);
  for (const node of nodes) {
    if (node.parentElement?.closest("script, style, textarea") || !node.data.trim()) continue;
    const [outer, inner] = [document.createElement("font"), document.createElement("font")];
    inner.textContent = node.data;
    outer.append(inner);
    node.replaceWith(outer);
  }
}

/// Nodes with this text anywhere in the page.
export function countOf(page: Page, text: string): Promise<number> {
  return page.locator("body").getByText(text, { exact: true }).count();
}
