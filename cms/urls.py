"""All addresses. Vietnamese has no prefix, other languages do."""

from django.conf.urls.i18n import i18n_patterns
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import include, path, re_path
from django.views.generic import RedirectView
from django.views.i18n import JavaScriptCatalog
from wagtail import urls as wagtail_urls
from wagtail.admin import urls as wagtailadmin_urls
from wagtail.admin.auth import require_admin_access
from wagtail.admin.localization import get_localized_response
from wagtail.documents import urls as wagtaildocs_urls

from cms.accounts.urls import addresses as accounts
from cms.intake.api import urls as intake
from cms.notices.account import OwnAccountView
from cms.public.media import picture
from cms.public.serving import serve_page
from cms.public.urls import for_machines, in_a_language
from cms.setting_up.desk import first_page
from cms.watching import views as watching


def admin_texts(request: HttpRequest) -> HttpResponse:
    """Wagtail's texts for its scripts, in the reader's language. Wagtail's own view looks at its own files only."""
    return get_localized_response(JavaScriptCatalog.as_view(), request)


def nothing(request: HttpRequest) -> HttpResponse:
    """In the place of Wagtail's page that fails on purpose."""
    raise Http404


handler500 = "cms.watching.full_disk.server_error"

urlpatterns = [
    path("admin/jsi18n/", admin_texts, name="admin_texts"),
    path("admin/failwhale/", require_admin_access(nothing)),
    *accounts,
    path("admin/", require_admin_access(first_page)),
    path("admin/account/", require_admin_access(OwnAccountView.as_view())),
    path("admin/", include(wagtailadmin_urls)),
    path("documents/", include(wagtaildocs_urls)),
    # Pictures only, re-encoded: documents go through Wagtail's view with its permission check.
    re_path(r"^media/(?P<path>images/.*)$", picture),
    *watching.addresses,
    *intake.addresses,
    *for_machines,
    path("", include("campaigns.public.machines")),
    *i18n_patterns(
        # One door to log in by: Wagtail's second one, for readers of protected pages, knows nothing of ours.
        path("_util/login/", RedirectView.as_view(pattern_name="wagtailadmin_login")),
        *in_a_language,
        path("", include("campaigns.public.urls")),
        # Wagtail's, but for the last, which gives out pages: ours does that from memory where it can.
        *(one for one in wagtail_urls.urlpatterns if one.name != "wagtail_serve"),
        re_path(wagtail_urls.serve_pattern, serve_page, name="wagtail_serve"),
        prefix_default_language=False,
    ),
]
