import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { test as base } from "@playwright/test";

const ROOT = resolve(dirname(fileURLToPath(import.meta.url)), "..");
/** What `make run` ships, unless told otherwise. */
const PROGRAM = process.env.RAPPORT_PROGRAM ?? join(ROOT, "target/release/rapport");
const READY_WITHIN_MS = 60_000;

/** A mail as `/dev/mail.json` tells it. */
export type Mail = { id: string; to: string; subject: string; at: string; text: string; html: string };

/** An instance of its own: its port, its data folder, and in there its PostgreSQL. */
export class Server {
  /** What it said on its way, for when it does not start. */
  private log = "";
  private process: ChildProcess | undefined;

  private constructor(
    readonly port: number,
    readonly data: string,
  ) {}

  /** Starts one on a free port with an empty data folder, and waits until it is ready. */
  static async start(): Promise<Server> {
    const data = await mkdtemp(join(tmpdir(), "rapport-end2end-"));
    const server = new Server(await freePort(), data);
    await server.start();
    return server;
  }

  get url(): string {
    return `http://localhost:${this.port}`;
  }

  /** Starts it again where it was. */
  async start(): Promise<void> {
    if (this.process) throw new Error("the server runs already");
    const child = spawn(PROGRAM, ["serve", "--data", this.data, "--listen", `127.0.0.1:${this.port}`], {
      cwd: ROOT,
      env: environment(),
      stdio: ["ignore", "pipe", "pipe"],
    });
    child.stderr.on("data", (text) => (this.log += text));
    this.process = child;
    const ready = waitForLine(child, /Rapport is ready/);
    const ended = once(child, "exit").then(() => "ended" as const);
    const late = new Promise<"late">((tell) => setTimeout(() => tell("late"), READY_WITHIN_MS).unref());
    const first = await Promise.race([ready, ended, late]);
    if (first !== "ready") throw new Error(`the server is not ready (${first}):\n${this.log}`);
  }

  /** Ends it as a person would, with Ctrl-C. */
  async stop(): Promise<void> {
    await this.end("SIGINT");
  }

  /** Ends it as a crash would. Its PostgreSQL goes on, for the next start to find. */
  async kill9(): Promise<void> {
    await this.end("SIGKILL");
  }

  /** A crash and the start after it. */
  async restart(): Promise<void> {
    await this.kill9();
    await this.start();
  }

  /** Stops it for good and removes its data. Keeps its log in `logFile` when that is given. */
  async remove(logFile?: string): Promise<void> {
    // A killed one left its PostgreSQL running: only a start and a stop end that.
    if (!this.process) await this.start();
    await this.stop();
    if (logFile) await writeFile(logFile, this.log);
    await rm(this.data, { recursive: true, force: true });
  }

  /** Every mail it has sent, the newest first. */
  async mails(): Promise<Mail[]> {
    const answer = await fetch(`${this.url}/dev/mail.json`);
    if (!answer.ok) throw new Error(`the mailbox answers ${answer.status}`);
    return (await answer.json()) as Mail[];
  }

  /** The newest six-digit code mailed to an address; waits for it. `after` skips older mails. */
  async code(to: string, after?: Date): Promise<string> {
    const deadline = Date.now() + 15_000;
    while (Date.now() < deadline) {
      const mails = (await this.mails()).filter((mail) => mail.to.toLowerCase() === to.toLowerCase());
      const fresh = mails.filter((mail) => !after || new Date(mail.at) >= after);
      const code = fresh.map((mail) => /\b(\d{6})\b/.exec(mail.text)?.[1]).find(Boolean);
      if (code) return code;
      await new Promise((wake) => setTimeout(wake, 50));
    }
    throw new Error(`no code was mailed to ${to}`);
  }

  private async end(signal: NodeJS.Signals): Promise<void> {
    const child = this.process;
    if (!child) return;
    this.process = undefined;
    if (child.exitCode !== null || child.signalCode !== null) return;
    const ended = once(child, "exit");
    child.kill(signal);
    await ended;
  }
}

/** Tests with `server`, one for each worker, and its address as the base of every page. */
export const test = base.extend<object, { server: Server }>({
  server: [
    async ({}, use, info) => {
      const server = await Server.start();
      await use(server);
      await server.remove(join(ROOT, `target/end2end-server-${info.workerIndex}.log`));
    },
    { scope: "worker", timeout: 120_000 },
  ],
  baseURL: async ({ server }, use) => use(server.url),
});

export { expect } from "@playwright/test";

/** None of ours, so that the machine's settings do not reach the tests. */
function environment(): NodeJS.ProcessEnv {
  const ours = (name: string) => name.startsWith("RAPPORT_") || name.startsWith("LEPTOS_") || name === "DATABASE_URL";
  return Object.fromEntries(Object.entries(process.env).filter(([name]) => !ours(name)));
}

function waitForLine(child: ChildProcess, pattern: RegExp): Promise<"ready"> {
  return new Promise((tell) => {
    let said = "";
    child.stdout?.on("data", (text) => {
      said += text;
      if (pattern.test(said)) tell("ready");
    });
  });
}

async function freePort(): Promise<number> {
  const probe = createServer().listen(0, "127.0.0.1");
  await once(probe, "listening");
  const address = probe.address();
  probe.close();
  await once(probe, "close");
  if (address === null || typeof address === "string") throw new Error("no port is free");
  return address.port;
}
