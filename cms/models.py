"""Where Django looks for the app's models: one line a type, nothing else."""

from cms.about import AboutSite
from cms.accounts.throttle import CountedTry
from cms.approval import Approval, ApprovalTask, EvidenceCheckTask
from cms.audit.entries import AuditEntry, AuditMark
from cms.complaints.complaint import Complaint
from cms.complaints.letters import ComplaintLetter
from cms.corrections import Correction
from cms.feeds.websub import HubPing
from cms.finding.postings import Posting, Term
from cms.finding.search import SearchEntry
from cms.images import Picture, PictureRendition
from cms.incidents import Appearance, Incident, IncidentChange, Place, Topic
from cms.intake.merging import IncidentMerge
from cms.intake.partners import HandedOver, IntakeKey, IntakePartner, IntakeReply
from cms.keeping.copies import Keeping
from cms.keeping.links import WatchedLink
from cms.kept import KeptCopy
from cms.notices.personal import NoticeWishes, PersonalNotice
from cms.office_clocks import OfficeClocks
from cms.page_cache.changes import PublicChange
from cms.pages.answer import Answer, AnsweredIncident, Evidence, PublicDetail
from cms.pages.channels import ChannelsPage, OtherChannel
from cms.pages.home import AnswerList, CorrectionsLog, HomePage, InfoPage
from cms.pages.rebuttal import Rebuttal
from cms.pages.replies import Reply
from cms.pages.verified_fact import VerifiedFact
from cms.people import User
from cms.re_review import SecondLook
from cms.reports.wording import ReportWording
from cms.sent_in.submissions import Submission, SubmissionChange
from cms.setting_up.steps import SettingUp

__all__ = [
    "AboutSite",
    "Answer",
    "AnswerList",
    "AnsweredIncident",
    "Appearance",
    "Approval",
    "ApprovalTask",
    "AuditEntry",
    "AuditMark",
    "ChannelsPage",
    "Complaint",
    "ComplaintLetter",
    "Correction",
    "CorrectionsLog",
    "CountedTry",
    "Evidence",
    "EvidenceCheckTask",
    "HandedOver",
    "HomePage",
    "HubPing",
    "Incident",
    "IncidentChange",
    "IncidentMerge",
    "InfoPage",
    "IntakeKey",
    "IntakePartner",
    "IntakeReply",
    "Keeping",
    "KeptCopy",
    "NoticeWishes",
    "OfficeClocks",
    "OtherChannel",
    "PersonalNotice",
    "Picture",
    "PictureRendition",
    "Place",
    "Posting",
    "PublicChange",
    "PublicDetail",
    "Rebuttal",
    "Reply",
    "ReportWording",
    "SearchEntry",
    "SecondLook",
    "SettingUp",
    "Submission",
    "SubmissionChange",
    "Term",
    "Topic",
    "User",
    "VerifiedFact",
    "WatchedLink",
]
