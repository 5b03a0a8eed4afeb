// Fetches a page by HTTP; its arguments are host, port and path. Tells the status line and how many bytes came.
import { File, Network, found, must, print } from "../assembly";

const MS: i32 = 10000;

const buffer = new Uint8Array(512);
const size = must(found(File.find("args"), "args").read(buffer), "args");
const words = String.UTF8.decode(buffer.buffer.slice(0, size)).split("\0"); // each argument has a zero byte behind it
const host = Uint8Array.wrap(String.UTF8.encode(words[0]));

const socket = found(found(Network.find("net"), "net").connect(host, I32.parseInt(words[1]), 0, MS), "connect");
let request = Uint8Array.wrap(String.UTF8.encode("GET " + words[2] + " HTTP/1.0\r\nHost: " + words[0] + "\r\n\r\n"));
while (request.length > 0) request = request.subarray(must(socket.send(request, MS), "send"));

let total = 0;
for (let count = 0; (count = must(socket.recv(buffer, MS), "recv")) > 0; total += count) {
  if (total == 0) print(String.UTF8.decode(buffer.buffer.slice(0, count)).split("\r")[0]);
}
must(socket.close(), "close");
print(total.toString() + " bytes");
