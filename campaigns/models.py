"""Where Django looks for the app's models: one line a type, nothing else."""

from campaigns.alerts.models import Alert, AlertMail, Subscriber
from campaigns.campaign import Campaign, QuizQuestion, ReportingPlace
from campaigns.indicators import Indicator, ListingComplaint, Partner
from campaigns.materials.models import DownloadCount, Material, MaterialVersion
from campaigns.quiz.models import QuizCount
from campaigns.taxonomy import ScamForm, TargetGroup
from campaigns.waves import Wave, WaveStep

__all__ = [
    "Alert",
    "AlertMail",
    "Campaign",
    "DownloadCount",
    "Indicator",
    "ListingComplaint",
    "Material",
    "MaterialVersion",
    "Partner",
    "QuizCount",
    "QuizQuestion",
    "ReportingPlace",
    "ScamForm",
    "Subscriber",
    "TargetGroup",
    "Wave",
    "WaveStep",
]
