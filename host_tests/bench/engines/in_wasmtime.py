#!/usr/bin/env python3
"""Runs a kernel in wasmtime and prints `result=... cpu_ns=...` as the C harnesses do.

    in_wasmtime.py MODULE [fuel]      fuel: counted, as our runtime does
"""

import sys
import time

import wasmtime


def main():
    config = wasmtime.Config()
    metered = "fuel" in sys.argv[2:]
    config.consume_fuel = metered
    engine = wasmtime.Engine(config)
    store = wasmtime.Store(engine)
    if metered:
        store.set_fuel(2**62)
    instance = wasmtime.Instance(store, wasmtime.Module.from_file(engine, sys.argv[1]), [])
    run = instance.exports(store)["run"]
    start = time.process_time_ns()
    result = run(store)
    print(f"result={result} cpu_ns={time.process_time_ns() - start}")


if __name__ == "__main__":
    main()
