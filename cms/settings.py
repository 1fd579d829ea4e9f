"""One settings file for every way of running, driven by environment variables (all listed in docs/settings.md).

With none of them set everything is embedded: SQLite, no broker, files below ``var/``. With DATABASE_URL and
CELERY_BROKER_URL the same code runs on PostgreSQL, Redis and Celery workers.
"""

from __future__ import annotations

import secrets
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import environ
from django.conf.locale import LANG_INFO
from django.utils.translation import gettext_lazy as _

from cms.formats.vi import formats as vietnamese

env = environ.Env()
BASE_DIR = Path(__file__).resolve().parent.parent

DATA_DIR = Path(env("DATA_DIR", default=str(BASE_DIR / "var"))).resolve()
DATA_DIR.mkdir(parents=True, exist_ok=True)


def kept_secret(name: str) -> str:
    """A secret made on first use and kept in DATA_DIR, readable by its owner only."""
    path = DATA_DIR / name
    if not path.exists():
        path.touch(mode=0o600)
        path.write_text(secrets.token_urlsafe(48))
    return path.read_text().strip()


# Where and for whom ------------------------------------------------------------------------------------------

DEBUG = env.bool("DEBUG", default=False)
IS_DEMO = env.bool("DEMO", default=False)
SECRET_KEY = env("SECRET_KEY", default="") or kept_secret("secret_key")
BASE_URL = env("BASE_URL", default="http://127.0.0.1:8000").rstrip("/")
_base = urlsplit(BASE_URL)
ALLOWED_HOSTS = env.list("ALLOWED_HOSTS", default=[_base.hostname or "127.0.0.1", "127.0.0.1", "localhost"])
CSRF_TRUSTED_ORIGINS = [BASE_URL]

IS_HTTPS = _base.scheme == "https"
SECURE_SSL_REDIRECT = IS_HTTPS and env.bool("SSL_REDIRECT", default=True)
BEHIND_PROXY = env.bool("BEHIND_PROXY", default=False)
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if BEHIND_PROXY else None
SECURE_HSTS_SECONDS = 31_536_000 if IS_HTTPS else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = IS_HTTPS
SECURE_HSTS_PRELOAD = IS_HTTPS
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = IS_HTTPS
SESSION_COOKIE_AGE = 12 * 3600  # a working day; admin computers are shared
SECURE_REFERRER_POLICY = "strict-origin-when-cross-origin"
X_FRAME_OPTIONS = "SAMEORIGIN"
SILENCED_SYSTEM_CHECKS = ["security.W019"]  # wants DENY, and the editor's preview is a frame of ours

# What it is made of ------------------------------------------------------------------------------------------

INSTALLED_APPS = [
    "campaigns",
    "cms",
    "publishing",
    "wagtail.contrib.redirects",
    "wagtail.contrib.settings",
    "wagtail.embeds",
    "wagtail.sites",
    "wagtail.users",
    "wagtail.snippets",
    "wagtail.documents",
    "wagtail.images",
    "wagtail.search",
    "wagtailmedia",
    "wagtail_localize",
    "wagtail_localize.locales",
    "rest_framework",
    "drf_spectacular",
    "wagtail.admin",
    "wagtail",
    "modelcluster",
    "taggit",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.humanize",
    "django.contrib.messages",
    "django.contrib.sessions",
    "django.contrib.staticfiles",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "cms.compression.CompressText",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "cms.translation.languages.LanguageMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "cms.approval.RefusalMiddleware",
    "wagtail.contrib.redirects.middleware.RedirectMiddleware",
]

ROOT_URLCONF = "cms.urls"
WSGI_APPLICATION = "cms.wsgi.application"
AUTH_USER_MODEL = "cms.User"
LOGIN_URL = "wagtailadmin_login"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "wagtail.contrib.settings.context_processors.settings",
                "cms.context.site",
            ],
        },
    }
]

# Where it is kept --------------------------------------------------------------------------------------------

DATABASES = {"default": env.db_url("DATABASE_URL", default=f"sqlite:///{DATA_DIR / 'db.sqlite3'}")}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
if DATABASES["default"]["ENGINE"].endswith("sqlite3"):
    # Measured with four writers and a delivery worker: without these three "database is locked" comes hundreds of
    # times, with them never.
    DATABASES["default"]["OPTIONS"] = {
        "timeout": 20,
        "transaction_mode": "IMMEDIATE",
        "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL;",
    }
    # A file, as in life: SQLite in memory locks in a way of its own when several threads use it.
    DATABASES["default"]["TEST"] = {"NAME": str(DATA_DIR / "test.sqlite3")}
else:
    DATABASES["default"]["CONN_MAX_AGE"] = env.int("CONN_MAX_AGE", default=60)
    DATABASES["default"]["CONN_HEALTH_CHECKS"] = True

STATIC_URL = "/static/"
STATIC_ROOT = DATA_DIR / "static"
STATIC_ROOT.mkdir(exist_ok=True)
STATICFILES_DIRS = [BASE_DIR / "templates" / "static"]
MEDIA_URL = "/media/"
MEDIA_ROOT = DATA_DIR / "media"
PRIVATE_ROOT = DATA_DIR / "private"  # kept copies of evidence: never served by URL, only to people allowed to see them
DATA_UPLOAD_MAX_NUMBER_FIELDS = 10_000  # a page form with many blocks has many fields

# After `collectstatic` the collected, compressed files are used; without it the files are served where they lie.
_is_collected = env.bool("STATIC_COLLECTED", default=False)
WHITENOISE_USE_FINDERS = not _is_collected
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "private": {"BACKEND": "cms.storage.PrivateStorage", "OPTIONS": {"location": PRIVATE_ROOT}},
    "staticfiles": {
        "BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"
        if _is_collected
        else "django.contrib.staticfiles.storage.StaticFilesStorage"
    },
}

# Counts of the abuse limits, and answers that are asked again and again. Without an address each process has its own.
CACHES = {"default": env.cache_url("CACHE_URL", default=f"locmemcache://{BASE_DIR.name}?max_entries=100000")}

# In which language -------------------------------------------------------------------------------------------

LANGUAGE_CODE = env("SITE_LANGUAGE", default="vi")
# Every language in which content may be written; one is shown as soon as an administrator adds its locale.
LANGUAGES = [
    ("vi", _("Vietnamese")),
    ("en", _("English")),
    ("tyz", _("Tày")),
    ("nut", _("Nùng")),
    ("hmn", _("Hmong")),
]
WAGTAIL_CONTENT_LANGUAGES = LANGUAGES
WAGTAILADMIN_PERMITTED_LANGUAGES = LANGUAGES[:2]
# Into which the site's own texts are translated. Elsewhere they are shown in LANGUAGE_CODE, and marked as that.
INTERFACE_LANGUAGES = [code for code, _name in WAGTAILADMIN_PERMITTED_LANGUAGES]
# Django knows no more than the largest languages; these are their own names.
LANG_INFO["tyz"] = {"bidi": False, "code": "tyz", "name": "Tày", "name_local": "Tiếng Tày"}
LANG_INFO["nut"] = {"bidi": False, "code": "nut", "name": "Nùng", "name_local": "Tiếng Nùng"}
LANG_INFO["hmn"] = {"bidi": False, "code": "hmn", "name": "Hmong", "name_local": "Tiếng Mông"}
USE_I18N = True
WAGTAIL_I18N_ENABLED = True
WAGTAILLOCALIZE_SYNC_LIVE_STATUS_ON_TRANSLATE = False  # a translation begins as a draft, whatever its original is
LOCALE_PATHS = [BASE_DIR / "locale", BASE_DIR / "locale" / "wagtail"]
FORMAT_MODULE_PATH = "cms.formats"
# A language without formats of its own writes dates and numbers as Vietnamese does.
vars().update({name: getattr(vietnamese, name) for name in dir(vietnamese) if name.isupper()})
TIME_ZONE = "Asia/Ho_Chi_Minh"
USE_TZ = True

# Who may say so ----------------------------------------------------------------------------------------------

AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 10}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.NumericPasswordValidator"},
]

# An office of one person on call may allow an administrator to publish without a second person. Each use is logged,
# shown in the admin and on the page itself. Off by default.
EMERGENCY_OVERRIDE = env.bool("EMERGENCY_OVERRIDE", default=False)

# Wagtail -----------------------------------------------------------------------------------------------------

WAGTAIL_SITE_NAME = env("SITE_NAME", default="Cổng kiểm chứng thông tin")
WAGTAILADMIN_BASE_URL = BASE_URL
WAGTAILIMAGES_IMAGE_MODEL = "cms.Picture"
WAGTAILIMAGES_EXTENSIONS = ["gif", "jpg", "jpeg", "png", "webp", "avif"]
WAGTAILIMAGES_MAX_UPLOAD_SIZE = 10 * 1024 * 1024
WAGTAILIMAGES_MAX_IMAGE_PIXELS = 50_000_000
WAGTAILDOCS_SERVE_METHOD = "serve_view"
WAGTAILDOCS_EXTENSIONS = ["csv", "docx", "jpg", "jpeg", "ods", "odt", "pdf", "png", "pptx", "txt", "xlsx", "zip"]
WAGTAILDOCS_MAX_UPLOAD_SIZE = 20 * 1024 * 1024
WAGTAILMEDIA = {"AUDIO_EXTENSIONS": ["mp3", "m4a", "ogg", "opus", "wav"], "VIDEO_EXTENSIONS": ["mp4"]}
WAGTAIL_WORKFLOW_REQUIRE_REAPPROVAL_ON_EDIT = True
WAGTAIL_FINISH_WORKFLOW_ACTION = "cms.finish.publish_approved_revision"
WAGTAIL_WORKFLOW_CANCEL_ON_PUBLISH = True
WAGTAILADMIN_USER_LOGIN_FORM = "cms.login.LoginForm"
WAGTAIL_AUTOSAVE_INTERVAL = 3000  # ms after the last change; the stock 500 ms fills the revision table
WAGTAIL_DATE_FORMAT = "%d/%m/%Y"
WAGTAIL_DATETIME_FORMAT = "%d/%m/%Y %H:%M"
WAGTAIL_TIME_FORMAT = "%H:%M"
WAGTAIL_GRAVATAR_PROVIDER_URL = None  # no third-party request, from the admin neither
WAGTAIL_ENABLE_UPDATE_CHECK = False
WAGTAIL_ENABLE_WHATS_NEW_BANNER = False
WAGTAILEMBEDS_FINDERS: list[dict[str, str]] = []  # nothing from third parties is embedded
WAGTAIL_ALLOW_UNICODE_SLUGS = False
# PostgreSQL's default would take Vietnamese words for English: "an" would be left out, and "tin" and "tins" be one word.
WAGTAILSEARCH_BACKENDS = {"default": {"BACKEND": "wagtail.search.backends.database", "SEARCH_CONFIG": "simple"}}

# The public site ---------------------------------------------------------------------------------------------

# Days after which the contact data of a submission is deleted.
CONTACT_DAYS = env.int("CONTACT_DAYS", default=30)
# How many submissions are taken from one network address, and from everybody together.
SUBMISSIONS_AN_HOUR = env.int("SUBMISSIONS_AN_HOUR", default=5)
SUBMISSIONS_A_DAY = env.int("SUBMISSIONS_A_DAY", default=20)
SUBMISSIONS_OF_ALL_AN_HOUR = env.int("SUBMISSIONS_OF_ALL_AN_HOUR", default=300)
# Sites that can never be listed as indicators of a scam, with everything below them; our own is always among them.
NEVER_LISTED = env.list("NEVER_LISTED", default=["gov.vn"])
# A WebSub hub that is told about new answers; none by default, since it is a third party.
WEBSUB_HUB = env("WEBSUB_HUB", default="")
# The open interface (docs/machines.md): read-only, nobody logs in, no cookie. Its own rules are in cms/public/api/base.py;
# Wagtail's admin uses the same library with others.
REST_FRAMEWORK: dict[str, Any] = {
    "DEFAULT_AUTHENTICATION_CLASSES": [],
    "DEFAULT_PERMISSION_CLASSES": [],
    "UNAUTHENTICATED_USER": None,
    "UNAUTHENTICATED_TOKEN": None,
    "DEFAULT_THROTTLE_RATES": {"anon": env("API_RATE", default="120/min")},
    # Whose address counts: with a proxy in front the one it saw last, never one that the asker wrote down.
    "NUM_PROXIES": 1 if env.bool("BEHIND_PROXY", default=False) else 0,
    "DEFAULT_SCHEMA_CLASS": "drf_spectacular.openapi.AutoSchema",
}
SPECTACULAR_SETTINGS: dict[str, Any] = {
    # It would describe Wagtail's own interfaces too, which are not ours to mend; tests hold ours against its description.
    "ENABLE_DJANGO_DEPLOY_CHECK": False,
    "TITLE": WAGTAIL_SITE_NAME,
    "DESCRIPTION": _("Everything this site has published, for programs. Read-only, without registration."),
    "VERSION": "1",
    "OAS_VERSION": "3.1.0",
    "SERVERS": [{"url": BASE_URL}],
    "SCHEMA_PATH_PREFIX": "/api/v1",
    "POSTPROCESSING_HOOKS": [],
    "ENUM_GENERATE_CHOICE_DESCRIPTION": False,
}

# Deliveries --------------------------------------------------------------------------------------------------

# The lease must be longer than the longest call to a channel plus the slowness of its server; see docs/architecture.md.
DELIVERY_LEASE_SECONDS = env.float("DELIVERY_LEASE_SECONDS", default=90.0)
DELIVERY_READ_SECONDS = env.float("DELIVERY_READ_SECONDS", default=20.0)
DELIVERY_THREADS = env.int("DELIVERY_THREADS", default=64)
DELIVERY_POLL_SECONDS = env.float("DELIVERY_POLL_SECONDS", default=0.5)
# Keys that encrypt channel credentials at rest, newest first; older ones still decrypt.
CREDENTIAL_KEYS = env.list("CREDENTIAL_KEYS", default=[]) or [kept_secret("credential_key")]

CELERY_BROKER_URL = env("CELERY_BROKER_URL", default="")
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_DEFAULT_QUEUE = "outbox"
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_BROKER_TRANSPORT_OPTIONS = {"socket_timeout": 5, "socket_connect_timeout": 2}
CELERY_TIMEZONE = TIME_ZONE
CELERY_BEAT_SCHEDULE_FILENAME = str(DATA_DIR / "celerybeat-schedule")
# Ticks expire: a tick that waited behind a stopped worker says nothing that the next one does not.
CELERY_BEAT_SCHEDULE = {
    "deliver": {"task": "publishing.tasks.deliver_due", "schedule": 1.0, "options": {"expires": 5}},
    "sweep": {"task": "publishing.tasks.sweep", "schedule": 60.0, "options": {"expires": 55}},
    "publish-due": {"task": "cms.tasks.publish_due", "schedule": 30.0, "options": {"expires": 25}},
}

# Mail and log ------------------------------------------------------------------------------------------------

# The demo writes its mails into a folder; elsewhere they are printed until EMAIL_URL says where to send them.
vars().update(env.email_url("EMAIL_URL", default=f"filemail:///{DATA_DIR}/mail" if IS_DEMO else "consolemail://"))
EMAIL_TIMEOUT = 10  # seconds: a mail server that is silent must not hold up the worker's sweep
DEFAULT_FROM_EMAIL = env("MAIL_FROM", default="kiemchung@example.vn")
WAGTAILADMIN_NOTIFICATION_FROM_EMAIL = DEFAULT_FROM_EMAIL

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "{asctime} {levelname} {name} {message}", "style": "{"}},
    "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["stderr"], "level": env("LOG_LEVEL", default="WARNING")},
}
