import { execFile, spawn, type ChildProcess } from "node:child_process";
import { closeSync, existsSync, mkdtempSync, openSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { freePorts } from "../port.ts";
import { environment, program, repository } from "../repository.ts";
import { until } from "../until.ts";
import { order } from "./control.ts";
import { Logs } from "./logs.ts";
import { processesAbout, running } from "./processes.ts";
import type { Server } from "./server.ts";

export type Engine = "postgres" | "redis" | "kafka" | "rabbitmq";
export type Node = "web-1" | "web-2";

/// The processes that are the program; everything else is an engine.
const ROLES = /^(web|store|worker)/;
/// Ports that a cluster takes, in a row.
const PORTS = 16;

/// What scripts/cluster.sh writes to state.json.
interface State {
  supervisor: number;
  ready: boolean;
  origin: string;
  control: string;
  settings: Record<string, string>;
  parts: Record<string, Part>;
}

interface Part {
  state: string;
  pid: number | null;
  address: string;
  folder: string;
  log: string;
}

/// Full mode: every engine, nginx, two `rapport web`, two `rapport store` and a worker, in a folder
/// of their own.
export class Cluster implements Server {
  readonly logs = new Logs(() => [this.supervisorLog, ...Object.values(this.parts()).map((part) => part.log)]);
  private child: ChildProcess | undefined;

  private constructor(
    private readonly port: number,
    private readonly folder: string,
  ) {}

  static async create(): Promise<Cluster> {
    return new Cluster(await freePorts(PORTS), mkdtempSync(join(tmpdir(), "rapport-e2e-")));
  }

  get url(): string {
    return `http://localhost:${this.port}`;
  }

  get mailbox(): string {
    return this.url;
  }

  async start(): Promise<void> {
    if (this.child) {
      await this.orderAll("start", this.roles().filter(([, part]) => part.state === "stopped"));
      return;
    }
    if (!existsSync(program)) throw new Error(`There is no ${program}; build it, or set RAPPORT_BIN`);
    const log = openSync(this.supervisorLog, "a");
    const settings = { CLUSTER_FOLDER: this.folder, CLUSTER_PORT: String(this.port), CLUSTER_PROGRAM: program };
    const child = spawn("sh", ["scripts/cluster.sh"], {
      cwd: repository,
      env: { ...environment(), ...settings, CLUSTER_QUIET: "1" },
      // When the pipe ends, even with us, the cluster goes down.
      stdio: ["pipe", log, log],
    });
    closeSync(log);
    this.child = child;
    await until(
      "the cluster to be ready",
      () => {
        if (this.hasEnded) throw new Error(`The cluster ended at once:\n${this.said()}`);
        return this.find()?.ready || undefined;
      },
      // Slow machines start Java and Erlang slowly.
      180_000,
    );
  }

  async admin(...command: string[]): Promise<void> {
    const { settings, parts } = this.state();
    // Any node's folder: all that is told apart is in the settings.
    const data = parts["web-1"]?.folder;
    const env = { ...environment(), ...settings, RAPPORT_DATA: data };
    await promisify(execFile)(program, ["admin", ...command], { cwd: repository, env });
  }

  async kill9(): Promise<void> {
    await this.orderAll("kill", this.roles());
  }

  async stop(): Promise<void> {
    await this.orderAll("stop", this.roles());
  }

  /// Stops an engine while `meanwhile` runs, and starts it again.
  async without(engine: Engine, meanwhile: () => Promise<void>): Promise<void> {
    await this.order("stop", engine);
    try {
      await meanwhile();
    } finally {
      await this.order("start", engine);
    }
  }

  /// One order of scripts/cluster.sh about one part.
  order(what: "start" | "stop" | "kill", part: Engine | Node): Promise<void> {
    return order(this.state().control, `${what} ${part}`);
  }

  /// How many sockets a node has, by its own count.
  async sockets(node: Node): Promise<number> {
    const figures = await fetch(`http://${this.state().parts[node]?.address}/metrics`);
    return Number((await figures.text()).match(/^rapport_sockets (\d+)/m)?.[1] ?? 0);
  }

  async end(): Promise<void> {
    const { parts } = this.state();
    const pids = Object.values(parts).flatMap((part) => part.pid ?? []);
    this.child?.stdin?.end();
    await until("the cluster to end", () => this.hasEnded || undefined, 90_000);
    if (this.child?.exitCode !== 0) throw new Error(`The cluster failed:\n${this.said()}`);
    const left = [...processesAbout(this.folder), ...running(pids)];
    if (left.length > 0) throw new Error(`Still running after the end: ${left.join("; ")}`);
    // No story asks for either of the two.
    const faults = this.said().match(/(web-\d|store-\d|worker) (ended by itself|did not end).*/g);
    if (faults) throw new Error(`The nodes did not behave: ${faults.join("; ")}`);
  }

  async remove(): Promise<void> {
    if (!this.hasEnded) {
      // Only if the end failed. The kernel kills everything that the supervisor started.
      this.child?.kill("SIGKILL");
      await until("the supervisor to be gone", () => this.hasEnded || undefined);
    }
    rmSync(this.folder, { recursive: true, force: true, maxRetries: 10 });
  }

  private get supervisorLog(): string {
    return join(this.folder, "supervisor.log");
  }

  private get hasEnded(): boolean {
    return !this.child || this.child.exitCode !== null || this.child.signalCode !== null;
  }

  private said(): string {
    return readFileSync(this.supervisorLog, "utf8");
  }

  private roles(): [string, Part][] {
    return Object.entries(this.parts()).filter(([name]) => ROLES.test(name));
  }

  private parts(): Record<string, Part> {
    return this.find()?.parts ?? this.lastParts;
  }

  private async orderAll(what: string, parts: [string, Part][]): Promise<void> {
    const { control } = this.state();
    await Promise.all(parts.map(([name]) => order(control, `${what} ${name}`)));
  }

  private state(): State {
    const state = this.find();
    if (!state) throw new Error(`The cluster is not there:\n${this.said()}`);
    return state;
  }

  /// Its parts as they were last seen: it takes its state with it when it ends, its logs it leaves.
  private lastParts: Record<string, Part> = {};

  private find(): State | undefined {
    const file = join(this.folder, "state.json");
    const text = readIfThere(file);
    if (text === undefined) return undefined;
    const state = JSON.parse(text) as State;
    this.lastParts = state.parts;
    return state;
  }
}

function readIfThere(file: string): string | undefined {
  try {
    return readFileSync(file, "utf8");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
    throw error;
  }
}
