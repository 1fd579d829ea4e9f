"""Files of a material for the desk, of any of its versions."""

from __future__ import annotations

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404
from django.views.generic import View

from campaigns.campaign import Campaign
from campaigns.desk.base import SEE_MATERIALS
from campaigns.materials import files
from campaigns.materials.drafts import marked
from campaigns.materials.drawing import NotDrawn
from campaigns.materials.models import MaterialVersion
from campaigns.public.files import not_now, ranged
from cms.agencies import visible_to
from publishing.desk.base import may

State = MaterialVersion.State


class MaterialFileView(View):
    """A file of any version, for the desk. What is not approved says so, in its name and, where it can, on itself."""

    def get(self, request: HttpRequest, pk: int, material: int, number: int, name: str) -> HttpResponseBase:
        if not may(request.user, SEE_MATERIALS):
            raise PermissionDenied
        rows = MaterialVersion.objects.select_related("material__campaign__locale", "sound")
        campaign = get_object_or_404(visible_to(request.user, Campaign.objects.all()), pk=pk)
        version = get_object_or_404(rows, material__campaign=campaign, material=material, number=number)
        if version.sound and name == files.sound_name(version):
            sound = files.open_sound(version)
            if sound is None:
                raise Http404
            played = ranged(request, sound, sound.size)
            played["Content-Type"] = files.sound_kind(name).content_type
            return played
        kind = files.kind_of(version, name)
        if kind is None:
            raise Http404
        try:
            made = files.kept(version, name)
        except NotDrawn:
            return not_now()
        download = "download" in request.GET
        title = files.download_name(version.material, name)
        if download and version.state != State.APPROVED:
            made, title = marked(made, kind), f"ban-nhap-{title}"
        answer = HttpResponse(made, content_type=kind.content_type)
        way = "attachment" if download or kind.content_type.startswith("text/html") else "inline"
        answer["Content-Disposition"] = f'{way}; filename="{title}"'
        answer["Cache-Control"] = "private, no-cache"
        answer["X-Content-Type-Options"] = "nosniff"
        return answer
