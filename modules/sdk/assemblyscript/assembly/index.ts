// SovelmaOS for AssemblyScript: capabilities as classes, a failed assertion that lands in the crash record.
//
// AssemblyScript has no exceptions that can be caught, so a call answers a number that is not negative, or one of Err; `must` ends the
// task with a fault where it is an error.
export * from "./abi";
import { raw, Err, Log, Capability } from "./abi";

/** Logs a line of at most 256 bytes. */
export function print(text: string, level: i32 = Log.INFO): void {
  const bytes = String.UTF8.encode(text);
  raw.sp_log(level, changetype<usize>(bytes), bytes.byteLength);
}

/** Ends the task with an exit code. */
export function exit(code: i32): void {
  raw.sp_exit(code);
}

/** The answer of a call; the task faults with this text where it is an error. */
export function must(code: i32, what: string): i32 {
  if (code < 0) fault(what + ": error " + code.toString());
  return code;
}

/** The same of a capability that was found, opened or made. */
export function found<T extends Capability>(capability: T, what: string): T {
  must(capability.id, what);
  return capability;
}

/** Ends the task with a fault: the text is the reason in the crash record. */
export function fault(text: string): void {
  print(text, Log.ERROR);
  unreachable();
}

/** What a failed assertion does, instead of the import env.abort. */
export function abort(message: string | null, file: string | null, line: u32, column: u32): void {
  fault((message ? message : "abort") + " at " + (file ? file : "?") + ":" + line.toString());
}
