"""What is raised where a system cannot be built: apart from the checker of manifests, which is in memory only while it works."""


class ManifestError(Exception):
    """The manifest, or what it names, is not right. `mistakes`: list of lines for people."""

    def __init__(self, mistakes):
        super().__init__("; ".join(mistakes))
        self.mistakes = mistakes
