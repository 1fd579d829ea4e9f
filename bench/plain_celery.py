"""The peer of bench/deliveries.py: one Celery message a delivery, as most projects would write it.

    celery -A cms worker -I bench.plain_celery -Q plain

The same rows, the same adapter, the same server. No lease, no fence, no record of attempts, no read-back.
"""

from __future__ import annotations

from django.utils import timezone

from cms.celery import app
from publishing.models import Delivery, State


@app.task(name="bench.send_one", acks_late=True, queue="plain")
def send_one(pk: int) -> None:
    """Sends one delivery and says so in its row."""
    delivery = Delivery.objects.select_related("channel__organisation", "version").get(pk=pk)
    adapter = delivery.channel.adapter()
    receipt = adapter.send(delivery.post(adapter), delivery.marker)
    delivery.state = State.SENT
    delivery.sent_at = timezone.now()
    delivery.remote_id, delivery.permalink = receipt.remote_id, receipt.url
    delivery.save()
