"""What a service uses under load, looked at from outside once a second: /proc and the database's own tables."""

import os
import threading
import time
from pathlib import Path

TICKS = os.sysconf("SC_CLK_TCK")
LOOK = 1.0
WEIGH = 5.0  # memory is added up page by page, which itself takes time


class Watch:
    """Wacht: a thread that notes CPU, memory and, with PostgreSQL, connections and the longest transaction.

    CPU is counted from `warm` seconds after the beginning.
    """

    def __init__(self, processes, database=None, *, warm=0):
        self._processes, self._database, self._warm = processes, database, warm
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._go_round, daemon=True)
        self.memory: list = []  # (seconds since the start, MB of the service)
        self.most = {"connections": 0, "transaction_s": 0.0, "waiting_s": 0.0}
        self._server_cpu: dict[int, float] = {}
        self._server_before: dict[int, float] = {}
        self.began = time.monotonic()
        self._cpu_before = self._own_cpu()

    def __enter__(self):
        self._thread.start()
        return self

    def __exit__(self, *_trouble):
        self._stopping.set()
        self._thread.join(10)

    def facts(self):
        """CPU seconds by part, most memory and its growth in MB an hour, connections, transactions."""
        now = self._own_cpu()
        cpu = {name: round(now[name] - self._cpu_before.get(name, 0), 1) for name in now}
        cpu["database"] = round(sum(v - self._server_before.get(pid, 0) for pid, v in self._server_cpu.items()), 1)
        most = max((megabytes for _moment, megabytes in self.memory), default=0)
        return {"cpu_s": cpu, "memory_mb": round(most), "memory_mb_per_hour": self._slope(), **self.most}

    def _go_round(self):
        connection = self._connect()
        weighed, is_warm = -WEIGH, False
        while not self._stopping.wait(LOOK):
            if not is_warm and time.monotonic() - self.began >= self._warm:
                is_warm, self._cpu_before, self._server_before = True, self._own_cpu(), dict(self._server_cpu)
            if connection is not None:
                self._look_at_database(connection)
            if time.monotonic() - weighed >= WEIGH:
                weighed = time.monotonic()
                weight = sum(memory(pid) for pid in self._pids())
                self.memory.append((time.monotonic() - self.began, weight))
        if connection is not None:
            connection.close()

    def _connect(self):
        if self._database is None:
            return None
        import psycopg

        return psycopg.connect(self._database.maintenance, autocommit=True)

    def _look_at_database(self, connection):
        rows = connection.execute(
            "SELECT pid, extract(epoch FROM clock_timestamp() - xact_start), wait_event_type = 'Lock',"
            " extract(epoch FROM clock_timestamp() - query_start) FROM pg_stat_activity"
            " WHERE datname = %s AND backend_type = 'client backend'",
            [self._database.name],
        ).fetchall()
        self.most["connections"] = max(self.most["connections"], len(rows))
        for pid, open_for, waits, asked in rows:
            self.most["transaction_s"] = max(self.most["transaction_s"], round(float(open_for or 0), 2))
            if waits:
                self.most["waiting_s"] = max(self.most["waiting_s"], round(float(asked or 0), 2))
            spent = cpu_of(pid)
            self._server_cpu[pid] = spent

    def _pids(self):
        for name, process in self._processes.items():
            if name != "post":
                yield from family(process.pid)

    def _own_cpu(self):
        found: dict[str, float] = {}
        for name, process in self._processes.items():
            part = name.split()[0]
            found[part] = found.get(part, 0) + sum(cpu_of(pid) for pid in family(process.pid))
        return found

    def _slope(self):
        """By how much memory grows, in MB an hour, after the first fifth of the time; least squares."""
        points = self.memory[len(self.memory) // 5 :]
        if len(points) < 5:
            return None
        mean = [sum(values) / len(points) for values in zip(*points, strict=True)]
        across = sum((moment - mean[0]) ** 2 for moment, _weight in points)
        along = sum((moment - mean[0]) * (weight - mean[1]) for moment, weight in points)
        return round(3600 * along / across, 1) if across else None


def family(pid):
    """A process and all its descendants."""
    yield pid
    try:
        children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    except OSError:
        return
    for child in children:
        yield from family(int(child))


def cpu_of(pid):
    """CPU seconds of a process so far; 0 when it is gone."""
    try:
        words = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return 0.0
    return (int(words[11]) + int(words[12])) / TICKS


def memory(pid):
    """MB of a process, with its share of what it has in common with others."""
    try:
        lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
    except OSError:
        return 0.0
    return next((int(line.split()[1]) / 1024 for line in lines if line.startswith("Pss:")), 0.0)
