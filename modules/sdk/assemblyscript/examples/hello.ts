// Logs a line and ends.
import { print } from "../assembly";

print("Hello from AssemblyScript.");
