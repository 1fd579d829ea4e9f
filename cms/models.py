"""Where Django looks for the app's models: one line a type, nothing else."""

from cms.approval import Approval, ApprovalTask, EvidenceCheckTask
from cms.corrections import Correction
from cms.images import Picture, PictureRendition
from cms.incidents import Appearance, Incident, Place, Topic
from cms.kept import KeptCopy
from cms.pages.answer import Answer, Evidence, PublicDetail
from cms.pages.home import AnswerList, CorrectionsLog, HomePage, InfoPage
from cms.pages.rebuttal import AnsweredIncident, Rebuttal
from cms.pages.verified_fact import VerifiedFact
from cms.people import User

__all__ = [
    "Answer",
    "AnswerList",
    "AnsweredIncident",
    "Appearance",
    "Approval",
    "ApprovalTask",
    "Correction",
    "CorrectionsLog",
    "Evidence",
    "EvidenceCheckTask",
    "HomePage",
    "Incident",
    "InfoPage",
    "KeptCopy",
    "Picture",
    "PictureRendition",
    "Place",
    "PublicDetail",
    "Rebuttal",
    "Topic",
    "User",
    "VerifiedFact",
]
