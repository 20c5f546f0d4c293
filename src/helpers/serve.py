"""A built book on loopback, for browsers that refuse pages opened as files."""

from __future__ import annotations

import functools
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer

from helpers.errors import DataError
from helpers.study import Study


def book_server(study: Study, port: int) -> ThreadingHTTPServer:
    """A server of a study's HTML, bound to this machine's loopback address only.

    Parameters
    ----------
    study : whose book has been built
    port : 0 takes any free one

    Raises
    ------
    DataError
        when the book has not been built, or the port is taken.
    """
    if not (study.paths.html / "index.html").is_file():
        raise DataError(f"study {study.name!r} has no book yet. Run: hebook build STUDY")
    handler = functools.partial(_Quiet, directory=str(study.paths.html))
    try:
        return ThreadingHTTPServer(("127.0.0.1", port), handler)
    except OSError as error:
        raise DataError(f"port {port} cannot be used ({error.strerror}). Choose another.") from None


def serve(study: Study, port: int) -> None:
    """Serve a study's book until interrupted."""
    with book_server(study, port) as server:
        print(f"http://127.0.0.1:{server.server_port}/ (Ctrl-C stops)", flush=True)
        try:
            server.serve_forever()
        except KeyboardInterrupt:
            print()


class _Quiet(SimpleHTTPRequestHandler):
    def log_message(self, *args) -> None:
        """Requests are not worth a line each."""
