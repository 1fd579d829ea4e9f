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
from django.core.exceptions import ImproperlyConfigured
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
SECURE_REDIRECT_EXEMPT = [r"^health/", r"^metrics$"]  # asked by neighbours, who speak plain HTTP
BEHIND_PROXY = env.bool("BEHIND_PROXY", default=False)
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if BEHIND_PROXY else None
SECURE_HSTS_SECONDS = 31_536_000 if IS_HTTPS else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = IS_HTTPS
SECURE_HSTS_PRELOAD = IS_HTTPS
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = IS_HTTPS
# A browser takes a cookie of this name over HTTPS only, and from this host alone.
SESSION_COOKIE_NAME, CSRF_COOKIE_NAME = (
    ("__Host-sessionid", "__Host-csrftoken") if IS_HTTPS else ("sessionid", "csrftoken")
)
SESSION_COOKIE_HTTPONLY, SESSION_COOKIE_SAMESITE = True, "Lax"
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
    "cms.accounts.people_apps.PeopleWithFactors",  # wagtail.users, whose list says how second factors stand
    "wagtail.snippets",
    "wagtail.documents",
    "wagtail.images",
    "wagtail.search",
    "wagtailmedia",
    "wagtail_localize",
    "wagtail_localize.locales",
    "rest_framework",
    "drf_spectacular",
    "cms.notices.wagtail_admin.QuietAdmin",  # wagtail.admin, without mails that our notices send
    "wagtail",
    "modelcluster",
    "taggit",
    # Log-in in stages, second factors, single sign-on, sessions (cms/accounts). Its own pages ("allauth") are not ours.
    "allauth.account",
    "allauth.mfa",
    "allauth.socialaccount",
    "allauth.socialaccount.providers.openid_connect",
    "allauth.usersessions",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.humanize",
    "django.contrib.messages",
    "django.contrib.sessions",
    "django.contrib.staticfiles",
]

MIDDLEWARE = [
    "cms.watching.requests.Watched",
    "django.middleware.security.SecurityMiddleware",
    "cms.compression.CompressText",
    "cms.headers.HeadersMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "cms.page_cache.parts.SharedParts",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "cms.translation.languages.LanguageMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "cms.accounts.guard.SecondFactorGuard",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "cms.approval.RefusalMiddleware",
    "cms.admin_doors.AdminDoorsMiddleware",
    "wagtail.contrib.redirects.middleware.RedirectMiddleware",
]

ROOT_URLCONF = "cms.urls"
WSGI_APPLICATION = "cms.wsgi.application"
AUTH_USER_MODEL = "cms.User"
LOGIN_URL = "wagtailadmin_login"
LOGIN_REDIRECT_URL = "wagtailadmin_home"

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
# To connect costs as much as two queries, on SQLite too.
DATABASES["default"]["CONN_MAX_AGE"] = env.int("CONN_MAX_AGE", default=60)
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
    DATABASES["default"]["CONN_HEALTH_CHECKS"] = True
    # Readers get the last copy of a page while the database is away: nobody waits long to find that out.
    DATABASES["default"].setdefault("OPTIONS", {}).setdefault("connect_timeout", 5)

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
# Several machines share one bucket of an S3-compatible service instead of a disk; keys may also come from boto3's own places.
if S3_BUCKET := env("S3_BUCKET", default=""):
    _objects: dict[str, Any] = {
        "bucket_name": S3_BUCKET,
        "endpoint_url": env("S3_ENDPOINT_URL", default=None),
        "region_name": env("S3_REGION", default=None),
        "access_key": env("S3_ACCESS_KEY", default=None),
        "secret_key": env("S3_SECRET_KEY", default=None),
        "addressing_style": env(
            "S3_ADDRESSING_STYLE", default="path" if env("S3_ENDPOINT_URL", default="") else "auto"
        ),
    }
    for _name, _kind in (("default", "Public"), ("private", "Private")):
        _folder = "media" if _name == "default" else _name
        _options = {"BACKEND": f"cms.object_storage.{_kind}Objects", "OPTIONS": {**_objects, "location": _folder}}
        STORAGES[_name] = _options

# How much memory of each process that serves the site is for copies of public pages; 0 keeps none. And for how many
# seconds at most they are shown, marked, while the database does not answer.
PAGE_CACHE_MB = env.int("PAGE_CACHE_MB", default=64)
STALE_SECONDS = env.int("STALE_SECONDS", default=6 * 3600)

# Counts of the abuse limits, and answers that are asked again and again. Without an address each process has its own.
CACHES = {"default": env.cache_url("CACHE_URL", default=f"locmemcache://{BASE_DIR.name}?max_entries=100000")}
if CACHES["default"]["BACKEND"].endswith("RedisCache"):
    CACHES["default"]["BACKEND"] = "cms.forgiving_cache.ForgivingRedis"
    CACHES["default"].setdefault("OPTIONS", {}).update(socket_connect_timeout=0.5, socket_timeout=1.0)

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
WAGTAIL_USER_TIME_ZONES = [TIME_ZONE]  # one office, one clock: the same hour means the same to everybody
USE_TZ = True

# Who may say so ----------------------------------------------------------------------------------------------

AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 10}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.NumericPasswordValidator"},
]

# Whose account must have a second factor: nobody, roles (who administers, approves or publishes) or everyone.
SECOND_FACTOR = env("SECOND_FACTOR", default="roles" if IS_HTTPS and not IS_DEMO else "nobody")
if SECOND_FACTOR not in ("nobody", "roles", "everyone"):
    raise ImproperlyConfigured("SECOND_FACTOR is nobody, roles or everyone.")
MFA_ADAPTER = "cms.accounts.adapters.MFAAdapter"
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_TOTP_TOLERANCE = 1  # half a minute before and after: clocks of telephones differ
MFA_ALLOW_UNVERIFIED_EMAIL = True  # administrators make the accounts; nobody signs up
MFA_FORMS = {
    "authenticate": "cms.accounts.second_factor_forms.AuthenticateForm",
    "reauthenticate": "cms.accounts.second_factor_forms.ReauthenticateForm",
    "activate_totp": "cms.accounts.second_factor_forms.ActivateTOTPForm",
    "authenticate_webauthn": "cms.accounts.second_factor_forms.AuthenticateWebAuthnForm",
    "reauthenticate_webauthn": "cms.accounts.second_factor_forms.ReauthenticateWebAuthnForm",
    "add_webauthn": "cms.accounts.second_factor_forms.AddWebAuthnForm",
    "edit_webauthn": "cms.accounts.second_factor_forms.EditWebAuthnForm",
}
ACCOUNT_ADAPTER = "cms.accounts.adapters.AccountAdapter"
ACCOUNT_FORMS = {"reauthenticate": "cms.accounts.second_factor_forms.PasswordForm"}
ACCOUNT_EMAIL_VERIFICATION = "none"
# Counted in the database instead (cms/accounts/throttle.py): memory that each process has for itself counts too little.
ACCOUNT_RATE_LIMITS = MFA_RATE_LIMITS = False

# Single sign-on by OpenID Connect; off without a server.
OIDC_SERVER = env("OIDC_SERVER", default="").removesuffix("/.well-known/openid-configuration").rstrip("/")
OIDC_CLIENT_ID = env("OIDC_CLIENT_ID", default="")
OIDC_CLIENT_SECRET = env("OIDC_CLIENT_SECRET", default="")
OIDC_NAME = env("OIDC_NAME", default="") or urlsplit(OIDC_SERVER).hostname or ""
OIDC_TRUSTS_EMAIL = env.bool("OIDC_TRUSTS_EMAIL", default=False)
OIDC_MAKES_ACCOUNTS = env.bool("OIDC_MAKES_ACCOUNTS", default=False)
OIDC_SECOND_FACTOR = env.bool("OIDC_SECOND_FACTOR", default=False)
if OIDC_SERVER and not (OIDC_CLIENT_ID and OIDC_CLIENT_SECRET):
    raise ImproperlyConfigured("OIDC_SERVER needs OIDC_CLIENT_ID and OIDC_CLIENT_SECRET.")
if OIDC_SERVER.startswith("http:") and urlsplit(OIDC_SERVER).hostname not in ("127.0.0.1", "localhost", "::1"):
    raise ImproperlyConfigured("OIDC_SERVER must be reached over https: passwords and tokens travel there.")
SOCIALACCOUNT_ADAPTER = "cms.accounts.single_sign_on.SignOnAdapter"
SOCIALACCOUNT_EMAIL_VERIFICATION = "none"
SOCIALACCOUNT_STORE_TOKENS = False
SOCIALACCOUNT_REQUESTS_TIMEOUT = 10  # seconds

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
WAGTAILDOCS_DOCUMENT_FORM_BASE = "cms.upload_forms.DocumentForm"
WAGTAILDOCS_INLINE_CONTENT_TYPES: list[str] = []  # everything is saved, nothing opens inside the site
WAGTAILMEDIA = {
    "MEDIA_FORM_BASE": "cms.upload_forms.MediaForm",
    "AUDIO_EXTENSIONS": ["mp3", "m4a", "ogg", "opus", "wav"],
    "VIDEO_EXTENSIONS": ["mp4"],
}
WAGTAIL_WORKFLOW_REQUIRE_REAPPROVAL_ON_EDIT = True
WAGTAIL_FINISH_WORKFLOW_ACTION = "cms.finish.publish_approved_revision"
WAGTAIL_WORKFLOW_CANCEL_ON_PUBLISH = True
WAGTAILADMIN_USER_LOGIN_FORM = "cms.accounts.login_form.LoginForm"
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
# Its index is written after an editor's save, not in the middle of it.
TASKS = {"default": {"BACKEND": "cms.after_commit.AfterCommit"}}

# The public site ---------------------------------------------------------------------------------------------

# Days after which the contact data of a submission is deleted.
CONTACT_DAYS = env.int("CONTACT_DAYS", default=30)
# How many submissions are taken from one network address, and from everybody together.
SUBMISSIONS_AN_HOUR = env.int("SUBMISSIONS_AN_HOUR", default=5)
SUBMISSIONS_A_DAY = env.int("SUBMISSIONS_A_DAY", default=20)
SUBMISSIONS_OF_ALL_AN_HOUR = env.int("SUBMISSIONS_OF_ALL_AN_HOUR", default=300)
# How often one network address may search and use the box; many telephones of one mobile network share an address.
SEARCHES_A_MINUTE = env.int("SEARCHES_A_MINUTE", default=300)
# Who is told of a hole in the site, and a page that says how: /.well-known/security.txt. Without: the site's own mailbox.
SECURITY_CONTACT = env("SECURITY_CONTACT", default="")
SECURITY_POLICY = env("SECURITY_POLICY", default="")
# Whether the links of evidence and appearances are fetched, to keep copies and to find dead ones. The demo's are invented.
FETCH_LINKS = env.bool("FETCH_LINKS", default=not IS_DEMO)
FETCHES_FROM_LOOPBACK = False  # for tests alone, so no variable sets it: servers on this machine, on any port
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
    # By address for the open interface, by key for partners that hand over incidents.
    "DEFAULT_THROTTLE_RATES": {
        "anon": env("API_RATE", default="120/min"),
        "intake": env("INTAKE_RATE", default="60/min"),
    },
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

# Networks of the office's own into which channels may lead, as 10.2.0.0/16; everything else must be a public address. In the
# demo the channels are stand-ins on this machine.
PRIVATE_NETWORKS = env.list("PRIVATE_NETWORKS", default=["127.0.0.0/8", "::1/128"] if IS_DEMO else [])

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

# Being watched -----------------------------------------------------------------------------------------------

# Who may read /health/deep and /metrics: networks, and whoever sends the token.
WATCH_FROM = env.list("WATCH_FROM", default=["127.0.0.0/8", "::1/128"])
WATCH_TOKEN = env("WATCH_TOKEN", default="")
DISK_FREE_MB = env.int("DISK_FREE_MB", default=500)

# Mail and log ------------------------------------------------------------------------------------------------

# The demo writes its mails into a folder; elsewhere they are printed until EMAIL_URL says where to send them.
vars().update(env.email_url("EMAIL_URL", default=f"filemail:///{DATA_DIR}/mail" if IS_DEMO else "consolemail://"))
EMAIL_TIMEOUT = 10  # seconds: a mail server that is silent must not hold up the worker's sweep
DEFAULT_FROM_EMAIL = env("MAIL_FROM", default="kiemchung@example.vn")
WAGTAILADMIN_NOTIFICATION_FROM_EMAIL = DEFAULT_FROM_EMAIL

# Text for people, JSON for programs that collect it; whichever it is, no secret is in it (publishing/logs.py).
LOG_FORMAT = env("LOG_FORMAT", default="text")
_quiet = {"handlers": [], "level": "WARNING"}
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {
        "text": {
            "()": "publishing.logs.Text",
            "format": "{asctime} {levelname} {name} [{trace}] {message}",
            "style": "{",
        },
        "json": {"()": "publishing.logs.Json"},
    },
    "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": LOG_FORMAT}},
    # A line a second that says nothing, or what a library tells itself.
    "loggers": dict.fromkeys(["celery.app.trace", "celery.beat", "celery.worker.strategy", "paramiko", "PIL"], _quiet),
    "root": {"handlers": ["stderr"], "level": env("LOG_LEVEL", default="INFO" if LOG_FORMAT == "json" else "WARNING")},
}
