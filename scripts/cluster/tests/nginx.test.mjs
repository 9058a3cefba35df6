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
let errors = "";

// A node that remembers what it was asked and answers as it is told.
class Node {
  asked = [];
  answer = (request, response) => response.end("fine");

  constructor(port) {
    this.port = port;
    this.server = http.createServer({ maxHeaderSize: 64 * 1024 }, (request, response) => {
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

async function ask(method, path, { headers = {}, body, localAddress } = {}) {
  const request = http.request({ host: "127.0.0.1", port, method, path, headers, localAddress, agent: false });
  request.end(body);
  const [answer] = await once(request, "response");
  answer.body = "";
  answer.on("data", (bytes) => (answer.body += bytes));
  await once(answer, "end");
  return answer;
}

// Sends bytes, and reads until nginx closes.
async function raw(bytes) {
  const socket = net.connect(port, "127.0.0.1");
  let answer = "";
  socket.on("data", (more) => (answer += more)).write(bytes);
  await once(socket, "close");
  return answer;
}

// An answer, with its head, is an error of the protocol.
function assertMalformed(answer, status) {
  const [head, body] = answer.split("\r\n\r\n");
  assert.match(head, new RegExp(`^HTTP/1.1 ${status} `));
  assert.match(head, /^Content-Type: application\/json\r?$/m);
  assert.equal(JSON.parse(body).code, "malformed");
}

const asked = () => nodes.flatMap((node) => node.asked);

before(async () => {
  const ports = await free(3);
  port = ports[0];
  nodes = ports.slice(1).map((port) => new Node(port));
  await Promise.all(nodes.map((node) => node.open()));
  nginx = spawn("bash", [SCRIPT, folder, ...ports.map(String)], { stdio: ["pipe", "ignore", "pipe"] });
  nginx.stderr.on("data", (bytes) => (errors += bytes));
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

// Off: `large_client_header_buffers` (400 and 414 with nginx's own pages).
test("a head may be as long as the program takes", async () => {
  assert.equal((await ask("GET", `/api/people/find?query=${"x".repeat(30_000)}`)).statusCode, 200);
  assert.equal((await ask("GET", "/", { headers: { cookie: "x".repeat(30_000) } })).statusCode, 200);
  assert.equal(asked().length, 2);
});

// Off: the `error_page` of each, and `$long_head`.
test("what nginx refuses by itself is an error of the protocol", async () => {
  for (const answer of [await ask("GET", `/?${"x".repeat(40_000)}`), await ask("GET", "/", { headers: { cookie: "x".repeat(40_000) } })]) {
    assert.deepEqual([answer.statusCode, JSON.parse(answer.body).code], [431, "malformed"]);
    assert.equal(answer.headers["content-type"], "application/json");
  }
  // A line after the other, none of them long: the program would refuse them without a word.
  const lines = Array.from({ length: 15 }, (_, line) => `x-${line}: ${"x".repeat(4_000)}\r\n`).join("");
  assertMalformed(await raw(`GET / HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n${lines}\r\n`), 431);
  for (const [nonsense, status] of [
    ["GET / HTTP/1.1\r\nHost: a b\r\n\r\n", 400],
    // Off: an `error_page` that is a named location, which nothing without an address can be sent to.
    ["FOO\r\n\r\n", 400],
    [Buffer.from([0x16, 3, 1, 0, 5, 1, 0, 0, 1, 3]), 400],
    ["GET /%zz HTTP/1.1\r\nHost: localhost\r\n\r\n", 400],
    ["CONNECT localhost:80 HTTP/1.1\r\nHost: localhost\r\n\r\n", 400],
    ["POST / HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: foo\r\n\r\n", 501],
    ["GET / HTTP/9.1\r\nHost: localhost\r\n\r\n", 505],
  ]) {
    assertMalformed(await raw(nonsense), status);
  }
  assert.equal(asked().length, 0);
});

// Off: more than one of `large_client_header_buffers`.
test("requests may come one behind the other", async () => {
  const request = (connection) => `GET / HTTP/1.1\r\nHost: localhost\r\nConnection: ${connection}\r\nx: ${"x".repeat(2_000)}\r\n\r\n`;
  const answers = await raw(request("keep-alive").repeat(50) + request("close"));
  assert.equal(answers.match(/HTTP\/1.1 200 /g).length, 51);
});

test("what nginx answers by itself is no address", async () => {
  for (const path of ["/.malformed", "/.long-head"]) assert.equal((await ask("GET", path)).statusCode, 404, path);
  assert.equal(asked().length, 0);
});

// Off: `limit_conn`. The machine's own address is not limited, its neighbour is.
test("one client cannot take all connections", async () => {
  for (const node of nodes) node.answer = () => {};
  const held = [];
  const hold = (localAddress) => {
    const socket = net.connect({ port, host: "127.0.0.1", localAddress });
    socket.on("error", () => {}).write("GET / HTTP/1.1\r\nHost: localhost\r\n\r\n");
    held.push(socket);
  };
  for (let i = 0; i < 1_000; i += 1) hold("127.0.0.2");
  await until("all are in hand", () => asked().length >= 1_000);
  const refused = await ask("GET", "/", { localAddress: "127.0.0.2" });
  assert.deepEqual([refused.statusCode, JSON.parse(refused.body).code], [429, "rate_limited"]);
  for (const node of nodes) node.answer = (request, response) => response.end("fine");
  assert.equal((await ask("GET", "/", { localAddress: "127.0.0.3" })).statusCode, 200);
  assert.equal((await ask("GET", "/")).statusCode, 200);
  for (const socket of held) socket.destroy();
});

// Off: `logged_uri`, and the `error_log` of /verify/.
test("the id of a sign-up stands in no log", async () => {
  await ask("GET", "/verify/0198c5a0-0000-7000-8000-00000000000a");
  await ask("GET", "/Verify/0198c5a0-0000-7000-8000-00000000000a");
  await ask("GET", "/chats/0198c5a0-0000-7000-8000-00000000000b");
  for (const node of nodes) node.answer = (request) => request.socket.destroy();
  await ask("GET", "/verify/0198c5a0-0000-7000-8000-00000000000c");
  await ask("GET", "/VERIFY/0198c5a0-0000-7000-8000-00000000000c");
  const log = path.join(folder, "access.log");
  await until("it is written", () => fs.readFileSync(log, "utf8").split(/verify\//i).length > 4);
  assert.match(fs.readFileSync(log, "utf8"), /GET \/chats\/0198c5a0-0000-7000-8000-00000000000b"/);
  assert.doesNotMatch(fs.readFileSync(log, "utf8") + errors, /0000000000(a|c)/);
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
