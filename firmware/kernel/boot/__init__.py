"""From a manifest to a system: checked, then built. Unloaded once the system runs, but for what restarts need (plan)."""
