"""The HAL functions of a machine on which no prompt runs beside the system and nothing survives the program."""


def typed():
    """Returns False: keys wait for the prompt, which comes after the program."""
    return False


def swallow_key():
    """Does nothing: `typed` never reports a key."""


def forget_keys():
    """Does nothing: `typed` never reports a key."""


def behind(step):
    """Returns False: there is no prompt while the system runs."""
    return False


def keep(text):
    """Does nothing: no text survives the program."""


def kept():
    """Returns None: no text was kept."""
