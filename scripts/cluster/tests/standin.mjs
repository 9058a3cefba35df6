#!/usr/bin/env node
// Stands in for the program, where only the supervisor is tested: every role answers, and ends on
// SIGTERM, and STANDIN_FAILS names a role that does not start.

import http from "node:http";

const role = process.argv[2];
if (role === process.env.STANDIN_FAILS) {
  console.log(`no ${role} today`);
  process.exit(2);
}
if (role === "migrate") process.exit(0);
const [host, port] = process.env.RAPPORT_LISTEN.split(":");
http.createServer((request, response) => response.end(role)).listen(Number(port), host);
