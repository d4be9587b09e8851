"""deploy/nginx.conf as it is shipped, changed in nothing but places and numbers of ports."""

import os
import re
import shutil
import subprocess
from pathlib import Path

ROOT = Path(__file__).parent.parent.parent
HOST = "stage.example.nl"
NGINX = shutil.which("nginx") or "/usr/sbin/nginx"


def certify(folder):
    """Make a certificate of two days for the host name."""
    names = ("-keyout", "privkey.pem", "-out", "fullchain.pem", "-subj", f"/CN={HOST}", "-days", "2")
    curve = ("-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes")
    subprocess.run(["openssl", "req", "-x509", *curve, *names], cwd=folder, check=True, capture_output=True)


def configure(folder, *, socket, plain, tls, lines=1024):
    """Write the whole configuration, and give back its path. `lines`: connections of one nginx process."""
    site = (ROOT / "deploy" / "nginx.conf").read_text()
    for before, after in (
        (r"/etc/letsencrypt/live/[^/]*", str(folder)),
        (r"/run/stagemakelaar/web\.sock", str(socket)),
        (r"/var/log/nginx/error\.log", str(folder / "site.log")),
        (r"listen \[::\].*", ""),
        (r"listen 80;", f"listen 127.0.0.1:{plain};"),
        (r"listen 443", f"listen 127.0.0.1:{tls}"),
    ):
        site = re.sub(before, after, site)
    places = "".join(
        f"{name}_temp_path {folder}/{name};" for name in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    )
    whose = "user root;" if os.geteuid() == 0 else ""  # the folder of a test is open to who runs it alone
    path = folder / "nginx.conf"
    path.write_text(
        f"{whose} daemon off; pid {folder}/nginx.pid; error_log {folder}/error.log;\n"
        f"worker_rlimit_nofile {2 * lines + 100};\n"
        f"events {{ worker_connections {lines}; }}\nhttp {{ access_log off; {places}\n{site}\n}}\n"
    )
    return path


def configure_cache(folder, *, kept, port, tls):
    """The settings of a server before ours, of someone who keeps all that may be kept, and below /doof/ all."""
    ours = f"proxy_set_header Host {HOST}; proxy_ssl_server_name on; proxy_ssl_name {HOST}; proxy_pass"
    deaf = "proxy_ignore_headers Cache-Control Expires Set-Cookie Vary X-Accel-Expires;"
    path = folder / "nginx.conf"
    path.write_text(
        f"{'user root;' if os.geteuid() == 0 else ''} daemon off; pid {folder}/pid; error_log {folder}/error.log;"
        f" events {{}} http {{ access_log off; proxy_temp_path {folder}/temp; proxy_cache_path {kept}"
        f" keys_zone=kept:1m; server {{ listen 127.0.0.1:{port}; proxy_cache kept; proxy_cache_valid any 10m;"
        f" location / {{ {ours} https://127.0.0.1:{tls}; }}"
        f" location /doof/ {{ {deaf} {ours} https://127.0.0.1:{tls}/; }} }} }}"
    )
    return path


def start(path):
    """Try the configuration, and start nginx with it."""
    tried = subprocess.run([NGINX, "-t", "-c", path], capture_output=True, text=True, check=False)
    assert tried.returncode == 0, tried.stderr
    return subprocess.Popen([NGINX, "-c", path], stderr=subprocess.DEVNULL)
