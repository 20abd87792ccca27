"""The throwaway servers start, forget nothing they promised while stopped, and leave no trace."""

import shutil
import signal

import psycopg
import pytest

from tests.servers import Postgres, Redis, find_program

pytestmark = [pytest.mark.serve]


@pytest.mark.skipif(find_program("initdb") is None, reason="PostgreSQL is not installed")
def test_postgres_comes_back_after_a_crash_with_what_was_committed() -> None:
    with Postgres() as server:
        url = server.create_database("koe")
        with psycopg.connect(url) as line:
            line.execute("create table t (n int)")
            line.execute("insert into t values (7)")
        server.stop(signal.SIGKILL)
        assert not server.ready()
        server.start()
        with psycopg.connect(url) as line:
            row = line.execute("select n from t").fetchone()
            assert row == (7,)
        folder = server.folder
    assert not folder.exists()


@pytest.mark.skipif(shutil.which("redis-server") is None, reason="Redis is not installed")
def test_redis_stops_and_starts() -> None:
    with Redis() as server:
        assert server.ready()
        server.stop()
        assert not server.ready()
        server.start()
        assert server.ready()
