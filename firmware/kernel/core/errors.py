"""The exception for a system that cannot be built. It has its own file since the manifest checker is unloaded once the system runs."""


class ManifestError(Exception):
    """The manifest, or a file that it names, is wrong. `errors`: list of lines for the user, one for each error."""

    def __init__(self, errors):
        super().__init__("; ".join(errors))
        self.errors = errors
