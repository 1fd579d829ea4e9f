"""Addresses of the desk, below /admin/publishing/."""

from django.urls import path

from publishing.desk import (
    board,
    calendar,
    channels,
    compose,
    connecting,
    corrections,
    delivery,
    figures,
    members,
    move,
    stories,
)

urlpatterns = [
    path("stories/", stories.StoriesView.as_view(), name="publishing_stories"),
    path("stories/<int:pk>/", compose.ComposeView.as_view(), name="publishing_compose"),
    path("story/<str:key>/", stories.StoryByKeyView.as_view(), name="publishing_compose_story"),
    path("calendar/", calendar.CalendarView.as_view(), name="publishing_calendar"),
    path("deliveries/", board.DeliveriesView.as_view(), name="publishing_deliveries"),
    path("deliveries/bulk/", board.BulkView.as_view(), name="publishing_deliveries_bulk"),
    path("deliveries/<int:pk>/", delivery.DeliveryView.as_view(), name="publishing_delivery"),
    path("deliveries/<int:pk>/move/", move.MoveView.as_view(), name="publishing_move"),
    path("deliveries/<int:pk>/<slug:deed>/", delivery.DeedView.as_view(), name="publishing_deed"),
    path("corrections/", corrections.CorrectionsView.as_view(), name="publishing_corrections"),
    path("figures/", figures.FiguresView.as_view(), name="publishing_figures"),
    path("members/", members.MembersView.as_view(), name="publishing_members"),
    path("channels/", channels.ChannelsView.as_view(), name="publishing_channels"),
    path("channels/new/", channels.KindsView.as_view(), name="publishing_channel_new"),
    path("channels/new/<slug:kind>/", channels.NewChannelView.as_view(), name="publishing_channel_create"),
    path("channels/oauth/", connecting.AnswerView.as_view(), name="publishing_channel_oauth"),
    path("channels/<int:pk>/", channels.ChannelView.as_view(), name="publishing_channel"),
    path("channels/<int:pk>/connect/", connecting.ConnectView.as_view(), name="publishing_channel_connect"),
    path("channels/<int:pk>/choose/", connecting.ChooseView.as_view(), name="publishing_channel_choose"),
    path("channels/<int:pk>/test/", channels.ConnectionView.as_view(), name="publishing_channel_test"),
    path("channels/<int:pk>/resume/", channels.ConnectionView.as_view(resumes=True), name="publishing_channel_resume"),
]
