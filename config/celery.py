"""Background jobs: the queue, and the times at which the nightly ones run.

Without Redis the queue is a folder in `var/`; one worker child of `manage.py serve` reads it. Chat never needs it.
"""

import os

from celery import Celery
from celery.schedules import crontab

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")

from django.conf import settings
from kombu.transport import TRANSPORT_ALIASES

from config.job_queue import TRANSPORT

TRANSPORT_ALIASES["filesystem"] = TRANSPORT
app = Celery("neuvoluukku")
app.config_from_object("django.conf:settings", namespace="CELERY")
if app.conf.broker_url.startswith("filesystem"):
    folders = {name: settings.VAR_DIR / "jobs" / name for name in ("queue", "control", "processed")}
    for folder in folders.values():
        folder.mkdir(parents=True, exist_ok=True)
    app.conf.broker_transport_options = {
        "data_folder_in": str(folders["queue"]),
        "data_folder_out": str(folders["queue"]),
        "control_folder": str(folders["control"]),
        "processed_folder": str(folders["processed"]),
    }
app.conf.beat_schedule = {
    "erase-survey-words": {"task": "services.tasks.erase_survey_words", "schedule": crontab(hour=0, minute=40)},
    "close-surveys": {"task": "services.tasks.close_due_surveys", "schedule": crontab(hour=0, minute=20)},
    "erase-path-words": {"task": "guidance.tasks.erase_words", "schedule": crontab(hour=0, minute=45)},
    "freeze-months": {"task": "reports.tasks.freeze_months", "schedule": crontab(hour=6, minute=0)},
    "mark-alive": {"task": "config.tasks.mark_alive", "schedule": 30.0},
    "check-links": {"task": "services.tasks.check_links", "schedule": crontab(hour=3, minute=10)},
    "check-paths": {"task": "guidance.tasks.check_paths", "schedule": crontab(hour=3, minute=40)},  # after the links
    "check-rollouts": {"task": "adoption.tasks.check_rollouts", "schedule": crontab(hour=4, minute=20)},
    "note-rollout-months": {"task": "adoption.tasks.note_months", "schedule": crontab(hour=0, minute=10)},
    "remind-of-ends": {"task": "adoption.tasks.remind_of_ends", "schedule": crontab(hour=6, minute=10)},
    "remind-of-pilots": {"task": "services.tasks.remind_of_pilots", "schedule": crontab(hour=6, minute=5)},
    "remind-of-readings": {"task": "handbook.tasks.remind_of_readings", "schedule": crontab(hour=6, minute=18)},
    "remind-of-reviews": {"task": "handbook.tasks.remind_of_reviews", "schedule": crontab(hour=6, minute=12)},
    "remind-of-rooting": {"task": "adoption.tasks.remind_of_rooting", "schedule": crontab(hour=6, minute=15)},
    "remind-of-week": {"task": "adoption.tasks.remind_of_week", "schedule": crontab(hour=6, minute=20, day_of_week="mon")},
    "watch-growth": {"task": "reports.tasks.watch_growth", "schedule": crontab(hour=5, minute=50)},
    "carry-mail": {"task": "chat.tasks.carry_mail", "schedule": 60.0},
    "send-mail": {"task": "accounts.tasks.send_waiting_mail", "schedule": 60.0},
}
app.conf.beat_schedule_filename = str(settings.VAR_DIR / "jobs" / "beat")
app.autodiscover_tasks()
