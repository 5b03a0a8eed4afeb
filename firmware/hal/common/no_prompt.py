"""What a HAL says where no prompt stands behind a running system and nothing outlives the program."""


def typed():
    """Keys are left to the prompt, which comes after the program."""
    return False


def swallow_key():
    """There is no such key."""


def forget_keys():
    """There is nothing to be forgotten."""


def behind(step):
    """There is no prompt while the system runs: False."""
    return False


def keep(text):
    """Nothing outlives the program."""


def kept():
    """Nothing was kept."""
