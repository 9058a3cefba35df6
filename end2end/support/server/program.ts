import { execFile, spawn, type ChildProcess } from "node:child_process";
import { closeSync, existsSync, mkdtempSync, openSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { freePort } from "../port.ts";
import { environment, program, repository } from "../repository.ts";
import { until } from "../until.ts";
import { Logs } from "./logs.ts";
import { processesAbout } from "./processes.ts";
import type { Server } from "./server.ts";

/// Lite mode: the program alone, on a port and a data folder of its own.
export class Program implements Server {
  readonly logs = new Logs(() => [this.logFile]);
  private child: ChildProcess | undefined;

  private constructor(
    readonly port: number,
    readonly data: string,
    private readonly origin: string | undefined,
  ) {}

  /// With an origin it is told that people open it there, and so through something in between.
  static async create(origin?: string): Promise<Program> {
    return new Program(await freePort(), mkdtempSync(join(tmpdir(), "rapport-e2e-")), origin);
  }

  get url(): string {
    return this.origin ?? this.local;
  }

  private get local(): string {
    return `http://127.0.0.1:${this.port}`;
  }

  get mailbox(): string {
    return this.url;
  }

  async start(): Promise<void> {
    if (this.isRunning) throw new Error("The server runs already");
    if (!existsSync(program)) throw new Error(`There is no ${program}; build it, or set RAPPORT_BIN`);
    const log = openSync(this.logFile, "a");
    const child = spawn(program, ["serve", "--data", this.data, "--listen", `127.0.0.1:${this.port}`], {
      cwd: repository,
      env: this.environment(),
      stdio: ["ignore", log, log],
    });
    closeSync(log);
    this.child = child;
    await until(
      "the server to be ready",
      async () => {
        if (!this.isRunning) throw new Error(`The server ended at once:\n${readFileSync(this.logFile, "utf8")}`);
        return (await this.isReady()) || undefined;
      },
      60_000,
    );
  }

  async admin(...command: string[]): Promise<void> {
    const all = ["admin", ...command, "--data", this.data, "--listen", `127.0.0.1:${this.port}`];
    await promisify(execFile)(program, all, { cwd: repository, env: this.environment() });
  }

  async kill9(): Promise<void> {
    await this.signal("SIGKILL");
  }

  /// Also makes sure that nothing of it is left.
  async stop(): Promise<void> {
    // A killed program leaves its database running; only a new one can end it properly.
    if (!this.isRunning) await this.start();
    await this.signal("SIGTERM");
    const left = processesAbout(this.data);
    if (left.length > 0) throw new Error(`Still running after the end: ${left.join("; ")}`);
  }

  end(): Promise<void> {
    return this.stop();
  }

  async remove(): Promise<void> {
    // Only if stopping failed.
    this.child?.kill("SIGKILL");
    rmSync(this.data, { recursive: true, force: true });
  }

  private environment(): NodeJS.ProcessEnv {
    const origin = this.origin === undefined ? {} : { RAPPORT_ORIGIN: this.origin };
    return { ...environment(), ...origin, PORT: String(this.port), RAPPORT_DATA: this.data };
  }

  private get logFile(): string {
    return join(this.data, "e2e.log");
  }

  private get isRunning(): boolean {
    return this.child?.pid !== undefined && this.child.exitCode === null && this.child.signalCode === null;
  }

  private async isReady(): Promise<boolean> {
    const answer = await fetch(`${this.local}/readyz`).catch(() => undefined);
    return answer?.status === 200;
  }

  private async signal(signal: NodeJS.Signals): Promise<void> {
    if (!this.child || !this.isRunning) throw new Error("The server does not run");
    this.child.kill(signal);
    await until(`the server to end by ${signal}`, () => !this.isRunning || undefined, 30_000);
  }
}
