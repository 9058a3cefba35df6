import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { Page } from "@playwright/test";
import { repository } from "./repository.ts";

const FILE = "server/tests/it/corpus/names.txt";

/// Names and titles that would be markup if a view did not escape them.
export const HOSTILE_NAMES: string[] = readFileSync(join(repository, FILE), "utf8")
  .split("\n")
  .filter((line) => line !== "" && !line.startsWith("# "));

export interface Shape {
  title: string;
  /// Each element with the names of its attributes, in the order of the document.
  elements: string[];
}

/// What a browser makes of a served page, without running it.
export function shapeOf(page: Page, html: string): Promise<Shape> {
  return page.evaluate((html) => {
    const document = new DOMParser().parseFromString(html, "text/html");
    const elements = [...document.querySelectorAll("*")].map((element) => {
      const attributes = element.getAttributeNames().sort();
      return `${element.localName} ${attributes.join(" ")}`;
    });
    return { title: document.title, elements };
  }, html);
}
