import { spawn, type ChildProcess } from "node:child_process";
import { closeSync, mkdtempSync, openSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { until } from "../until.ts";

/// A program that runs beside a story, in a folder of its own: a WebDriver server, a display.
export class Service {
  readonly folder = mkdtempSync(join(tmpdir(), "rapport-browser-"));
  private child: ChildProcess | undefined;

  constructor(private readonly name: string) {}

  /// Its standard output goes to a file, and so does what it writes to file descriptor 3.
  start(program: string, args: string[], env: NodeJS.ProcessEnv = {}): void {
    const [log, three] = [openSync(this.logFile, "a"), openSync(this.numberFile, "a")];
    this.child = spawn(program, args, {
      env: { ...process.env, HOME: this.folder, XDG_RUNTIME_DIR: this.folder, ...env },
      stdio: ["ignore", log, log, three],
      // A group: what it starts ends with it.
      detached: true,
    });
    this.child.on("error", () => undefined);
    closeSync(log);
    closeSync(three);
  }

  /// Waits until it answers as wanted; throws what it said if it ends before.
  async answers<T>(look: () => Promise<T | undefined> | T | undefined): Promise<T> {
    return until(`${this.name} to be ready`, async () => {
      if (this.hasEnded) throw new Error(`${this.name} ended at once:\n${readFileSync(this.logFile, "utf8")}`);
      return look();
    });
  }

  /// What it has written to file descriptor 3.
  get told(): string {
    return readFileSync(this.numberFile, "utf8");
  }

  async end(): Promise<void> {
    if (!this.hasEnded) this.signal("SIGTERM");
    const ended = await until(`${this.name} to end`, () => this.hasEnded || undefined, 5_000).catch(() => false);
    if (!ended) this.signal("SIGKILL");
    rmSync(this.folder, { recursive: true, force: true, maxRetries: 10 });
  }

  private signal(signal: NodeJS.Signals): void {
    if (this.child?.pid === undefined) return;
    try {
      process.kill(-this.child.pid, signal);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== "ESRCH") throw error;
    }
  }

  private get hasEnded(): boolean {
    return this.child?.pid === undefined || this.child.exitCode !== null || this.child.signalCode !== null;
  }

  private get logFile(): string {
    return join(this.folder, "service.log");
  }

  private get numberFile(): string {
    return join(this.folder, "three");
  }
}
