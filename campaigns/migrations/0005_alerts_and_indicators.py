
import cms.sent_in.submissions
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('campaigns', '0004_words_of_versions'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.RemoveIndex(
            model_name='alertmail',
            name='alert_mail_waiting',
        ),
        migrations.AddField(
            model_name='alert',
            name='writers',
            field=models.ManyToManyField(editable=False, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='alertmail',
            name='refused_at',
            field=models.DateTimeField(null=True),
        ),
        migrations.AddField(
            model_name='indicator',
            name='writers',
            field=models.ManyToManyField(editable=False, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='listingcomplaint',
            name='code',
            field=models.CharField(default=cms.sent_in.submissions.new_code, max_length=20, unique=True),
        ),
        migrations.AddField(
            model_name='subscriber',
            name='link_sent_at',
            field=models.DateTimeField(null=True),
        ),
        migrations.AddField(
            model_name='subscriber',
            name='link_tried_at',
            field=models.DateTimeField(null=True),
        ),
        migrations.AddIndex(
            model_name='alertmail',
            index=models.Index(condition=models.Q(('refused_at__isnull', True), ('sent_at__isnull', True)), fields=['id'], name='alert_mail_owed'),
        ),
    ]
