"""The exception for a system that cannot be built. It is apart from the manifest checker, which is unloaded once the system runs."""


class ManifestError(Exception):
    """The manifest, or what it names, is wrong. `errors`: list of lines for the user, one for each error."""

    def __init__(self, errors):
        super().__init__("; ".join(errors))
        self.errors = errors
