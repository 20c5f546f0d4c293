"""The one exception that bad data raises."""


class DataError(ValueError):
    """The data or the analysis cannot go on.

    The message names the patient and the file, what was found, what was expected and what to do;
    the command line prints it without a traceback and exits with status 1.
    """
