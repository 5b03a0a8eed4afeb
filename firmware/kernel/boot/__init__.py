"""Checks a manifest and builds its system. This package is unloaded once the system runs; restarts use kernel.objects.plan."""
