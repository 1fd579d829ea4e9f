"""Files in a bucket of an S3-compatible service, for installations on several machines (docs/deploying.md).

What is public keeps its address on our own site and is handed out from there, so that readers' browsers ask nobody else and
the bucket can stay private. A service that does not answer looks like a disk that fails: OSError.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from boto3.exceptions import Boto3Error
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError
from django.conf import settings
from django.core.files.base import File
from django.utils.encoding import filepath_to_uri
from storages.backends.s3 import S3Storage

CONNECT_SECONDS, READ_SECONDS = 3, 20


@contextmanager
def _as_of_a_disk(name: str) -> Iterator[None]:
    try:
        yield
    except (Boto3Error, BotoCoreError, ClientError) as error:
        status = getattr(error, "response", {}).get("ResponseMetadata", {}).get("HTTPStatusCode")
        if status == 404:
            raise FileNotFoundError(name) from None
        raise OSError(f"the storage of files: {type(error).__name__}") from error


class PublicObjects(S3Storage):
    """``addressing_style``: "path" is what most services other than Amazon's take."""

    def __init__(self, **options: Any) -> None:
        style = options.pop("addressing_style", "auto")
        config = Config(
            connect_timeout=CONNECT_SECONDS,
            read_timeout=READ_SECONDS,
            retries={"total_max_attempts": 2, "mode": "standard"},
            signature_version="s3v4",
            s3={"addressing_style": style},
            # Checksums of the newest kind are unknown to other services.
            request_checksum_calculation="when_required",
            response_checksum_validation="when_required",
        )
        super().__init__(client_config=config, file_overwrite=False, **options)

    def url(self, name: str | None, *args: Any, **kwargs: Any) -> str:
        return settings.MEDIA_URL + filepath_to_uri(name or "")

    def _open(self, name: str, mode: str = "rb") -> Any:
        with _as_of_a_disk(name):
            opened = super()._open(name, mode)
            if "w" not in mode:
                opened.read(0)  # fetched now: an error comes here, where callers expect it
                opened.seek(0)
            return opened

    def _save(self, name: str, content: File[Any]) -> str:
        with _as_of_a_disk(name):
            return str(super()._save(name, content))

    def delete(self, name: str) -> None:
        with _as_of_a_disk(name):
            super().delete(name)

    def exists(self, name: str) -> bool:
        with _as_of_a_disk(name):
            return bool(super().exists(name))

    def listdir(self, path: str) -> tuple[list[str], list[str]]:
        with _as_of_a_disk(path):
            folders, files = super().listdir(path)
            return folders, files

    def size(self, name: str) -> int:
        with _as_of_a_disk(name):
            return int(super().size(name))

    def get_modified_time(self, name: str) -> Any:
        with _as_of_a_disk(name):
            return super().get_modified_time(name)


class PrivateObjects(PublicObjects):
    """Files without an address. The admin hands them out, one permission check each."""

    def url(self, name: str | None, *args: Any, **kwargs: Any) -> str:
        return ""
