"""The rules of conversations: the only place that writes them."""

from chat.operations.appointments import book_appointment, cancel_appointment
from chat.operations.attempts import note_where_to, record_attempt
from chat.operations.attendance import keep_presence
from chat.operations.beside import Earlier
from chat.operations.claims import claim_conversation, claim_next
from chat.operations.concerns import do_concern_step, may_work_on, undo_concern_step, withdraw_concern
from chat.operations.console import reset_console_keys, save_console_settings
from chat.operations.consult import start_consultation
from chat.operations.disruptions import change_disruption, end_disruption, start_disruption, tell_disruptions
from chat.operations.due import close_lines, erase_expired, run_due
from chat.operations.elsewhere import (
    agree_call_back,
    give_contact_detail,
    keep_place,
    send_contact_details,
)
from chat.operations.endings import code_conversation, end_conversation, leave_conversation
from chat.operations.feedback import Answers, answer_feedback, ask_feedback
from chat.operations.flags import flag_conversation, handle_flag, withdraw_flag
from chat.operations.help import ask_further, has_left_contact, open_left_contact, request_of, send_help_request
from chat.operations.identity import decline_identification, recall_identification, request_identification
from chat.operations.identity_names import may_see_name, show_name
from chat.operations.identity_round import Child, Return, complete_identification, open_identification
from chat.operations.later import (
    Wish,
    agree_later_contact,
    cancel_later_contact,
    leave_call_request,
    record_try,
    remind_of_later_contacts,
)
from chat.operations.mail_in import fetch_mail
from chat.operations.mail_out import conversation_of_link, send_notices
from chat.operations.mail_settling import dismiss_kept_letters, open_kept_letters, take_kept_letters
from chat.operations.messages import Later, Posted, PostMessage, Rejected, post_message, post_messages
from chat.operations.own_figures import FiguresOf, open_figures
from chat.operations.practice import check_practice, run_practice, start_practice
from chat.operations.presence import extend_presence, record_staff_signs, set_presence, sign_off
from chat.operations.reading import Mark, earlier_conversations, export_record, linked_conversations, mark_seen, open_conversation
from chat.operations.redactions import may_redact, redact_message
from chat.operations.requeue import requeue_conversation
from chat.operations.signs import record_signs_of_life
from chat.operations.similar import similar_answered
from chat.operations.start import start_conversation
from chat.operations.takeover import take_over_conversation
from chat.operations.transfers import accept_transfer, answer_transfer, decline_transfer, offer_transfer, withdraw_transfer
from chat.operations.whispers import ask_for_help, join_as_colleague

__all__ = [
    "Answers",
    "Child",
    "Earlier",
    "FiguresOf",
    "Later",
    "Mark",
    "PostMessage",
    "Posted",
    "Rejected",
    "Return",
    "Wish",
    "accept_transfer",
    "agree_call_back",
    "agree_later_contact",
    "answer_feedback",
    "answer_transfer",
    "ask_feedback",
    "ask_for_help",
    "ask_further",
    "book_appointment",
    "cancel_appointment",
    "cancel_later_contact",
    "change_disruption",
    "check_practice",
    "claim_conversation",
    "claim_next",
    "close_lines",
    "code_conversation",
    "complete_identification",
    "conversation_of_link",
    "decline_identification",
    "decline_transfer",
    "dismiss_kept_letters",
    "do_concern_step",
    "earlier_conversations",
    "end_conversation",
    "end_disruption",
    "erase_expired",
    "export_record",
    "extend_presence",
    "fetch_mail",
    "flag_conversation",
    "give_contact_detail",
    "handle_flag",
    "has_left_contact",
    "join_as_colleague",
    "keep_place",
    "keep_presence",
    "leave_call_request",
    "leave_conversation",
    "linked_conversations",
    "mark_seen",
    "may_redact",
    "may_see_name",
    "may_work_on",
    "note_where_to",
    "offer_transfer",
    "open_conversation",
    "open_figures",
    "open_identification",
    "open_kept_letters",
    "open_left_contact",
    "post_message",
    "post_messages",
    "recall_identification",
    "record_attempt",
    "record_signs_of_life",
    "record_staff_signs",
    "record_try",
    "redact_message",
    "remind_of_later_contacts",
    "request_identification",
    "request_of",
    "requeue_conversation",
    "reset_console_keys",
    "run_due",
    "run_practice",
    "save_console_settings",
    "send_contact_details",
    "send_help_request",
    "send_notices",
    "set_presence",
    "show_name",
    "sign_off",
    "similar_answered",
    "start_consultation",
    "start_conversation",
    "start_disruption",
    "start_practice",
    "take_kept_letters",
    "take_over_conversation",
    "tell_disruptions",
    "undo_concern_step",
    "withdraw_concern",
    "withdraw_flag",
    "withdraw_transfer",
]
