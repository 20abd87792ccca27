"""The one settings module: the embedded default and the multi-process installation differ by variables only.

With nothing set, the portal runs from one process on SQLite, with no broker and no Redis. `DATABASE_URL` (PostgreSQL) and
`REDIS_URL` turn the same code into an installation of many processes. `.env.example` names every variable; the checks
in `config/checks.py` refuse unsafe combinations.
"""

import secrets
from pathlib import Path
from typing import Any

import environ
from django.utils.translation import gettext_lazy as _

BASE_DIR = Path(__file__).resolve().parent.parent
env = environ.Env()
if (BASE_DIR / ".env").is_file():
    env.read_env(str(BASE_DIR / ".env"))

VAR_DIR = Path(env.str("VAR_DIR", str(BASE_DIR / "var")))
VAR_DIR.mkdir(parents=True, exist_ok=True)

PRODUCTION = env.bool("PRODUCTION", False)
DEBUG = env.bool("DEBUG", False)
DEMO = env.bool("DEMO", not PRODUCTION)
# How many web processes this installation runs, told so that the checks can refuse what does not fit.
WEB_PROCESSES = env.int("WEB_PROCESSES", 1)
SINGLE_PROCESS = env.bool("SINGLE_PROCESS", False)
METRICS_TOKEN = env.str("METRICS_TOKEN", "")


def _local_secret(name: str = "secret-key") -> str:
    """A secret of this machine's own for the embedded default, made once and kept in `var/` (never for production)."""
    path = VAR_DIR / name
    if not path.exists():
        path.touch(mode=0o600)
        path.write_text(secrets.token_urlsafe(64))
    return path.read_text()


SECRET_KEY = env.str("SECRET_KEY", "") or ("" if PRODUCTION else _local_secret())
SECRET_KEY_FALLBACKS = env.list("SECRET_KEY_FALLBACKS", default=[])

ALLOWED_HOSTS = env.list("ALLOWED_HOSTS", default=[] if PRODUCTION else ["127.0.0.1", "localhost", "[::1]", "testserver"])
CSRF_TRUSTED_ORIGINS = env.list("CSRF_TRUSTED_ORIGINS", default=[])
DEFAULT_COUNTY = env.str("DEFAULT_COUNTY", "")
SITE_ID = 1


def _public_address() -> str:
    """Where people open the portal when nothing tells: the first host name by https, or the port of this machine."""
    if PRODUCTION:
        return f"https://{ALLOWED_HOSTS[0].lstrip('.')}" if ALLOWED_HOSTS else ""
    host, port = env.str("HOST", "127.0.0.1"), env.int("PORT", 8000)
    return f"http://{'127.0.0.1' if host in ('', '0.0.0.0', '::') else host}:{port}"  # noqa: S104 - told, not bound


# Links in letters begin with it; a county's own host name stands in the place of this one's (`services.hosts.address_of`).
PUBLIC_ADDRESS = env.str("PUBLIC_ADDRESS", "") or _public_address()

INSTALLED_APPS = [
    "modeltranslation",
    "config",
    "adoption",
    "reports",
    "guidance",
    "chat",
    "handbook",
    "services",
    "accounts",
    "accounts.apps.PortalAdminConfig",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.humanize",
    "django.contrib.messages",
    "django.contrib.sessions",
    "django.contrib.sites",
    "config.apps.PortalStaticFilesConfig",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.usersessions",
    "crispy_forms",
    "crispy_bootstrap5",
    "import_export",
    "js_lib_bootstrap5",
    "channels",
]

MIDDLEWARE = [
    "config.middleware.ProbesMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "allauth.usersessions.middleware.UserSessionsMiddleware",
    "services.middleware.CountyMiddleware",
    "accounts.middleware.ActorMiddleware",
    "config.middleware.FormsOnlyMiddleware",
]

ROOT_URLCONF = "config.urls"
ASGI_APPLICATION = "config.asgi.application"
TEMPLATES: list[dict[str, Any]] = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "django.template.context_processors.i18n",
                "config.context.portal",
            ],
        },
    },
]

# Database: SQLite waits for its one writer instead of failing, and an acknowledged word is on the disk (synchronous=FULL).
DATABASE_URL = env.str("DATABASE_URL", "")
if DATABASE_URL:
    _database: dict[str, Any] = env.db_url("DATABASE_URL")
else:
    _database = {"ENGINE": "django.db.backends.sqlite3", "NAME": str(VAR_DIR / "portal.sqlite3")}
USES_POSTGRES = "postgresql" in _database["ENGINE"]
if USES_POSTGRES:
    _database["CONN_MAX_AGE"] = 0
    _database["OPTIONS"] = {
        "connect_timeout": 5,
        "keepalives_idle": 10,
        "keepalives_interval": 3,
        "keepalives_count": 3,
        "tcp_user_timeout": 10_000,
        # The compiler of long statements is off: it takes a second to compile a figure of the reports that is read in 50 ms.
        "options": "-c jit=off -c statement_timeout=5000 -c lock_timeout=4000 -c idle_in_transaction_session_timeout=15000",
        "pool": {"min_size": 1, "max_size": env.int("DATABASE_POOL", 12), "timeout": 5, "max_idle": 60, "reconnect_timeout": 4},
    }
else:
    # A thread keeps its connection: opening one costs more than many a page's queries.
    _database["CONN_MAX_AGE"] = None
    _database["OPTIONS"] = {
        "transaction_mode": "IMMEDIATE",
        "timeout": 10,
        "init_command": (
            "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA foreign_keys=ON; "
            "PRAGMA cache_size=-16000; PRAGMA temp_store=MEMORY;"
        ),
    }
    # A file, never memory: the busy timeout and the child processes of the tests need one.
    _database["TEST"] = {"NAME": str(VAR_DIR / "test.sqlite3")}
DATABASES = {"default": _database}
# Pages made at the same time by one process; with PostgreSQL each needs a connection of its pool, which the sockets share.
PAGE_THREADS = env.int("PAGE_THREADS", 8)
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

# Between processes only content-free pokes travel. The embedded default has one process and needs no layer at all.
REDIS_URL = env.str("REDIS_URL", "")
# Redis has one set of channels for all its databases: portals that share a server need a prefix each.
REDIS_PREFIX = env.str("REDIS_PREFIX", "neuvoluukku")
CHANNEL_LAYERS: dict[str, Any] = (
    {"bus": {"BACKEND": "channels_redis.pubsub.RedisPubSubChannelLayer", "CONFIG": {"hosts": [REDIS_URL], "prefix": REDIS_PREFIX}}}
    if REDIS_URL
    else {}
)
CACHES = {
    "default": {
        **(
            {"BACKEND": "django.core.cache.backends.db.DatabaseCache", "LOCATION": "portal_cache"}
            if env.bool("SHARED_CACHE", bool(REDIS_URL))
            else {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}
        ),
        # Rate limits count here: with Django's 300 entries, anybody could wash her count away with others.
        "OPTIONS": {"MAX_ENTRIES": 50_000},
    },
}
SESSION_ENGINE = "django.contrib.sessions.backends.db"
SESSION_COOKIE_AGE = 12 * 3600
SESSION_COOKIE_NAME = "staff_session"
RESIDENT_COOKIE_NAME = "resident"
RESIDENT_COOKIE_AGE = 7 * 24 * 3600
CSRF_COOKIE_HTTPONLY = True
CSRF_FAILURE_VIEW = "config.views.errors.csrf_failure"

# Background jobs. Without Redis one worker child reads the file queue in `var/`; chat never needs either.
CELERY_BROKER_URL = REDIS_URL or "filesystem://localhost"
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_REJECT_ON_WORKER_LOST = True
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_TIMEZONE = "Europe/Helsinki"

AUTH_USER_MODEL = "accounts.User"
AUTHENTICATION_BACKENDS = ["allauth.account.auth_backends.AuthenticationBackend"]
PASSWORD_HASHERS = ["django.contrib.auth.hashers.Argon2PasswordHasher", "django.contrib.auth.hashers.PBKDF2PasswordHasher"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 12}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]

LANGUAGE_CODE = "fi"
LANGUAGES = [("fi", _("Finnish")), ("sv", _("Swedish")), ("en", _("English"))]
LOCALE_PATHS = [BASE_DIR / "locale"]
FORMAT_MODULE_PATH = "config.formats"
LANGUAGE_COOKIE_HTTPONLY = True
MODELTRANSLATION_DEFAULT_LANGUAGE = "fi"
MODELTRANSLATION_ENABLE_FALLBACKS = False
TIME_ZONE = "Europe/Helsinki"
USE_TZ = True
USE_I18N = True

STATIC_URL = "/static/"
STATIC_ROOT = VAR_DIR / "static"
WHITENOISE_USE_FINDERS = DEBUG
WHITENOISE_KEEP_ONLY_HASHED_FILES = False
WHITENOISE_SKIP_COMPRESS_EXTENSIONS = ["jpg", "jpeg", "png", "gif", "webp", "woff", "woff2", "ico", "map", "gz", "br"]
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage", "OPTIONS": {"location": str(VAR_DIR / "files")}},
    "staticfiles": {"BACKEND": env.str("STATIC_STORAGE", "config.storage.PortalStaticFilesStorage")},
}

CRISPY_ALLOWED_TEMPLATE_PACKS = "bootstrap5"
CRISPY_TEMPLATE_PACK = "bootstrap5"

# Strong identification of residents (docs/decisions/0008): a provider of OpenID Connect, the demonstration's own, or none.
IDENTITY_PROVIDER = env.str("IDENTITY_PROVIDER", "development" if DEMO else "")
IDENTITY_HASH_KEY = env.str("IDENTITY_HASH_KEY", "") or ("" if PRODUCTION else _local_secret("identity-key"))
IDENTITY_OIDC_ISSUER = env.str("IDENTITY_OIDC_ISSUER", "")
IDENTITY_OIDC_CLIENT_ID = env.str("IDENTITY_OIDC_CLIENT_ID", "")
IDENTITY_OIDC_CLIENT_SECRET = env.str("IDENTITY_OIDC_CLIENT_SECRET", "")
IDENTITY_OIDC_SCOPE = env.str("IDENTITY_OIDC_SCOPE", "openid profile")
IDENTITY_OIDC_ALLOWED_ACR = env.list("IDENTITY_OIDC_ALLOWED_ACR", default=[])
IDENTITY_OIDC_MANDATE_CLAIM = env.str("IDENTITY_OIDC_MANDATE_CLAIM", "")

# Security. The policy allows what the portal itself serves, and nothing inline.
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": ["'none'"],
        "script-src": ["'self'"],
        "style-src": ["'self'"],
        "img-src": ["'self'", "data:"],
        "font-src": ["'self'"],
        "connect-src": ["'self'"],
        "manifest-src": ["'self'"],
        "form-action": ["'self'"],
        "base-uri": ["'none'"],
        "frame-ancestors": ["'none'"],
    }
}
BEHIND_PROXY = env.bool("BEHIND_PROXY", False)
if PRODUCTION:
    SECURE_SSL_REDIRECT = env.bool("SECURE_SSL_REDIRECT", True)
    SECURE_HSTS_SECONDS = 365 * 24 * 3600
    SECURE_HSTS_INCLUDE_SUBDOMAINS = True
    SECURE_HSTS_PRELOAD = True
    SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = LANGUAGE_COOKIE_SECURE = True
    if BEHIND_PROXY:
        SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")

EMAIL_BACKEND = env.str(
    "EMAIL_BACKEND",
    "django.core.mail.backends.smtp.EmailBackend" if PRODUCTION else "django.core.mail.backends.filebased.EmailBackend",
)
EMAIL_FILE_PATH = str(VAR_DIR / "mail")
EMAIL_HOST = env.str("EMAIL_HOST", "localhost")
EMAIL_PORT = env.int("EMAIL_PORT", 25)
EMAIL_HOST_USER = env.str("EMAIL_HOST_USER", "")
EMAIL_HOST_PASSWORD = env.str("EMAIL_HOST_PASSWORD", "")
EMAIL_USE_TLS = env.bool("EMAIL_USE_TLS", False)
EMAIL_TIMEOUT = 10
MAIL_CA_FILE = env.str("MAIL_CA_FILE", "")
DEFAULT_FROM_EMAIL = env.str("DEFAULT_FROM_EMAIL", "neuvoluukku@localhost")

# No message text, name or query string is ever logged; lines carry ids and codes.
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "filters": {"refusals": {"()": "config.logs.RefusalsInALine"}},
    "formatters": {"line": {"format": "{asctime} {levelname} {name} {message}", "style": "{"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["console"], "level": env.str("LOG_LEVEL", "WARNING")},
    # While Redis is away the library writes a traceback every second; the bus itself says once that it does not answer.
    "loggers": {"channels_redis.pubsub": {"level": "CRITICAL"}, "django.request": {"filters": ["refusals"]}},
}

# Chat's own limits (docs/protocol.md).
CHAT_TEXT_LIMIT = 4000
CHAT_BEAT_SECONDS = 3.0
CHAT_HEARTBEAT_SECONDS = 20.0
CHAT_FRAMES_PER_SECOND = env.float("CHAT_FRAMES_PER_SECOND", 20.0)
CHAT_FRAMES_BURST = 3 * CHAT_FRAMES_PER_SECOND
CHAT_STARTS_PER_HOUR = env.int("CHAT_STARTS_PER_HOUR", 60)
CHAT_MESSAGES_PER_MINUTE = env.int("CHAT_MESSAGES_PER_MINUTE", 30)

# --- Signing in of the staff (django-allauth): accounts are opened by a main user, and the admin is behind the same door. ---
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "home"
ACCOUNT_ADAPTER = "accounts.adapters.AccountAdapter"
ACCOUNT_FORMS = {
    "login": "accounts.forms.SignInForm",
    "reset_password": "accounts.forms.ForgottenPasswordForm",
    "reset_password_from_key": "accounts.forms.PasswordByLetterForm",
    "change_password": "accounts.forms.NewPasswordForm",
    "set_password": "accounts.forms.FirstPasswordForm",
    "reauthenticate": "accounts.forms.ConfirmPasswordForm",
}
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*", "password2*"]
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_EMAIL_NOTIFICATIONS = True
ACCOUNT_EMAIL_UNKNOWN_ACCOUNTS = False
ACCOUNT_EMAIL_SUBJECT_PREFIX = ""
ACCOUNT_SESSION_REMEMBER = False
ACCOUNT_LOGOUT_REDIRECT_URL = "account_login"
ACCOUNT_DEFAULT_HTTP_PROTOCOL = "https" if PRODUCTION else "http"
# Five wrong passwords for one address in five minutes, and fifty from one network address (an office shares one) in ten.
ACCOUNT_RATE_LIMITS = {"login_failed": "50/10m/ip,5/5m/key", "login": "120/m/ip", "reset_password": "20/m/ip,5/m/key"}
MFA_FORMS = {
    "authenticate": "accounts.forms.CodeForm",
    "reauthenticate": "accounts.forms.ConfirmCodeForm",
    "activate_totp": "accounts.forms.ActivateAppForm",
    "add_webauthn": "accounts.forms.AddKeyForm",
    "edit_webauthn": "accounts.forms.EditKeyForm",
}
MFA_ADAPTER = "accounts.adapters.SecondFactorAdapter"
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_TOTP_ISSUER = "Neuvoluukku"
MFA_TOTP_TOLERANCE = 1
# Browsers themselves allow WebAuthn on plain http for localhost only.
MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = not PRODUCTION
# --- end of signing in ---
