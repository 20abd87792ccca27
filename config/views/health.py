"""The probes: `/healthz` (alive), `/readyz` (may be sent people), `/metrics` (Prometheus).

Chat works without Redis and without background jobs, so their trouble is told as *degraded* and takes no process out of use;
only a lost database or a draining process does.
"""

from __future__ import annotations

import ipaddress
from hmac import compare_digest

import redis
from django.conf import settings
from django.db import DatabaseError, connection
from django.http import HttpRequest, HttpResponse, JsonResponse
from prometheus_client import CONTENT_TYPE_LATEST, REGISTRY, Gauge, generate_latest

from config import heartbeat
from reports.models import ReportRun

JOBS_AGE = Gauge("portal_jobs_age_seconds", "Seconds since a background worker last said that it lives; -1: never.")
REPORTS_FAILED = Gauge("portal_reports_failed", "Monthly reports that were tried in vain the last time; -1: the database was away.")
_draining = False


def set_draining(value: bool) -> None:
    """From now on `/readyz` says 503, so that a proxy sends nobody new here."""
    global _draining
    _draining = value


def healthz(request: HttpRequest) -> HttpResponse:
    """The process answers."""
    return HttpResponse("ok\n", content_type="text/plain", headers={"Cache-Control": "no-store"})


def readyz(request: HttpRequest) -> JsonResponse:
    """Whether people may be sent here, and what is amiss: 200 ready or degraded, 503 not ready."""
    process = "draining" if _draining else "ok"
    parts = {"database": _database(), "bus": _bus(), "jobs": _jobs(), "process": process}
    ready = parts["database"] == "ok" and parts["process"] == "ok"
    state = "ready" if ready else "not ready"
    if ready and (parts["bus"] == "failed" or parts["jobs"] in {"late", "never"}):
        state = "degraded"
    return JsonResponse({"state": state, **parts}, status=200 if ready else 503, headers={"Cache-Control": "no-store"})


def metrics(request: HttpRequest) -> HttpResponse:
    """Figures for Prometheus: with the token when one is set, else only straight from this machine or a private network."""
    if not _may_read_metrics(request):
        return HttpResponse("Set METRICS_TOKEN, and send it as a Bearer token.\n", content_type="text/plain", status=403)
    try:
        age = heartbeat.age()
    except DatabaseError:
        age = None
    JOBS_AGE.set(-1 if age is None else age)
    try:
        failed = ReportRun.objects.failed().count()
    except DatabaseError:
        failed = -1
    REPORTS_FAILED.set(failed)
    return HttpResponse(generate_latest(REGISTRY), content_type=CONTENT_TYPE_LATEST, headers={"Cache-Control": "no-store"})


def _database() -> str:
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
            cursor.fetchone()
    except DatabaseError:
        return "failed"
    return "ok"


def _bus() -> str:
    if not settings.REDIS_URL:
        return "not used"
    try:
        with redis.Redis.from_url(settings.REDIS_URL, socket_timeout=1, socket_connect_timeout=1) as line:
            line.ping()
    except redis.RedisError:
        return "failed"
    return "ok"


def _jobs() -> str:
    try:
        age = heartbeat.age()
    except DatabaseError:
        return "unknown"
    if age is None:
        return "never"
    return "ok" if age < heartbeat.LATE_AFTER_SECONDS else "late"


def _may_read_metrics(request: HttpRequest) -> bool:
    if settings.METRICS_TOKEN:
        given = request.headers.get("Authorization", "").removeprefix("Bearer ")
        return compare_digest(given.encode(), settings.METRICS_TOKEN.encode())
    if "X-Forwarded-For" in request.headers or "Forwarded" in request.headers:
        return False  # came through a proxy: its own address says nothing of the asker's
    try:
        address = ipaddress.ip_address(request.META.get("REMOTE_ADDR", ""))
    except ValueError:
        return False
    return address.is_loopback or address.is_private
