// How nginx hands requests to the nodes, by deploy/nginx.

import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import fs from "node:fs";
import http from "node:http";
import net from "node:net";
import os from "node:os";
import path from "node:path";
import { after, before, beforeEach, test } from "node:test";

import { free } from "../ports.mjs";
import { ended, until } from "./waiting.mjs";

const SCRIPT = new URL("../../engines/nginx.sh", import.meta.url).pathname;
const folder = fs.mkdtempSync(path.join(os.tmpdir(), "rapport-nginx-test-"));
let port, nodes, nginx;

// A node that remembers what it was asked and answers as it is told.
class Node {
  asked = [];
  answer = (request, response) => response.end("fine");

  constructor(port) {
    this.port = port;
    this.server = http.createServer((request, response) => {
      this.asked.push(request);
      request.resume().on("end", () => this.answer(request, response));
    });
    this.server.on("upgrade", (request, socket) => {
      this.asked.push(request);
      socket.on("error", () => {}).write("HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n");
      socket.on("data", (bytes) => socket.write(bytes));
    });
  }

  async open() {
    this.server.listen(this.port, "127.0.0.1");
    await once(this.server, "listening");
  }

  async close() {
    this.server.close();
    this.server.closeAllConnections();
  }
}

async function ask(method, path, { headers = {}, body } = {}) {
  const request = http.request({ host: "127.0.0.1", port, method, path, headers, agent: false });
  request.end(body);
  const [answer] = await once(request, "response");
  answer.resume();
  await once(answer, "end");
  return answer;
}

const asked = () => nodes.flatMap((node) => node.asked);

before(async () => {
  const ports = await free(3);
  port = ports[0];
  nodes = ports.slice(1).map((port) => new Node(port));
  await Promise.all(nodes.map((node) => node.open()));
  nginx = spawn("bash", [SCRIPT, folder, ...ports.map(String)], { stdio: ["pipe", "ignore", "ignore"] });
  await until("nginx answers", () => ask("GET", "/healthz").then(() => true, () => false));
});

beforeEach(async () => {
  for (const node of nodes) {
    node.answer = (request, response) => response.end("fine");
  }
  // Whoever failed is asked again after two seconds.
  await until("both nodes are asked", async () => {
    for (const node of nodes) node.asked = [];
    await Promise.all([ask("GET", "/"), ask("GET", "/"), ask("GET", "/")]);
    return nodes.every((node) => node.asked.length > 0);
  });
  for (const node of nodes) node.asked = [];
});

after(async () => {
  nginx.stdin.end();
  await ended(nginx);
  fs.rmSync(folder, { recursive: true, force: true });
  for (const node of nodes) node.close();
});

// Off: `proxy_add_x_forwarded_for`.
test("the address that was seen is passed on, and no claim", async () => {
  await ask("GET", "/chats?a=b", { headers: { "x-forwarded-for": "192.0.2.1", host: "localhost:1" } });
  const [request] = asked();
  assert.equal(request.headers["x-forwarded-for"], "127.0.0.1");
  assert.equal(request.headers.host, "localhost:1");
  assert.equal(request.url, "/chats?a=b");
});

test("figures are shown to nobody, however they are asked for", async () => {
  for (const path of ["/metrics", "//metrics", "/%6detrics", "/x/../metrics"]) {
    assert.equal((await ask("GET", path)).statusCode, 404, path);
  }
  assert.equal(asked().length, 0);
});

test("a body may be as large as the program takes", async () => {
  assert.equal((await ask("POST", "/", { body: "x".repeat(128 * 1024) })).statusCode, 200);
  assert.equal((await ask("POST", "/", { body: "x".repeat(128 * 1024 + 1) })).statusCode, 413);
  assert.equal(asked().length, 1);
});

// Off: `proxy_next_upstream … non_idempotent`.
test("a change that a node died over is not tried on another", async () => {
  for (const node of nodes) node.answer = (request) => request.socket.destroy();
  assert.equal((await ask("POST", "/", { body: "x" })).statusCode, 503);
  assert.equal(asked().length, 1);
});

test("a page that a node died over comes from another", async () => {
  nodes[0].answer = (request) => request.socket.destroy();
  for (let i = 0; i < 4; i += 1) assert.equal((await ask("GET", "/")).statusCode, 200);
  assert.ok(nodes[0].asked.length > 0);
});

test("a change goes to another node when one refuses", async () => {
  await nodes[0].close();
  for (let i = 0; i < 6; i += 1) assert.equal((await ask("POST", "/", { body: "x" })).statusCode, 200);
  assert.equal(nodes[1].asked.length, 6);
  nodes[0] = new Node(nodes[0].port);
  await nodes[0].open();
});

// Off: `http_503` in proxy_next_upstream.
test("nodes that say what is down stay in service", async () => {
  for (const node of nodes) node.answer = (request, response) => response.writeHead(503).end();
  for (let i = 0; i < 6; i += 1) assert.equal((await ask("GET", "/")).statusCode, 503);
  assert.equal(asked().length, 6);
});

test("ready means that any node is, and does not count against one that is not", async () => {
  nodes[0].answer = (request, response) => response.writeHead(request.url === "/readyz" ? 503 : 200).end();
  for (let i = 0; i < 4; i += 1) assert.equal((await ask("GET", "/readyz")).statusCode, 200);
  for (const node of nodes) node.asked = [];
  for (let i = 0; i < 4; i += 1) await ask("GET", "/");
  assert.ok(nodes.every((node) => node.asked.length > 0));
});

// Off: the Upgrade header is not passed on.
test("sockets go through, to the node with the fewest", async () => {
  const sockets = [];
  for (let i = 0; i < 6; i += 1) {
    const socket = net.connect(port, "127.0.0.1");
    sockets.push(socket);
    socket.write("GET /socket HTTP/1.1\r\nHost: localhost\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n");
    const [head] = await once(socket, "data");
    assert.match(String(head), /^HTTP\/1.1 101 /);
    socket.write("hello");
    assert.equal(String((await once(socket, "data"))[0]), "hello");
  }
  assert.deepEqual(nodes.map((node) => node.asked.length), [3, 3]);
  for (const socket of sockets) socket.destroy();
});
