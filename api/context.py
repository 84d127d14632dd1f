"""What the handlers use, filled in by the composition root. Nothing here does anything."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any
from uuid import UUID

import asyncpg
from aiohttp import web

from api.access.access import AccessControl
from api.access.asker import TICKETS, Asker, How, asker
from api.asterisk_desk import AsteriskDesk
from api.connections import HttpConnections
from api.console_files import NOT_BUILT, ConsoleFiles
from api.gateway.gateway import Gateway
from api.realtime.hub import RealtimeHub
from api.shared_places import SharedPlaces
from api.speech_desk import SpeechDesk
from api.tried_flows import TriedFlows
from api.unproven import UnprovenRequests
from api.webrtc_desk import WebRtcDesk
from mediaserver.calls.directory import Directory
from mediaserver.calls.draining import Drain
from mediaserver.calls.outbound_metering import OutboundMeter
from mediaserver.calls.prompts import PromptShelf
from mediaserver.calls.protocols import Switchboard
from mediaserver.calls.routes import AgentSpec
from mediaserver.config import Settings
from mediaserver.diagnosis.health import Health
from mediaserver.errors import DatabaseError
from mediaserver.jobs.runner import JobRunner
from mediaserver.media.stream_wire import StreamWire
from mediaserver.metrics import Metrics
from mediaserver.retention.erasing import Eraser
from mediaserver.storage.following import CatchesUp
from mediaserver.storage.outbox.feed import EventFeed
from mediaserver.storage.records import RecordStore, Sink
from mediaserver.storage.sealing import Sealer
from pipelines.engines.overview import EngineOverview
from pipelines.engines.protocols import Llm
from pipelines.flows.library.simulating import FlowSimulator
from pipelines.flows.library.trying import FlowDrafts, FlowTrials
from pipelines.knowledge.desk import KnowledgeDesk
from pipelines.previews.desk import VoiceDesk
from providers.accounts.board import ProviderBoard
from providers.accounts.sessions import Sessions
from providers.messages.desk import TextDesk
from providers.streams.host import StreamHost
from sip.calls.phone_desk import PhoneDesk
from sip.tracing.capture import AudioWatch
from sip.tracing.tracer import Tracer
from sip.transport.transport import Transport as SipTransport
from sip.trunks.board import TrunkBoard

if TYPE_CHECKING:
    from opentelemetry.trace import Tracer as RequestTracer

WITHOUT_KEY = UUID(int=0x404F)
"""To whom the connections of callers without a key count, as if it was one: they keep out nobody else."""


def no_faults(agent: AgentSpec) -> Mapping[str, str]:
    """Nothing is wrong with any."""
    return {}


def anybody_may_be_called(to: str) -> None:
    """No limit is known."""


@dataclass(slots=True)
class ApiContext:
    """The running server as the API sees it. Fields may be set after `build_app`."""

    settings: Settings
    health: Health
    metrics: Metrics
    trunks: TrunkBoard | None = None
    """None while the database is not up."""
    providers: ProviderBoard | None = None
    """Accounts at telephony providers; None while the database is not up."""
    provider_sessions: Sessions | None = None
    """Which call is whose; None while the server is starting."""
    texts: TextDesk | None = None
    """Who sends and takes text messages; None while the server is starting."""
    prompts: PromptShelf | None = None
    """Sound files that are played in calls; None while the database is not up."""
    unproven: UnprovenRequests = field(default_factory=UnprovenRequests)
    """Requests to providers' doors that proved nothing."""
    switchboard: Switchboard | None = None
    """The owner of all calls; None while the server is starting."""
    sip: SipTransport | None = None
    """Where SIP over WebSocket goes; None while the server is starting."""
    phones: PhoneDesk | None = None
    """The phones that may register, and what is lent to pages; None while the server is starting."""
    tracer: Tracer | None = None
    """Who sees what is said by SIP; None while the server is starting."""
    checking: asyncio.Semaphore = field(default_factory=lambda: asyncio.Semaphore(2))
    """Documents of flows that are read, checked or compared at a time, in threads beside the media clock."""
    generating: SharedPlaces = field(default_factory=lambda: SharedPlaces(4, 2))
    """Flows that language models draw at a time."""
    simulating: SharedPlaces = field(default_factory=lambda: SharedPlaces(2, 1))
    """Runs of simulated calls at a time."""
    think: Callable[[str], Awaitable[Llm]] | None = None
    """A language model by its name, the usual one for an empty one; None while the server is starting. Raises
    ConfigError for one that the operator has not set up, EngineError for one that cannot be had."""
    trials: FlowTrials | None = None
    """Has people try flows by text; None while the server is starting."""
    drafts: FlowDrafts | None = None
    """Has calls run flows that are being drawn; None while the server is starting."""
    tried: TriedFlows = field(default_factory=TriedFlows)
    """Conversations with flows that people try just now."""
    simulator: FlowSimulator | None = None
    """Has simulated callers call flows; None while the server is starting."""
    engines: EngineOverview | None = None
    """What hears, thinks and speaks on this server; None while it is starting."""
    voices: VoiceDesk | None = None
    """The catalogue of voices on this server; None while it is starting."""
    knowledge: KnowledgeDesk | None = None
    """Documents that agents search; None while the server is starting."""
    gateway: Gateway | None = None
    """Conversations over WebSocket; None while the server is starting."""
    webrtc: WebRtcDesk | None = None
    """Calls from browsers; None while the server is starting."""
    asterisk: AsteriskDesk | None = None
    """Calls of an existing Asterisk; None while the server is starting."""
    realtime: RealtimeHub | None = None
    """Conversations by OpenAI's Realtime protocol; None while the server is starting."""
    outbound: OutboundMeter | None = None
    """The limits on calls out; None while the server is starting."""
    drain: Drain | None = None
    """Empties the server for a deploy; None while it is starting."""
    audio: AudioWatch | None = None
    """Who shows the packets of audio."""
    sealer: Sealer | None = None
    """Seals the secrets that are kept; None while the server is starting."""
    feed: EventFeed | None = None
    """Tells of what is stored as it comes; None while the server is starting."""
    watcher_places: SharedPlaces = field(default_factory=lambda: SharedPlaces(1000, 100))
    """Of those who watch what is stored."""
    live_places: SharedPlaces = field(default_factory=lambda: SharedPlaces(64, 16))
    """Of those who watch live calls."""
    caller_places: SharedPlaces = field(default_factory=lambda: SharedPlaces(100, 4))
    """Of callers who follow their own calls by a ticket, by call: they take none of the others' places."""
    monitor_places: SharedPlaces = field(default_factory=lambda: SharedPlaces(32, 16))
    """Of those who listen to calls by WebSocket: each is a leg that the media clock serves."""
    jobs: JobRunner | None = None
    """Who does jobs; None while the server is starting."""
    directory: Directory | None = None
    """Who answers which address; None while the server is starting."""
    flows: CatchesUp | None = None
    """Who knows the flows that calls run; None while the server is starting."""
    agent_faults: Callable[[AgentSpec], Mapping[str, str]] = no_faults
    """What is wrong with an agent that is to be kept, by field."""
    may_call: Callable[[str], None] = anybody_may_be_called
    """Raises CallError for whom this server may not call."""
    eraser: Eraser | None = None
    """Who removes callers' data; None while the server is starting."""
    capturing: SharedPlaces = field(default_factory=lambda: SharedPlaces(4, 2))
    """Captures of packets that are being read."""
    connections: HttpConnections | None = None
    """Who holds connections to us, where that is limited."""
    pool: asyncpg.Pool | None = None
    """None while the database is not up."""
    store: RecordStore | None = None
    """Stores records before an answer is given; None while the database is not up."""
    in_progress: set[tuple[Any, ...]] = field(default_factory=set)
    """Requests under an Idempotency-Key that are being done."""
    node: UUID | None = None
    """This server among those that share the database; None: it is alone."""
    sink: Sink | None = None
    """Takes records, e.g. of what was used; None while the database is not up."""
    speech: SpeechDesk | None = None
    """Speaks texts and writes recordings down; None while the server is starting."""
    offered: Callable[[], Mapping[str, str]] = dict
    """Addresses (user parts) to try, and what answers there."""
    sip_address: str = ""
    """HOST:PORT that callers dial, known when SIP listens."""
    console: ConsoleFiles = NOT_BUILT
    """The pages that browsers are given."""
    streams: StreamWire = field(default_factory=StreamWire)
    """What carries the audio of those who listen by WebSocket."""
    media_streams: StreamHost | None = None
    """Whose calls at providers wait for their media streams; None while the server is starting."""
    uploading: int = 0
    """Bytes of sounds that are being handed in."""
    reading: asyncio.Semaphore = field(default_factory=lambda: asyncio.Semaphore(2))
    """Lists of recent calls that are read at a time; the database's other connections are for calls."""
    searching: asyncio.Semaphore = field(default_factory=lambda: asyncio.Semaphore(1))
    """Searches in all calls, one at a time: whoever searches on and on keeps nobody's list waiting."""
    reporting: asyncio.Semaphore = field(default_factory=lambda: asyncio.Semaphore(1))
    """Reports are read one at a time, likewise."""
    request_tracer: RequestTracer | None = None
    """Makes spans of requests; None: nobody wants them."""
    abandoned: set[asyncio.Task[Any]] = field(default_factory=set)
    """Reading that nobody waits for any more, until the database lets go of it."""
    converting: asyncio.Semaphore = field(default_factory=lambda: asyncio.Semaphore(1))
    """Sounds are converted one at a time: the work competes with that of all calls."""

    access: AccessControl = field(init=False)
    """Who may ask."""

    def __post_init__(self) -> None:
        self.access = AccessControl(self.settings.access, self.settings.http.admin_token.get_secret_value())

    @property
    def database(self) -> asyncpg.Pool:
        """Raises DatabaseError, which becomes 503."""
        if self.pool is None:
            raise DatabaseError("the database is not up yet")
        return self.pool

    def prove(self, request: web.Request, who: Asker | None = None) -> None:
        """The connection of this request belongs to somebody who may ask; `who`, where the request itself
        does not say. Of those who showed no key the connections count together, and never as the operator's:
        callers of all kinds are among them."""
        who = who or asker(request)
        nobodys = who.key is None and who.how in (How.NOTHING, *TICKETS)
        if self.connections is not None:
            self.connections.prove(request.transport, WITHOUT_KEY if nobodys else who.owner)

    def forget(self, task: asyncio.Task[Any]) -> None:
        """Abandoned reading is over, however it ended."""
        self.abandoned.discard(task)
        if not task.cancelled():
            task.exception()


CONTEXT = web.AppKey("context", ApiContext)
