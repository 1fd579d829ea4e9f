"""All addresses. Vietnamese has no prefix, other languages do."""

from django.conf import settings
from django.conf.urls.i18n import i18n_patterns
from django.http import HttpRequest, HttpResponse
from django.urls import include, path, re_path
from django.views.i18n import JavaScriptCatalog
from django.views.static import serve
from wagtail import urls as wagtail_urls
from wagtail.admin import urls as wagtailadmin_urls
from wagtail.admin.localization import get_localized_response
from wagtail.documents import urls as wagtaildocs_urls

from cms.public.urls import for_machines, in_a_language


def admin_texts(request: HttpRequest) -> HttpResponse:
    """Wagtail's texts for its scripts, in the reader's language. Wagtail's own view looks at its own files only."""
    return get_localized_response(JavaScriptCatalog.as_view(), request)


urlpatterns = [
    path("admin/jsi18n/", admin_texts),
    path("admin/", include(wagtailadmin_urls)),
    path("documents/", include(wagtaildocs_urls)),
    # Pictures only, re-encoded: documents go through Wagtail's view with its permission check.
    re_path(r"^media/(?P<path>images/.*)$", serve, {"document_root": settings.MEDIA_ROOT}),
    *for_machines,
    path("", include("campaigns.public.machines")),
    *i18n_patterns(
        *in_a_language,
        path("", include("campaigns.public.urls")),
        path("", include(wagtail_urls)),
        prefix_default_language=False,
    ),
]
