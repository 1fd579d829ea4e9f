"""The WSGI entry: ``granian --interface wsgi cms.wsgi:application``."""

import gc
import os

from django.conf import settings
from django.core.wsgi import get_wsgi_application

from cms.watching.several_processes import prepare

prepare()
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "cms.settings")
application = get_wsgi_application()
if settings.PAGE_CACHE_MB and not settings.DEBUG:
    from cms.page_cache.pages import PublicPages

    application = PublicPages(application)  # type: ignore[assignment]
# What was loaded to start stays for good, and a page is made of some thousand objects: memory is tidied less often, and
# without looking at what stays. A page made anew costs a twentieth less.
gc.collect()
gc.freeze()
gc.set_threshold(10_000, 10, 10)
