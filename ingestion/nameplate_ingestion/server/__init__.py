"""HTTP/1.1 over TCP and Unix sockets: octets become calls, replies become octets, and nothing here knows what they say.

Read `connection` first, then `request_reader` and `head`.
"""

from nameplate_ingestion.server.limits import Deadlines, ServerLimits
from nameplate_ingestion.server.server import BACKLOG, Server, bind_everywhere, bind_tcp, bind_unix
from nameplate_ingestion.server.unserved import Unserved

__all__ = ["BACKLOG", "Deadlines", "Server", "ServerLimits", "Unserved", "bind_everywhere", "bind_tcp", "bind_unix"]
