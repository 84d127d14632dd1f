"""Contains all the data models used in inputs/outputs"""

from .account_body import AccountBody
from .account_body_settings import AccountBodySettings
from .account_shown import AccountShown
from .account_shown_settings import AccountShownSettings
from .account_shown_webhooks import AccountShownWebhooks
from .added_document import AddedDocument
from .address_offered import AddressOffered
from .agent_body import AgentBody
from .agent_body_assistant import AgentBodyAssistant
from .agent_body_background import AgentBodyBackground
from .agent_body_insight import AgentBodyInsight
from .agent_body_kind import AgentBodyKind
from .agent_body_redaction import AgentBodyRedaction
from .agent_body_retention import AgentBodyRetention
from .agent_body_turn import AgentBodyTurn
from .agent_changed_data import AgentChangedData
from .agent_changed_data_change import AgentChangedDataChange
from .agent_changed_event import AgentChangedEvent
from .agent_shown import AgentShown
from .answered_by_live import AnsweredByLive
from .asked_tool_call import AskedToolCall
from .audit_line_shown import AuditLineShown
from .audit_line_shown_change import AuditLineShownChange
from .barge_in_live import BargeInLive
from .blank_shown import BlankShown
from .browser_call_shown import BrowserCallShown
from .browser_call_shown_state import BrowserCallShownState
from .calendar_body import CalendarBody
from .calendar_day import CalendarDay
from .calendar_day_shown import CalendarDayShown
from .calendar_shown import CalendarShown
from .calendars_shown import CalendarsShown
from .call_answered_data import CallAnsweredData
from .call_answered_event import CallAnsweredEvent
from .call_carried_shown import CallCarriedShown
from .call_detail import CallDetail
from .call_detail_about import CallDetailAbout
from .call_detail_direction import CallDetailDirection
from .call_detail_state import CallDetailState
from .call_ended_data import CallEndedData
from .call_ended_data_direction import CallEndedDataDirection
from .call_ended_event import CallEndedEvent
from .call_event_shown import CallEventShown
from .call_event_shown_data import CallEventShownData
from .call_flow_shown import CallFlowShown
from .call_hearing_shown import CallHearingShown
from .call_hearing_shown_interruptions import CallHearingShownInterruptions
from .call_hearing_shown_reasks import CallHearingShownReasks
from .call_hearing_shown_timings import CallHearingShownTimings
from .call_latency_shown import CallLatencyShown
from .call_latency_shown_percentiles import CallLatencyShownPercentiles
from .call_leg_shown import CallLegShown
from .call_leg_shown_stats import CallLegShownStats
from .call_line_shown import CallLineShown
from .call_line_shown_latency import CallLineShownLatency
from .call_line_shown_speaker import CallLineShownSpeaker
from .call_message_shown import CallMessageShown
from .call_outcome_shown import CallOutcomeShown
from .call_outcome_shown_data import CallOutcomeShownData
from .call_page import CallPage
from .call_page_database import CallPageDatabase
from .call_recording_shown import CallRecordingShown
from .call_shown import CallShown
from .call_shown_about import CallShownAbout
from .call_shown_direction import CallShownDirection
from .call_shown_state import CallShownState
from .call_started_data import CallStartedData
from .call_started_data_about import CallStartedDataAbout
from .call_started_data_direction import CallStartedDataDirection
from .call_started_event import CallStartedEvent
from .call_summary_shown import CallSummaryShown
from .call_token_made import CallTokenMade
from .call_transcript_shown import CallTranscriptShown
from .call_usage_row import CallUsageRow
from .call_usage_shown import CallUsageShown
from .callback_asked import CallbackAsked
from .callback_wanted import CallbackWanted
from .calls_by import CallsBy
from .calls_direction_type_0 import CallsDirectionType0
from .calls_ladder_format_type_0 import CallsLadderFormatType0
from .calls_monitor_socket_format import CallsMonitorSocketFormat
from .calls_monitor_socket_mode import CallsMonitorSocketMode
from .calls_sip_format_type_0 import CallsSipFormatType0
from .calls_state_type_0 import CallsStateType0
from .calls_transcript_format_type_0 import CallsTranscriptFormatType0
from .chat_answered import ChatAnswered
from .chat_answered_choices_item import ChatAnsweredChoicesItem
from .chat_answered_usage_type_0 import ChatAnsweredUsageType0
from .chat_message import ChatMessage
from .chat_message_role import ChatMessageRole
from .chat_request import ChatRequest
from .check_shown import CheckShown
from .collection_shown import CollectionShown
from .collections_shown import CollectionsShown
from .confidence_row import ConfidenceRow
from .confidence_shown import ConfidenceShown
from .console_link import ConsoleLink
from .console_session_shown import ConsoleSessionShown
from .conversation_shown import ConversationShown
from .conversation_shown_direction import ConversationShownDirection
from .delivery_shown import DeliveryShown
from .delivery_shown_state import DeliveryShownState
from .digit_live import DigitLive
from .digits_wanted import DigitsWanted
from .document_shown import DocumentShown
from .document_wanted import DocumentWanted
from .document_wanted_format import DocumentWantedFormat
from .drain_shown import DrainShown
from .drain_wanted import DrainWanted
from .dtmf_data import DtmfData
from .dtmf_event import DtmfEvent
from .embedding_shown import EmbeddingShown
from .ended_live import EndedLive
from .ending_soon_live import EndingSoonLive
from .engine_mode_shown import EngineModeShown
from .engine_shown import EngineShown
from .engine_state_shown import EngineStateShown
from .engine_status import EngineStatus
from .engine_trial_shown import EngineTrialShown
from .engines_shown import EnginesShown
from .erasure_shown import ErasureShown
from .erasure_shown_removed import ErasureShownRemoved
from .erasure_shown_state import ErasureShownState
from .event_page import EventPage
from .file_format import FileFormat
from .final_live import FinalLive
from .finding_shown import FindingShown
from .flow_changed_data import FlowChangedData
from .flow_changed_data_change import FlowChangedDataChange
from .flow_changed_event import FlowChangedEvent
from .flow_checked import FlowChecked
from .flow_compared import FlowCompared
from .flow_difference_shown import FlowDifferenceShown
from .flow_difference_shown_change import FlowDifferenceShownChange
from .flow_difference_shown_what import FlowDifferenceShownWhat
from .flow_draft import FlowDraft
from .flow_draft_document import FlowDraftDocument
from .flow_draft_shown import FlowDraftShown
from .flow_draft_shown_document import FlowDraftShownDocument
from .flow_finding_shown import FlowFindingShown
from .flow_finding_shown_severity import FlowFindingShownSeverity
from .flow_live import FlowLive
from .flow_live_changed import FlowLiveChanged
from .flow_published import FlowPublished
from .flow_saved import FlowSaved
from .flow_saved_state import FlowSavedState
from .flow_secret_shown import FlowSecretShown
from .flow_shown import FlowShown
from .flow_shown_newest_state_type_0 import FlowShownNewestStateType0
from .flow_split import FlowSplit
from .flow_template_shown import FlowTemplateShown
from .flow_template_whole import FlowTemplateWhole
from .flow_template_whole_document import FlowTemplateWholeDocument
from .flow_template_whole_personas_item import FlowTemplateWholePersonasItem
from .flow_to_check import FlowToCheck
from .flow_to_check_document import FlowToCheckDocument
from .flow_to_compare import FlowToCompare
from .flow_to_compare_document import FlowToCompareDocument
from .flow_to_try import FlowToTry
from .flow_to_try_about import FlowToTryAbout
from .flow_to_try_direction import FlowToTryDirection
from .flow_to_try_document import FlowToTryDocument
from .flow_version_shown import FlowVersionShown
from .flow_version_shown_state import FlowVersionShownState
from .flow_version_whole import FlowVersionWhole
from .flow_version_whole_document import FlowVersionWholeDocument
from .flow_version_whole_state import FlowVersionWholeState
from .flow_wanted import FlowWanted
from .flow_wanted_document_type_0 import FlowWantedDocumentType0
from .flows_fared import FlowsFared
from .flows_schema_response_200 import FlowsSchemaResponse200
from .function_call import FunctionCall
from .function_told import FunctionTold
from .function_told_parameters import FunctionToldParameters
from .gain_wanted import GainWanted
from .gap_shown import GapShown
from .gender import Gender
from .health_shown import HealthShown
from .heard_live import HeardLive
from .hold_live import HoldLive
from .hold_wanted import HoldWanted
from .ice_server_shown import IceServerShown
from .ice_servers_shown import IceServersShown
from .imported_flow import ImportedFlow
from .imported_flow_document_type_0 import ImportedFlowDocumentType0
from .interruptions_row import InterruptionsRow
from .interruptions_shown import InterruptionsShown
from .kept_voice import KeptVoice
from .key_change import KeyChange
from .key_made import KeyMade
from .key_made_quota import KeyMadeQuota
from .key_made_rate_limit_type_0 import KeyMadeRateLimitType0
from .key_made_used import KeyMadeUsed
from .key_quota import KeyQuota
from .key_rate import KeyRate
from .key_shown import KeyShown
from .key_shown_quota import KeyShownQuota
from .key_shown_rate_limit_type_0 import KeyShownRateLimitType0
from .key_shown_used import KeyShownUsed
from .keys_page import KeysPage
from .kind import Kind
from .kind_shown import KindShown
from .kind_shown_made_from import KindShownMadeFrom
from .kind_shown_settings import KindShownSettings
from .kind_shown_variables import KindShownVariables
from .kinds_shown import KindsShown
from .knowledge_add_document_files_body import KnowledgeAddDocumentFilesBody
from .knowledge_add_document_files_body_format import (
    KnowledgeAddDocumentFilesBodyFormat,
)
from .ladder_shown import LadderShown
from .ladder_shown_marks_item import LadderShownMarksItem
from .ladder_shown_messages_item import LadderShownMessagesItem
from .language_live import LanguageLive
from .latency_figures import LatencyFigures
from .latency_live import LatencyLive
from .latency_row import LatencyRow
from .latency_shown import LatencyShown
from .line_trouble_live import LineTroubleLive
from .meaning_shown import MeaningShown
from .message_data import MessageData
from .message_event import MessageEvent
from .message_live import MessageLive
from .messages_shown import MessagesShown
from .messages_shown_messages_item import MessagesShownMessagesItem
from .model_shown import ModelShown
from .models_shown import ModelsShown
from .monitor_wanted import MonitorWanted
from .mood_live import MoodLive
from .mute_wanted import MuteWanted
from .named_schema import NamedSchema
from .named_schema_schema import NamedSchemaSchema
from .new_account import NewAccount
from .new_account_settings import NewAccountSettings
from .new_agent import NewAgent
from .new_agent_assistant import NewAgentAssistant
from .new_agent_background import NewAgentBackground
from .new_agent_insight import NewAgentInsight
from .new_agent_kind import NewAgentKind
from .new_agent_redaction import NewAgentRedaction
from .new_agent_retention import NewAgentRetention
from .new_agent_turn import NewAgentTurn
from .new_calendar import NewCalendar
from .new_call import NewCall
from .new_call_about import NewCallAbout
from .new_call_token import NewCallToken
from .new_erasure import NewErasure
from .new_flow import NewFlow
from .new_flow_document import NewFlowDocument
from .new_flow_secret import NewFlowSecret
from .new_key import NewKey
from .new_number import NewNumber
from .new_prompt_wish import NewPromptWish
from .new_session import NewSession
from .new_session_about import NewSessionAbout
from .new_session_interruption_sensitivity_type_0 import (
    NewSessionInterruptionSensitivityType0,
)
from .new_session_mode import NewSessionMode
from .new_session_turns import NewSessionTurns
from .new_trunk import NewTrunk
from .new_trunk_caller import NewTrunkCaller
from .new_trunk_dial import NewTrunkDial
from .new_trunk_encryption import NewTrunkEncryption
from .new_trunk_identity import NewTrunkIdentity
from .new_trunk_quirks import NewTrunkQuirks
from .new_trunk_receive import NewTrunkReceive
from .new_trunk_sign import NewTrunkSign
from .new_trunk_transport import NewTrunkTransport
from .new_version import NewVersion
from .new_version_document import NewVersionDocument
from .new_webhook import NewWebhook
from .number_body import NumberBody
from .number_placed import NumberPlaced
from .number_shown import NumberShown
from .numbers_placed import NumbersPlaced
from .open_ai_problem_body import OpenAiProblemBody
from .open_ai_problem_shown import OpenAiProblemShown
from .open_ai_speech import OpenAiSpeech
from .open_ai_speech_stream_format import OpenAiSpeechStreamFormat
from .open_ai_speech_voice_type_1 import OpenAiSpeechVoiceType1
from .open_ai_transcript import OpenAiTranscript
from .open_ai_transcript_usage import OpenAiTranscriptUsage
from .openai_transcription_body import OpenaiTranscriptionBody
from .openai_transcription_body_response_format import (
    OpenaiTranscriptionBodyResponseFormat,
)
from .openai_transcription_body_timestamp_granularities_item import (
    OpenaiTranscriptionBodyTimestampGranularitiesItem,
)
from .openai_translation_body import OpenaiTranslationBody
from .openai_translation_body_response_format import OpenaiTranslationBodyResponseFormat
from .openai_translation_body_timestamp_granularities_item import (
    OpenaiTranslationBodyTimestampGranularitiesItem,
)
from .opt_out_shown import OptOutShown
from .outbound_limit_live import OutboundLimitLive
from .outbound_scope_shown import OutboundScopeShown
from .outbound_scope_shown_left import OutboundScopeShownLeft
from .outbound_scope_shown_limits import OutboundScopeShownLimits
from .outbound_scope_shown_used import OutboundScopeShownUsed
from .outbound_shown import OutboundShown
from .outcome_data import OutcomeData
from .outcome_data_data import OutcomeDataData
from .outcome_event import OutcomeEvent
from .outcome_live import OutcomeLive
from .outcome_live_data import OutcomeLiveData
from .outcomes_row import OutcomesRow
from .outcomes_shown import OutcomesShown
from .page_agent_shown import PageAgentShown
from .page_audit_line_shown import PageAuditLineShown
from .page_console_session_shown import PageConsoleSessionShown
from .page_conversation_shown import PageConversationShown
from .page_delivery_shown import PageDeliveryShown
from .page_document_shown import PageDocumentShown
from .page_erasure_shown import PageErasureShown
from .page_flow_shown import PageFlowShown
from .page_flow_version_shown import PageFlowVersionShown
from .page_number_shown import PageNumberShown
from .page_opt_out_shown import PageOptOutShown
from .page_prompt_shown import PagePromptShown
from .page_provider_voice import PageProviderVoice
from .page_route_shown import PageRouteShown
from .page_text_shown import PageTextShown
from .page_voice_shown import PageVoiceShown
from .page_webhook_shown import PageWebhookShown
from .partial_live import PartialLive
from .parties_shown import PartiesShown
from .party_shown import PartyShown
from .party_shown_hears import PartyShownHears
from .party_wanted import PartyWanted
from .passage_shown import PassageShown
from .phone_lent import PhoneLent
from .phone_price_shown import PhonePriceShown
from .phone_price_shown_direction import PhonePriceShownDirection
from .phone_prices import PhonePrices
from .phone_shown import PhoneShown
from .phone_wanted import PhoneWanted
from .place_shown import PlaceShown
from .placed_call import PlacedCall
from .placed_call_state import PlacedCallState
from .play_wanted import PlayWanted
from .point_body import PointBody
from .preset_shown import PresetShown
from .preset_shown_secure import PresetShownSecure
from .preset_shown_settings import PresetShownSettings
from .preset_shown_signing_item import PresetShownSigningItem
from .presets_shown import PresetsShown
from .problem_body import ProblemBody
from .problem_shown import ProblemShown
from .progress_shown import ProgressShown
from .prompt_shown import PromptShown
from .prompt_wish import PromptWish
from .prompts_add_files_body import PromptsAddFilesBody
from .prompts_replace_files_body import PromptsReplaceFilesBody
from .provider_shown import ProviderShown
from .provider_shown_kind import ProviderShownKind
from .provider_voice import ProviderVoice
from .providers_shown import ProvidersShown
from .quality_row import QualityRow
from .quality_shown import QualityShown
from .record_wanted import RecordWanted
from .recording_data import RecordingData
from .recording_event import RecordingEvent
from .recording_live import RecordingLive
from .recording_peaks import RecordingPeaks
from .recording_state import RecordingState
from .recording_state_shown import RecordingStateShown
from .recording_step import RecordingStep
from .region_shown import RegionShown
from .replay_wanted import ReplayWanted
from .replayed_deliveries import ReplayedDeliveries
from .report_format import ReportFormat
from .resolved import Resolved
from .resolved_outcome import ResolvedOutcome
from .rotation import Rotation
from .route_body import RouteBody
from .route_body_hours_type_0 import RouteBodyHoursType0
from .route_fallback import RouteFallback
from .route_fallback_shown import RouteFallbackShown
from .route_shown import RouteShown
from .say_wanted import SayWanted
from .scope import Scope
from .search_wanted import SearchWanted
from .searched_shown import SearchedShown
from .searched_shown_by import SearchedShownBy
from .seat_kind import SeatKind
from .seat_live import SeatLive
from .seat_wanted import SeatWanted
from .segment_shown import SegmentShown
from .segments_shown import SegmentsShown
from .sender_shown import SenderShown
from .senders_shown import SendersShown
from .sentence_live import SentenceLive
from .session_figures import SessionFigures
from .session_line import SessionLine
from .session_line_latency import SessionLineLatency
from .session_shown import SessionShown
from .session_shown_network_type_0 import SessionShownNetworkType0
from .session_shown_settings import SessionShownSettings
from .session_started import SessionStarted
from .session_transcript import SessionTranscript
from .signed_in import SignedIn
from .signed_in_how import SignedInHow
from .simulation_wanted import SimulationWanted
from .simulation_wanted_document_type_0 import SimulationWantedDocumentType0
from .simulation_wanted_personas_item import SimulationWantedPersonasItem
from .speech_convert_files_body import SpeechConvertFilesBody
from .speech_line import SpeechLine
from .speech_segment_shown import SpeechSegmentShown
from .speech_stt_files_body import SpeechSttFilesBody
from .speech_stt_files_body_format import SpeechSttFilesBodyFormat
from .speech_vad_files_body import SpeechVadFilesBody
from .state_live import StateLive
from .stream_options import StreamOptions
from .style import Style
from .summary_data import SummaryData
from .summary_event import SummaryEvent
from .summary_row import SummaryRow
from .summary_shown import SummaryShown
from .text_live import TextLive
from .text_part import TextPart
from .text_sent import TextSent
from .text_shown import TextShown
from .text_shown_direction import TextShownDirection
from .text_to_speak import TextToSpeak
from .text_wanted import TextWanted
from .timed_word_shown import TimedWordShown
from .tool_told import ToolTold
from .transcript_shown import TranscriptShown
from .transfer_data import TransferData
from .transfer_data_detail import TransferDataDetail
from .transfer_event import TransferEvent
from .transfer_live import TransferLive
from .transfer_wanted import TransferWanted
from .transfer_wanted_how import TransferWantedHow
from .tried_answer import TriedAnswer
from .tried_answer_ended import TriedAnswerEnded
from .tried_answer_steps_item import TriedAnswerStepsItem
from .tried_outcome import TriedOutcome
from .tried_outcome_data import TriedOutcomeData
from .tried_turn import TriedTurn
from .tried_turn_returned import TriedTurnReturned
from .trunk_body import TrunkBody
from .trunk_body_caller import TrunkBodyCaller
from .trunk_body_dial import TrunkBodyDial
from .trunk_body_encryption import TrunkBodyEncryption
from .trunk_body_identity import TrunkBodyIdentity
from .trunk_body_quirks import TrunkBodyQuirks
from .trunk_body_receive import TrunkBodyReceive
from .trunk_body_sign import TrunkBodySign
from .trunk_body_transport import TrunkBodyTransport
from .trunk_shown import TrunkShown
from .trunk_shown_caller import TrunkShownCaller
from .trunk_shown_dial import TrunkShownDial
from .trunk_shown_encryption import TrunkShownEncryption
from .trunk_shown_identity import TrunkShownIdentity
from .trunk_shown_quirks import TrunkShownQuirks
from .trunk_shown_receive import TrunkShownReceive
from .trunk_shown_sign import TrunkShownSign
from .trunk_shown_transport import TrunkShownTransport
from .trunk_stood import TrunkStood
from .trunk_stood_caller import TrunkStoodCaller
from .trunk_stood_dial import TrunkStoodDial
from .trunk_stood_encryption import TrunkStoodEncryption
from .trunk_stood_identity import TrunkStoodIdentity
from .trunk_stood_quirks import TrunkStoodQuirks
from .trunk_stood_receive import TrunkStoodReceive
from .trunk_stood_sign import TrunkStoodSign
from .trunk_stood_status_type_0 import TrunkStoodStatusType0
from .trunk_stood_transport import TrunkStoodTransport
from .trunks_shown import TrunksShown
from .turn_data import TurnData
from .turn_data_latency import TurnDataLatency
from .turn_data_speaker import TurnDataSpeaker
from .turn_event import TurnEvent
from .turn_latency_shown import TurnLatencyShown
from .turn_latency_shown_parts import TurnLatencyShownParts
from .turn_latency_shown_speaker import TurnLatencyShownSpeaker
from .unheard_live import UnheardLive
from .usage_by import UsageBy
from .usage_kind import UsageKind
from .usage_price import UsagePrice
from .usage_prices import UsagePrices
from .usage_row import UsageRow
from .usage_shown import UsageShown
from .version_fared import VersionFared
from .version_fared_outcomes import VersionFaredOutcomes
from .voice_live import VoiceLive
from .voice_of_key import VoiceOfKey
from .voice_shown import VoiceShown
from .voices_of_key import VoicesOfKey
from .warm_wanted import WarmWanted
from .warm_wanted_accept_type_0 import WarmWantedAcceptType0
from .warm_wanted_hears_type_0 import WarmWantedHearsType0
from .webhook_change import WebhookChange
from .webhook_deliveries_state_type_0 import WebhookDeliveriesStateType0
from .webhook_disabled_data import WebhookDisabledData
from .webhook_disabled_event import WebhookDisabledEvent
from .webhook_shown import WebhookShown
from .webhook_with_secret import WebhookWithSecret
from .which_version import WhichVersion
from .wished_answer import WishedAnswer
from .wished_answer_type import WishedAnswerType
from .wished_format import WishedFormat
from .wished_segments import WishedSegments
from .wished_transcript import WishedTranscript
from .wished_transcript_format import WishedTranscriptFormat
from .word_shown import WordShown

__all__ = (
    "AccountBody",
    "AccountBodySettings",
    "AccountShown",
    "AccountShownSettings",
    "AccountShownWebhooks",
    "AddedDocument",
    "AddressOffered",
    "AgentBody",
    "AgentBodyAssistant",
    "AgentBodyBackground",
    "AgentBodyInsight",
    "AgentBodyKind",
    "AgentBodyRedaction",
    "AgentBodyRetention",
    "AgentBodyTurn",
    "AgentChangedData",
    "AgentChangedDataChange",
    "AgentChangedEvent",
    "AgentShown",
    "AnsweredByLive",
    "AskedToolCall",
    "AuditLineShown",
    "AuditLineShownChange",
    "BargeInLive",
    "BlankShown",
    "BrowserCallShown",
    "BrowserCallShownState",
    "CalendarBody",
    "CalendarDay",
    "CalendarDayShown",
    "CalendarShown",
    "CalendarsShown",
    "CallAnsweredData",
    "CallAnsweredEvent",
    "CallbackAsked",
    "CallbackWanted",
    "CallCarriedShown",
    "CallDetail",
    "CallDetailAbout",
    "CallDetailDirection",
    "CallDetailState",
    "CallEndedData",
    "CallEndedDataDirection",
    "CallEndedEvent",
    "CallEventShown",
    "CallEventShownData",
    "CallFlowShown",
    "CallHearingShown",
    "CallHearingShownInterruptions",
    "CallHearingShownReasks",
    "CallHearingShownTimings",
    "CallLatencyShown",
    "CallLatencyShownPercentiles",
    "CallLegShown",
    "CallLegShownStats",
    "CallLineShown",
    "CallLineShownLatency",
    "CallLineShownSpeaker",
    "CallMessageShown",
    "CallOutcomeShown",
    "CallOutcomeShownData",
    "CallPage",
    "CallPageDatabase",
    "CallRecordingShown",
    "CallsBy",
    "CallsDirectionType0",
    "CallShown",
    "CallShownAbout",
    "CallShownDirection",
    "CallShownState",
    "CallsLadderFormatType0",
    "CallsMonitorSocketFormat",
    "CallsMonitorSocketMode",
    "CallsSipFormatType0",
    "CallsStateType0",
    "CallStartedData",
    "CallStartedDataAbout",
    "CallStartedDataDirection",
    "CallStartedEvent",
    "CallsTranscriptFormatType0",
    "CallSummaryShown",
    "CallTokenMade",
    "CallTranscriptShown",
    "CallUsageRow",
    "CallUsageShown",
    "ChatAnswered",
    "ChatAnsweredChoicesItem",
    "ChatAnsweredUsageType0",
    "ChatMessage",
    "ChatMessageRole",
    "ChatRequest",
    "CheckShown",
    "CollectionShown",
    "CollectionsShown",
    "ConfidenceRow",
    "ConfidenceShown",
    "ConsoleLink",
    "ConsoleSessionShown",
    "ConversationShown",
    "ConversationShownDirection",
    "DeliveryShown",
    "DeliveryShownState",
    "DigitLive",
    "DigitsWanted",
    "DocumentShown",
    "DocumentWanted",
    "DocumentWantedFormat",
    "DrainShown",
    "DrainWanted",
    "DtmfData",
    "DtmfEvent",
    "EmbeddingShown",
    "EndedLive",
    "EndingSoonLive",
    "EngineModeShown",
    "EngineShown",
    "EnginesShown",
    "EngineStateShown",
    "EngineStatus",
    "EngineTrialShown",
    "ErasureShown",
    "ErasureShownRemoved",
    "ErasureShownState",
    "EventPage",
    "FileFormat",
    "FinalLive",
    "FindingShown",
    "FlowChangedData",
    "FlowChangedDataChange",
    "FlowChangedEvent",
    "FlowChecked",
    "FlowCompared",
    "FlowDifferenceShown",
    "FlowDifferenceShownChange",
    "FlowDifferenceShownWhat",
    "FlowDraft",
    "FlowDraftDocument",
    "FlowDraftShown",
    "FlowDraftShownDocument",
    "FlowFindingShown",
    "FlowFindingShownSeverity",
    "FlowLive",
    "FlowLiveChanged",
    "FlowPublished",
    "FlowSaved",
    "FlowSavedState",
    "FlowSecretShown",
    "FlowsFared",
    "FlowShown",
    "FlowShownNewestStateType0",
    "FlowSplit",
    "FlowsSchemaResponse200",
    "FlowTemplateShown",
    "FlowTemplateWhole",
    "FlowTemplateWholeDocument",
    "FlowTemplateWholePersonasItem",
    "FlowToCheck",
    "FlowToCheckDocument",
    "FlowToCompare",
    "FlowToCompareDocument",
    "FlowToTry",
    "FlowToTryAbout",
    "FlowToTryDirection",
    "FlowToTryDocument",
    "FlowVersionShown",
    "FlowVersionShownState",
    "FlowVersionWhole",
    "FlowVersionWholeDocument",
    "FlowVersionWholeState",
    "FlowWanted",
    "FlowWantedDocumentType0",
    "FunctionCall",
    "FunctionTold",
    "FunctionToldParameters",
    "GainWanted",
    "GapShown",
    "Gender",
    "HealthShown",
    "HeardLive",
    "HoldLive",
    "HoldWanted",
    "IceServerShown",
    "IceServersShown",
    "ImportedFlow",
    "ImportedFlowDocumentType0",
    "InterruptionsRow",
    "InterruptionsShown",
    "KeptVoice",
    "KeyChange",
    "KeyMade",
    "KeyMadeQuota",
    "KeyMadeRateLimitType0",
    "KeyMadeUsed",
    "KeyQuota",
    "KeyRate",
    "KeyShown",
    "KeyShownQuota",
    "KeyShownRateLimitType0",
    "KeyShownUsed",
    "KeysPage",
    "Kind",
    "KindShown",
    "KindShownMadeFrom",
    "KindShownSettings",
    "KindShownVariables",
    "KindsShown",
    "KnowledgeAddDocumentFilesBody",
    "KnowledgeAddDocumentFilesBodyFormat",
    "LadderShown",
    "LadderShownMarksItem",
    "LadderShownMessagesItem",
    "LanguageLive",
    "LatencyFigures",
    "LatencyLive",
    "LatencyRow",
    "LatencyShown",
    "LineTroubleLive",
    "MeaningShown",
    "MessageData",
    "MessageEvent",
    "MessageLive",
    "MessagesShown",
    "MessagesShownMessagesItem",
    "ModelShown",
    "ModelsShown",
    "MonitorWanted",
    "MoodLive",
    "MuteWanted",
    "NamedSchema",
    "NamedSchemaSchema",
    "NewAccount",
    "NewAccountSettings",
    "NewAgent",
    "NewAgentAssistant",
    "NewAgentBackground",
    "NewAgentInsight",
    "NewAgentKind",
    "NewAgentRedaction",
    "NewAgentRetention",
    "NewAgentTurn",
    "NewCalendar",
    "NewCall",
    "NewCallAbout",
    "NewCallToken",
    "NewErasure",
    "NewFlow",
    "NewFlowDocument",
    "NewFlowSecret",
    "NewKey",
    "NewNumber",
    "NewPromptWish",
    "NewSession",
    "NewSessionAbout",
    "NewSessionInterruptionSensitivityType0",
    "NewSessionMode",
    "NewSessionTurns",
    "NewTrunk",
    "NewTrunkCaller",
    "NewTrunkDial",
    "NewTrunkEncryption",
    "NewTrunkIdentity",
    "NewTrunkQuirks",
    "NewTrunkReceive",
    "NewTrunkSign",
    "NewTrunkTransport",
    "NewVersion",
    "NewVersionDocument",
    "NewWebhook",
    "NumberBody",
    "NumberPlaced",
    "NumberShown",
    "NumbersPlaced",
    "OpenAiProblemBody",
    "OpenAiProblemShown",
    "OpenAiSpeech",
    "OpenAiSpeechStreamFormat",
    "OpenAiSpeechVoiceType1",
    "OpenAiTranscript",
    "OpenaiTranscriptionBody",
    "OpenaiTranscriptionBodyResponseFormat",
    "OpenaiTranscriptionBodyTimestampGranularitiesItem",
    "OpenAiTranscriptUsage",
    "OpenaiTranslationBody",
    "OpenaiTranslationBodyResponseFormat",
    "OpenaiTranslationBodyTimestampGranularitiesItem",
    "OptOutShown",
    "OutboundLimitLive",
    "OutboundScopeShown",
    "OutboundScopeShownLeft",
    "OutboundScopeShownLimits",
    "OutboundScopeShownUsed",
    "OutboundShown",
    "OutcomeData",
    "OutcomeDataData",
    "OutcomeEvent",
    "OutcomeLive",
    "OutcomeLiveData",
    "OutcomesRow",
    "OutcomesShown",
    "PageAgentShown",
    "PageAuditLineShown",
    "PageConsoleSessionShown",
    "PageConversationShown",
    "PageDeliveryShown",
    "PageDocumentShown",
    "PageErasureShown",
    "PageFlowShown",
    "PageFlowVersionShown",
    "PageNumberShown",
    "PageOptOutShown",
    "PagePromptShown",
    "PageProviderVoice",
    "PageRouteShown",
    "PageTextShown",
    "PageVoiceShown",
    "PageWebhookShown",
    "PartialLive",
    "PartiesShown",
    "PartyShown",
    "PartyShownHears",
    "PartyWanted",
    "PassageShown",
    "PhoneLent",
    "PhonePrices",
    "PhonePriceShown",
    "PhonePriceShownDirection",
    "PhoneShown",
    "PhoneWanted",
    "PlacedCall",
    "PlacedCallState",
    "PlaceShown",
    "PlayWanted",
    "PointBody",
    "PresetShown",
    "PresetShownSecure",
    "PresetShownSettings",
    "PresetShownSigningItem",
    "PresetsShown",
    "ProblemBody",
    "ProblemShown",
    "ProgressShown",
    "PromptsAddFilesBody",
    "PromptShown",
    "PromptsReplaceFilesBody",
    "PromptWish",
    "ProviderShown",
    "ProviderShownKind",
    "ProvidersShown",
    "ProviderVoice",
    "QualityRow",
    "QualityShown",
    "RecordingData",
    "RecordingEvent",
    "RecordingLive",
    "RecordingPeaks",
    "RecordingState",
    "RecordingStateShown",
    "RecordingStep",
    "RecordWanted",
    "RegionShown",
    "ReplayedDeliveries",
    "ReplayWanted",
    "ReportFormat",
    "Resolved",
    "ResolvedOutcome",
    "Rotation",
    "RouteBody",
    "RouteBodyHoursType0",
    "RouteFallback",
    "RouteFallbackShown",
    "RouteShown",
    "SayWanted",
    "Scope",
    "SearchedShown",
    "SearchedShownBy",
    "SearchWanted",
    "SeatKind",
    "SeatLive",
    "SeatWanted",
    "SegmentShown",
    "SegmentsShown",
    "SenderShown",
    "SendersShown",
    "SentenceLive",
    "SessionFigures",
    "SessionLine",
    "SessionLineLatency",
    "SessionShown",
    "SessionShownNetworkType0",
    "SessionShownSettings",
    "SessionStarted",
    "SessionTranscript",
    "SignedIn",
    "SignedInHow",
    "SimulationWanted",
    "SimulationWantedDocumentType0",
    "SimulationWantedPersonasItem",
    "SpeechConvertFilesBody",
    "SpeechLine",
    "SpeechSegmentShown",
    "SpeechSttFilesBody",
    "SpeechSttFilesBodyFormat",
    "SpeechVadFilesBody",
    "StateLive",
    "StreamOptions",
    "Style",
    "SummaryData",
    "SummaryEvent",
    "SummaryRow",
    "SummaryShown",
    "TextLive",
    "TextPart",
    "TextSent",
    "TextShown",
    "TextShownDirection",
    "TextToSpeak",
    "TextWanted",
    "TimedWordShown",
    "ToolTold",
    "TranscriptShown",
    "TransferData",
    "TransferDataDetail",
    "TransferEvent",
    "TransferLive",
    "TransferWanted",
    "TransferWantedHow",
    "TriedAnswer",
    "TriedAnswerEnded",
    "TriedAnswerStepsItem",
    "TriedOutcome",
    "TriedOutcomeData",
    "TriedTurn",
    "TriedTurnReturned",
    "TrunkBody",
    "TrunkBodyCaller",
    "TrunkBodyDial",
    "TrunkBodyEncryption",
    "TrunkBodyIdentity",
    "TrunkBodyQuirks",
    "TrunkBodyReceive",
    "TrunkBodySign",
    "TrunkBodyTransport",
    "TrunkShown",
    "TrunkShownCaller",
    "TrunkShownDial",
    "TrunkShownEncryption",
    "TrunkShownIdentity",
    "TrunkShownQuirks",
    "TrunkShownReceive",
    "TrunkShownSign",
    "TrunkShownTransport",
    "TrunksShown",
    "TrunkStood",
    "TrunkStoodCaller",
    "TrunkStoodDial",
    "TrunkStoodEncryption",
    "TrunkStoodIdentity",
    "TrunkStoodQuirks",
    "TrunkStoodReceive",
    "TrunkStoodSign",
    "TrunkStoodStatusType0",
    "TrunkStoodTransport",
    "TurnData",
    "TurnDataLatency",
    "TurnDataSpeaker",
    "TurnEvent",
    "TurnLatencyShown",
    "TurnLatencyShownParts",
    "TurnLatencyShownSpeaker",
    "UnheardLive",
    "UsageBy",
    "UsageKind",
    "UsagePrice",
    "UsagePrices",
    "UsageRow",
    "UsageShown",
    "VersionFared",
    "VersionFaredOutcomes",
    "VoiceLive",
    "VoiceOfKey",
    "VoiceShown",
    "VoicesOfKey",
    "WarmWanted",
    "WarmWantedAcceptType0",
    "WarmWantedHearsType0",
    "WebhookChange",
    "WebhookDeliveriesStateType0",
    "WebhookDisabledData",
    "WebhookDisabledEvent",
    "WebhookShown",
    "WebhookWithSecret",
    "WhichVersion",
    "WishedAnswer",
    "WishedAnswerType",
    "WishedFormat",
    "WishedSegments",
    "WishedTranscript",
    "WishedTranscriptFormat",
    "WordShown",
)
