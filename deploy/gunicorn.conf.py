"""gunicorn -c deploy/gunicorn.conf.py wsgi:app"""

import os

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
