import { execFile } from "node:child_process";
import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import { repository } from "../repository.ts";
import { until } from "../until.ts";
import { Logs } from "./logs.ts";
import type { Server } from "./server.ts";

const OURS = ["web-1", "web-2", "store-1", "store-2", "worker"] as const;
const ENGINES = ["nginx", "postgres", "redis", "kafka", "rabbitmq"] as const;
/// The services that run for good.
export const SERVICES = [...OURS, ...ENGINES] as const;
export type Service = (typeof SERVICES)[number];

/// How long a container may take until it is healthy, in milliseconds.
const PATIENCE = 180_000;
/// How long compose may take over one order: longest when it waits until all are healthy.
const ORDER = 600_000;

interface Container {
  Id: string;
  Image: string;
  State: { Pid: number; Running: boolean };
  RestartCount: number;
}

/// deploy/compose.yaml, as scripts/containers.sh calls compose.
export class Composition implements Server {
  readonly url: string;
  readonly mailbox: string;
  readonly logs = new Logs(() => SERVICES.map((service) => this.logOf(service)));
  private readonly plain: string;
  private readonly folder = join(repository, "target/containers/logs");

  constructor() {
    const settings = readFileSync(join(repository, "target/containers/settings.env"), "utf8");
    const setting = (name: string) => settings.match(new RegExp(`^${name}=(.*)$`, "m"))?.[1] ?? "";
    this.url = setting("RAPPORT_ORIGIN");
    this.plain = `http://${setting("HTTP")}`;
    this.mailbox = `http://127.0.0.1:${setting("MAIL_PORT")}`;
    rmSync(this.folder, { recursive: true, force: true });
    mkdirSync(this.folder, { recursive: true });
  }

  async start(): Promise<void> {
    await this.compose("up", "-d", "--no-build");
    for (const service of SERVICES) await this.isHealthy(service);
  }

  async stop(): Promise<void> {
    await this.keepLogs();
    await this.compose("down");
  }

  async end(): Promise<void> {
    await this.stop();
  }

  async remove(): Promise<void> {
    await this.compose("down", "--volumes");
  }

  async admin(...command: string[]): Promise<void> {
    await this.compose("exec", "-T", "web-1", "rapport", "admin", ...command);
  }

  async kill9(): Promise<void> {
    for (const service of OURS) await this.crash(service);
  }

  /// Kills what runs in a container, from outside: an order to Podman would be taken as a wish to stop it.
  async crash(service: Service): Promise<void> {
    const { State } = await this.inspect(service);
    if (!State.Running) throw new Error(`${service} does not run`);
    process.kill(State.Pid, "SIGKILL");
  }

  /// Waits until a container that ended was started again, and is healthy.
  async comesBack(service: Service, before: Container): Promise<void> {
    await until(
      `${service} to be started again`,
      async () => {
        const now = await this.inspect(service);
        return (now.State.Running && now.RestartCount > before.RestartCount) || undefined;
      },
      PATIENCE,
    );
    await this.isHealthy(service);
  }

  /// Puts a new version in, as deploy/README.md says.
  async upgrade(): Promise<void> {
    await this.keepLogs();
    const env = { ...process.env, COMPOSE: "sh scripts/containers.sh compose" };
    await promisify(execFile)("sh", ["deploy/upgrade.sh"], { cwd: repository, env, maxBuffer: 1e8 });
  }

  async inspect(service: Service): Promise<Container> {
    const [container] = JSON.parse(await this.podman("container", "inspect", nameOf(service))) as [Container];
    return container;
  }

  /// Which image `rapport` is now.
  async image(): Promise<string> {
    return (await this.podman("image", "inspect", "--format", "{{.Id}}", "localhost/rapport")).trim();
  }

  /// What plain http is answered.
  async redirect(): Promise<number | undefined> {
    const answer = await fetch(this.plain, { redirect: "manual" }).catch(() => undefined);
    return answer?.status;
  }

  private async isHealthy(service: Service): Promise<void> {
    const check = async () => {
      // It has no check: it either answers or does not.
      if (service === "nginx") return (await this.redirect()) === 301 || undefined;
      return this.podman("healthcheck", "run", nameOf(service)).then(() => true as const, () => undefined);
    };
    await until(`${service} to be healthy`, check, PATIENCE);
  }

  /// They go with their containers.
  private async keepLogs(): Promise<void> {
    for (const service of SERVICES) {
      const { stdout, stderr } = await this.run("podman", "logs", nameOf(service));
      writeFileSync(this.logOf(service), stdout + stderr, { flag: "a" });
    }
  }

  private logOf(service: Service): string {
    return join(this.folder, `${service}.log`);
  }

  private async podman(...command: string[]): Promise<string> {
    return (await this.run("podman", ...command)).stdout;
  }

  private async compose(...command: string[]): Promise<void> {
    await this.run("compose", ...command);
  }

  private run(...command: string[]): Promise<{ stdout: string; stderr: string }> {
    return promisify(execFile)("sh", ["scripts/containers.sh", ...command], { cwd: repository, maxBuffer: 1e8, timeout: ORDER });
  }
}

function nameOf(service: Service): string {
  return `rapport-try_${service}_1`;
}
