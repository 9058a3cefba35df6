import { expect, type Page } from "@playwright/test";

/// Waits until this browser has put a text away where a closed tab does not matter.
export async function isKept(page: Page, text: string): Promise<void> {
  await expect.poll(() => page.evaluate(onDisk)).toContain(text);
}

/// Everything that this browser keeps in databases of the page's origin, as text.
export function keptTexts(page: Page): Promise<string> {
  return page.evaluate(onDisk);
}

/// Everything in this origin's databases, as text.
async function onDisk(): Promise<string> {
  const answered = <T>(request: IDBRequest<T>): Promise<T> =>
    new Promise((resolve, reject) => {
      request.onsuccess = () => resolve(request.result);
      request.onerror = () => reject(request.error);
    });
  let contents = "";
  for (const { name } of await indexedDB.databases()) {
    const database = await answered(indexedDB.open(name ?? ""));
    for (const store of database.objectStoreNames) {
      const rows: unknown[] = await answered(database.transaction(store).objectStore(store).getAll());
      contents += JSON.stringify(rows);
    }
    database.close();
  }
  return contents;
}
