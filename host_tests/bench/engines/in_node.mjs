// Runs a kernel in V8 and prints `result=... cpu_ns=...` as the C harnesses do. Node's options choose the compiler.
//
//     node [--liftoff-only | --no-liftoff --no-wasm-lazy-compilation] in_node.mjs MODULE
import { readFileSync } from "node:fs";

const bytes = readFileSync(process.argv[2]);
const { exports } = new WebAssembly.Instance(new WebAssembly.Module(bytes), {});
const cpu = () => { const { user, system } = process.cpuUsage(); return (user + system) * 1000; };
const start = cpu();
const result = exports.run();
console.log(`result=${result} cpu_ns=${cpu() - start}`);
