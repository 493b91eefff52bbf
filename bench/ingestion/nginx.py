"""The nginx servers of the comparison: an answer from its configuration, a proxy, one that logs bodies, and files."""

from collections.abc import Mapping
from pathlib import Path

from tests.world.packages import ensure, find_program

_CONFIGURATION = """\
# Files of a test may be read by their owner only; whoever is not root stays who he is.
user root;
worker_processes 1;
daemon off;
pid {directory}/nginx.pid;
error_log {directory}/error.log crit;
events {{ worker_connections 1024; }}
http {{
  access_log off;
  client_body_temp_path {directory}/body;
  proxy_temp_path {directory}/proxy;
  fastcgi_temp_path {directory}/fastcgi;
  uwsgi_temp_path {directory}/uwsgi;
  scgi_temp_path {directory}/scgi;
  client_body_buffer_size 64k;
  keepalive_requests 1000000000;
  log_format body escape=none '$request_body';
  default_type application/json;
  upstream behind {{ server 127.0.0.1:{upstream}; keepalive 64; keepalive_requests 1000000000; }}
  server {{
    listen 127.0.0.1:{port};
    location / {{ {location} }}
  }}
  server {{
    listen 127.0.0.1:{upstream};
    location / {{ return 200 '{{"success":true}}'; }}
  }}
}}
"""


def command(directory: Path, port: int, upstream: int, location: str) -> list[str]:
    """Return the command that serves `location` at `port`; its upstream is a server of the same nginx."""
    program = ensure(lambda: find_program("nginx"), "nginx", ["nginx-light"])
    directory.mkdir(parents=True)
    text = _CONFIGURATION.format(directory=directory, port=port, upstream=upstream, location=location)
    (directory / "nginx.conf").write_text(text)
    return [str(program), "-e", f"{directory}/error.log", "-c", f"{directory}/nginx.conf"]


def answering() -> str:
    """Answer from the configuration; the body is read and thrown away."""
    return r"""return 200 '{"success":true}';"""


def proxying() -> str:
    """Pass each request on and its answer back."""
    return "proxy_pass http://behind; proxy_http_version 1.1; proxy_set_header Connection '';"


def files(directory: Path, bodies: Mapping[str, tuple[bytes, str]]) -> str:
    """Serve files, which the kernel has in memory, by their paths; with each comes its Content-Encoding, or nothing."""
    found = directory.with_name(f"{directory.name}-files")
    found.mkdir()
    locations = []
    for number, (path, (body, coding)) in enumerate(bodies.items()):
        (found / str(number)).write_bytes(body)
        encoding = f"add_header Content-Encoding {coding};" if coding else ""
        locations.append(f"location = {path} {{ alias {found}/{number}; {encoding} }}")
    return f"""
      sendfile on;
      open_file_cache max=16;
      add_header Cache-Control 'public, max-age=300';
      {" ".join(locations)}"""


def logging(directory: Path) -> str:
    """Pass each request on, and write its body to a log, never synced."""
    return f"{proxying()} access_log {directory}/bodies.log body buffer=64k;"
