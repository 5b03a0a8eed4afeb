// Counts lines, words and bytes of the file granted as "input", as `wc` does with ASCII text.
import { File, found, must, print } from "../assembly";

const input = found(File.find("input"), "input");
const buffer = new Uint8Array(512);
let lines = 0, words = 0, bytes = 0, inWord = false;
for (let count = 0; (count = must(input.read(buffer), "input")) > 0; bytes += count) {
  for (let i = 0; i < count; i++) {
    const byte = unchecked(buffer[i]);
    if (byte == 10) lines++;
    const space = byte == 32 || (byte >= 9 && byte <= 13);
    if (!space && !inWord) words++;
    inWord = !space;
  }
}
print(lines.toString() + " lines, " + words.toString() + " words, " + bytes.toString() + " bytes");
