"""Where Django looks for the app's models: one line a type, nothing else."""

from cms.about import AboutSite
from cms.approval import Approval, ApprovalTask, EvidenceCheckTask
from cms.corrections import Correction
from cms.feeds.websub import HubPing
from cms.finding.postings import Posting, Term
from cms.finding.search import SearchEntry
from cms.images import Picture, PictureRendition
from cms.incidents import Appearance, Incident, IncidentChange, Place, Topic
from cms.kept import KeptCopy
from cms.pages.answer import Answer, AnsweredIncident, Evidence, PublicDetail
from cms.pages.channels import ChannelsPage, OtherChannel
from cms.pages.home import AnswerList, CorrectionsLog, HomePage, InfoPage
from cms.pages.rebuttal import Rebuttal
from cms.pages.verified_fact import VerifiedFact
from cms.people import User
from cms.sent_in.submissions import Submission, SubmissionChange

__all__ = [
    "AboutSite",
    "Answer",
    "AnswerList",
    "AnsweredIncident",
    "Appearance",
    "Approval",
    "ApprovalTask",
    "ChannelsPage",
    "Correction",
    "CorrectionsLog",
    "Evidence",
    "EvidenceCheckTask",
    "HomePage",
    "HubPing",
    "Incident",
    "IncidentChange",
    "InfoPage",
    "KeptCopy",
    "OtherChannel",
    "Picture",
    "PictureRendition",
    "Place",
    "Posting",
    "PublicDetail",
    "Rebuttal",
    "SearchEntry",
    "Submission",
    "SubmissionChange",
    "Term",
    "Topic",
    "User",
    "VerifiedFact",
]
