// The mail server of scripts/containers.sh: takes every message, sends none, and shows them at
// /dev/mail.json in the form that a development instance has.
import { createServer as http } from "node:http";
import { createServer as tcp } from "node:net";
import { createInterface } from "node:readline";

const mails = [];

// A message of one part, or of several of which the first is the plain text.
function parse(to, lines) {
  const end = lines.indexOf("");
  const head = lines.slice(0, end).join("\n").replace(/\n[ \t]+/g, " ");
  const header = (name) => head.match(new RegExp(`^${name}: (.*)$`, "im"))?.[1] ?? "";
  const subject = header("subject");
  const rest = lines.slice(end + 1);
  const boundary = header("content-type").match(/boundary="?([^";]+)/)?.[1];
  if (!boundary) return { id: String(mails.length), to, subject, text: decode(rest, header("content-transfer-encoding")) };
  const [from, until] = [`--${boundary}`, `--${boundary}--`].map((line) => rest.indexOf(line));
  const next = rest.indexOf(`--${boundary}`, from + 1);
  return { ...parse(to, rest.slice(from + 1, next < 0 ? until : next)), subject };
}

function decode(lines, encoding) {
  if (encoding === "base64") return Buffer.from(lines.join(""), "base64").toString();
  if (encoding !== "quoted-printable") return lines.join("\n");
  const bytes = lines.join("\n").replace(/=\n/g, "").replace(/=([0-9A-F]{2})/g, (_, hex) => String.fromCharCode(parseInt(hex, 16)));
  return Buffer.from(bytes, "latin1").toString();
}

function session(socket) {
  let to = "";
  let data;
  const say = (line) => socket.write(`${line}\r\n`);
  const take = (line) => {
    if (data) return body(line);
    const verb = line.slice(0, 4).toUpperCase();
    if (verb === "RCPT") to = line.match(/<(.*?)>/)?.[1] ?? "";
    if (verb === "DATA") data = [];
    if (verb === "QUIT") return socket.end("221 bye\r\n");
    say(verb === "DATA" ? "354 go on" : "250 ok");
  };
  const body = (line) => {
    if (line !== ".") return data.push(line.replace(/^\.\./, "."));
    mails.unshift(parse(to, data));
    data = undefined;
    say("250 taken");
  };
  socket.on("error", () => socket.destroy());
  createInterface({ input: socket }).on("line", take).on("error", () => {});
  say("220 mail");
}

tcp(session).listen(25);
http((_, answer) => answer.setHeader("content-type", "application/json").end(JSON.stringify(mails))).listen(8025);
for (const signal of ["SIGTERM", "SIGINT"]) process.on(signal, () => process.exit());
