// Whether an engine or a node answers, asked in its own words: a port that is open says little.

import http from "node:http";
import net from "node:net";

const PATIENCE = 2_000;

// Sends `question` and gives what comes back to `isAnswer` until that says true.
function ask(port, question, isAnswer) {
  return new Promise((resolve) => {
    const socket = net.connect(port, "127.0.0.1");
    let heard = Buffer.alloc(0);
    const end = (answers) => {
      socket.destroy();
      resolve(answers);
    };
    socket.setTimeout(PATIENCE, () => end(false));
    socket.on("connect", () => socket.write(question));
    socket.on("data", (bytes) => {
      heard = Buffer.concat([heard, bytes]);
      if (isAnswer(heard)) end(true);
    });
    socket.on("error", () => end(false));
    socket.on("close", () => resolve(false));
  });
}

// A greeting to the database; while it starts it answers with an error, not with how to sign in.
export function postgres(port) {
  const words = Buffer.from("user\0rapport\0database\0rapport\0\0");
  const greeting = Buffer.alloc(8 + words.length);
  greeting.writeInt32BE(greeting.length, 0);
  greeting.writeInt32BE(196_608, 4);
  words.copy(greeting, 8);
  return ask(port, greeting, (heard) => heard[0] === "R".charCodeAt(0));
}

export function redis(port, password) {
  const auth = password ? `AUTH ${password}\r\n` : "";
  return ask(port, `${auth}PING\r\n`, (heard) => heard.includes("+PONG"));
}

// Kafka's Metadata, version 4, about no topic: the answer must name a broker.
export function kafka(port) {
  const request = Buffer.from([
    [0, 0, 0, 22], // length
    [0, 3, 0, 4], // Metadata, version 4
    [0, 0, 0, 7], // our number
    [0, 7, ...Buffer.from("cluster")], // our name
    [0, 0, 0, 0], // no topics
    [0], // make none
  ].flat());
  return ask(port, request, (heard) => heard.length >= 16 && heard.readInt32BE(12) > 0);
}

// The first frame of AMQP, which the broker answers with one of its own.
export function rabbitmq(port) {
  return ask(port, Buffer.from("AMQP\0\0\x09\x01"), (heard) => heard[0] === 1);
}

// 200 at this path.
export function page(port, path) {
  return new Promise((resolve) => {
    const request = http.get({ host: "127.0.0.1", port, path, timeout: PATIENCE, agent: false }, (answer) => {
      answer.resume();
      resolve(answer.statusCode === 200);
    });
    request.on("timeout", () => request.destroy());
    request.on("error", () => resolve(false));
  });
}
