import type { CDPSession, Page } from "@playwright/test";

/// The tops of the messages in one painted frame, by number. Only those that begin in view.
export type Frame = Map<number, number>;

/// Marks every message with a strip beside it, whose colour says its number.
const BLUE = 77;
/// Lower runs of a colour are mixed edges.
const LEAST = 10;

/// Records what is painted, not what a script sees: the browser scrolls between two runs of the page's scripts.
export class Recorder {
  private readonly images: { at: number; frame: Promise<Frame> }[] = [];

  private constructor(
    private readonly session: CDPSession,
    private readonly reader: Page,
    private readonly strip: { x: number; top: number },
  ) {}

  static async start(page: Page): Promise<Recorder> {
    const strip = await page.evaluate((blue) => {
      const log = document.querySelector(".log");
      const column = log?.firstElementChild;
      if (!log || !(column instanceof HTMLElement)) throw new Error("There is no conversation");
      // Or the strips beside it would be cut off.
      column.style.overflowX = "visible";
      const mark = () => {
        for (const row of log.querySelectorAll<HTMLElement>("[data-seq] > .msg")) {
          const seq = Number(row.parentElement?.dataset["seq"]);
          row.style.boxShadow = `-6px 0 0 rgb(${seq & 255} ${seq >> 8} ${blue})`;
        }
      };
      mark();
      new MutationObserver(mark).observe(column, { childList: true, subtree: true });
      return { x: Math.round(column.getBoundingClientRect().left) - 3, top: Math.ceil(log.getBoundingClientRect().top) };
    }, BLUE);
    const session = await page.context().newCDPSession(page);
    const recorder = new Recorder(session, await page.context().newPage(), strip);
    await page.bringToFront();
    session.on("Page.screencastFrame", ({ data, metadata, sessionId }) => {
      recorder.images.push({ at: metadata.timestamp ?? 0, frame: recorder.read(data) });
      session.send("Page.screencastFrameAck", { sessionId }).catch(() => {});
    });
    await session.send("Page.startScreencast", { format: "png", everyNthFrame: 1 });
    return recorder;
  }

  /// The frames painted so far.
  async stop(): Promise<Frame[]> {
    await this.session.send("Page.stopScreencast");
    // The browser encodes several at once: they may arrive in another order than they were painted.
    const frames = await Promise.all(this.images.toSorted((one, other) => one.at - other.at).map(({ frame }) => frame));
    await this.reader.close();
    return frames;
  }

  private async read(png: string): Promise<Frame> {
    const runs = await this.reader.evaluate(
      async ({ png, strip, blue, least }) => {
        const image = await createImageBitmap(await (await fetch(`data:image/png;base64,${png}`)).blob());
        const canvas = new OffscreenCanvas(1, image.height);
        const context = canvas.getContext("2d");
        if (!context) throw new Error("There is no canvas");
        context.drawImage(image, -strip.x, 0);
        const { data } = context.getImageData(0, 0, 1, image.height);
        const runs: [number, number][] = [];
        for (let y = 0, from = 0; y < image.height; y += 1) {
          const colour = (at: number) => data.slice(at * 4, at * 4 + 3).join();
          if (y + 1 < image.height && colour(y) === colour(y + 1)) continue;
          const [red = 0, green = 0, own] = data.slice(y * 4, y * 4 + 3);
          if (own === blue && y - from >= least && from > strip.top + 1) runs.push([green * 256 + red, from]);
          from = y + 1;
        }
        return runs;
      },
      { png, strip: this.strip, blue: BLUE, least: LEAST },
    );
    return new Map(runs);
  }
}

/// How far the messages moved down from each frame to the next; none where no message is in both.
export function moves(frames: Frame[]): (number | undefined)[] {
  return frames.slice(1).map((frame, at) => {
    const before = frames[at];
    const both = [...frame].filter(([seq]) => before?.has(seq));
    const [seq, top] = both[0] ?? [];
    return seq === undefined || top === undefined ? undefined : top - (before?.get(seq) ?? 0);
  });
}
