"""gunicorn -c deploy/gunicorn.conf.py wsgi:app"""

import gc
import logging
import os
import shutil
import sys
import tempfile
from pathlib import Path

from gunicorn.glogging import Logger

sys.path.insert(0, str(Path(__file__).parent.parent))  # not there yet when this file is read
from stagemakelaar.logs import Neutral

bind = os.environ.get("BIND", "unix:/run/stagemakelaar/web.sock")
# Two processes of four threads hold what two cores can do; each thread needs a connection to the database.
workers = int(os.environ.get("WEB_CONCURRENCY", "2"))
threads = 4
worker_class = "gthread"
timeout = 60
graceful_timeout = 30
keepalive = 5
limit_request_line = 4094
limit_request_fields = 50
limit_request_field_size = 8190
# It would open a control socket in the home directory of the service, which has none.
control_socket_disable = True
# The application logs what happened, without names; addresses of pages stay with the proxy.
accesslog = None
errorlog = "-"


class Lines(Logger):
    """What gunicorn itself tells, in the form of our own log; of trouble without addresses and what was asked."""

    def setup(self, cfg):
        super().setup(cfg)
        for handler in self.error_log.handlers:
            handler.setFormatter(Neutral(tells_all_below=logging.WARNING))


logger_class = Lines

# Whoever asks for /metrics reaches one process; in this folder all share their figures. It is empty at every start, and
# stays the same through a reload.
OURS = "stagemakelaar-figures-"
if "PROMETHEUS_MULTIPROC_DIR" not in os.environ:
    os.environ["PROMETHEUS_MULTIPROC_DIR"] = tempfile.mkdtemp(prefix=OURS)


def post_worker_init(_worker):
    """Spare the collector what stays, and let it come less often: it took 6 of the 67 ms of a page, and takes 1."""
    gc.freeze()
    gc.set_threshold(10_000, 20, 20)


def child_exit(_server, worker):
    """Forget what a process that ended had at hand; what it counted stays."""
    from prometheus_client.multiprocess import mark_process_dead

    mark_process_dead(worker.pid)


def on_exit(_server):
    """Remove the figures with the service."""
    folder = os.environ["PROMETHEUS_MULTIPROC_DIR"]
    if OURS in folder:
        shutil.rmtree(folder, ignore_errors=True)
