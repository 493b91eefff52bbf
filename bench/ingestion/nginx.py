"""The nginx servers of the comparison: an answer from its configuration, a proxy, a proxy that logs each body."""

from pathlib import Path

from tests.world.packages import ensure, find_program

_CONFIGURATION = """\
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


def logging(directory: Path) -> str:
    """Pass each request on, and write its body to a log, never synced."""
    return f"{proxying()} access_log {directory}/bodies.log body buffer=64k;"
