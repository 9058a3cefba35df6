import { execFile, spawn, type ChildProcess } from "node:child_process";
import { closeSync, existsSync, mkdtempSync, openSync, readFileSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { promisify } from "node:util";
import { freePort } from "./port.ts";
import { until } from "./until.ts";

/// The repository: the program finds its settings there.
export const repository = resolve(import.meta.dirname, "../..");

/// Where the built program is.
export const program = resolve(repository, process.env["RAPPORT_BIN"] ?? "target/release/rapport");

/// The program on a port and a data folder of its own.
export class Server {
  private child: ChildProcess | undefined;

  private constructor(
    readonly port: number,
    readonly data: string,
  ) {}

  static async create(): Promise<Server> {
    return new Server(await freePort(), mkdtempSync(join(tmpdir(), "rapport-e2e-")));
  }

  get url(): string {
    return `http://127.0.0.1:${this.port}`;
  }

  /// What the program has said so far.
  get log(): string {
    return readFileSync(this.logFile, "utf8");
  }

  /// Every panic, with the line that says why.
  panics(): string[] {
    return this.log.match(/^thread .* panicked at .*\n.*$/gm) ?? [];
  }

  /// Starts the program on the port and the data it had before, and waits until it serves.
  async start(): Promise<void> {
    if (this.isRunning) throw new Error("The server runs already");
    if (!existsSync(program)) throw new Error(`There is no ${program}; build it, or set RAPPORT_BIN`);
    const log = openSync(this.logFile, "a");
    const child = spawn(program, ["serve", "--data", this.data, "--listen", `127.0.0.1:${this.port}`], {
      cwd: repository,
      env: { ...this.environment(), NO_COLOR: "1" },
      stdio: ["ignore", log, log],
    });
    closeSync(log);
    this.child = child;
    await until(
      "the server to be ready",
      async () => {
        if (!this.isRunning) throw new Error(`The server ended at once:\n${this.log}`);
        return (await this.isReady()) || undefined;
      },
      60_000,
    );
  }

  /// Runs one of the commands that look after an instance.
  async admin(...command: string[]): Promise<void> {
    const all = ["admin", ...command, "--data", this.data, "--listen", `127.0.0.1:${this.port}`];
    await promisify(execFile)(program, all, { cwd: repository, env: this.environment() });
  }

  /// Ends the program as a power cut would.
  async kill9(): Promise<void> {
    await this.signal("SIGKILL");
  }

  /// Asks the program to end, and makes sure that nothing of it is left.
  async stop(): Promise<void> {
    // A killed program leaves its database running; only a new one can end it properly.
    if (!this.isRunning) await this.start();
    await this.signal("SIGTERM");
    const left = processesAbout(this.data);
    if (left.length > 0) throw new Error(`Still running after the end: ${left.join("; ")}`);
  }

  /// Deletes all data. For the end.
  remove(): void {
    // Only if stopping failed.
    this.child?.kill("SIGKILL");
    rmSync(this.data, { recursive: true, force: true });
  }

  private environment(): NodeJS.ProcessEnv {
    const inherited = Object.entries(process.env).filter(
      ([name]) => !name.startsWith("RAPPORT_") && name !== "DATABASE_URL",
    );
    return { ...Object.fromEntries(inherited), PORT: String(this.port), RAPPORT_DATA: this.data };
  }

  private get logFile(): string {
    return join(this.data, "e2e.log");
  }

  private get isRunning(): boolean {
    return this.child?.pid !== undefined && this.child.exitCode === null && this.child.signalCode === null;
  }

  private async isReady(): Promise<boolean> {
    const answer = await fetch(`${this.url}/readyz`).catch(() => undefined);
    return answer?.status === 200;
  }

  private async signal(signal: NodeJS.Signals): Promise<void> {
    if (!this.child || !this.isRunning) throw new Error("The server does not run");
    this.child.kill(signal);
    await until(`the server to end by ${signal}`, () => !this.isRunning || undefined, 30_000);
  }
}

/// Processes that name this folder in their command line.
function processesAbout(folder: string): string[] {
  const lines = readdirSync("/proc").filter((name) => /^\d+$/.test(name));
  return lines.flatMap((pid) => {
    try {
      const command = readFileSync(`/proc/${pid}/cmdline`, "utf8").replaceAll("\0", " ").trim();
      return command.includes(folder) ? [`${pid} ${command}`] : [];
    } catch {
      // It ended meanwhile.
      return [];
    }
  });
}
