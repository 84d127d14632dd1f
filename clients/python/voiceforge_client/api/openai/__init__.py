"""openai"""

from __future__ import annotations

import datetime
from collections.abc import AsyncIterator, Iterator
from io import BytesIO
from typing import TYPE_CHECKING, Any, List, Literal, cast
from uuid import UUID

from ...models.chat_answered import ChatAnswered
from ...models.chat_message import ChatMessage
from ...models.chat_request import ChatRequest
from ...models.file_format import FileFormat, check_file_format
from ...models.model_shown import ModelShown
from ...models.models_shown import ModelsShown
from ...models.open_ai_problem_shown import OpenAiProblemShown
from ...models.open_ai_speech import OpenAiSpeech
from ...models.open_ai_speech_stream_format import (
    OpenAiSpeechStreamFormat,
    check_open_ai_speech_stream_format,
)
from ...models.open_ai_speech_voice_type_1 import OpenAiSpeechVoiceType1
from ...models.open_ai_transcript import OpenAiTranscript
from ...models.openai_transcription_body import OpenaiTranscriptionBody
from ...models.openai_transcription_body_response_format import (
    OpenaiTranscriptionBodyResponseFormat,
    check_openai_transcription_body_response_format,
)
from ...models.openai_transcription_body_timestamp_granularities_item import (
    OpenaiTranscriptionBodyTimestampGranularitiesItem,
    check_openai_transcription_body_timestamp_granularities_item,
)
from ...models.openai_translation_body import OpenaiTranslationBody
from ...models.openai_translation_body_response_format import (
    OpenaiTranslationBodyResponseFormat,
    check_openai_translation_body_response_format,
)
from ...models.openai_translation_body_timestamp_granularities_item import (
    OpenaiTranslationBodyTimestampGranularitiesItem,
    check_openai_translation_body_timestamp_granularities_item,
)
from ...models.stream_options import StreamOptions
from ...models.tool_told import ToolTold
from ...models.wished_answer import WishedAnswer
from ...types import UNSET, File, FileTypes, ServerEvent, Unset
from . import openai_chat_completion as _openai_chat_completion
from . import openai_model as _openai_model
from . import openai_models as _openai_models
from . import openai_speech as _openai_speech
from . import openai_transcription as _openai_transcription
from . import openai_translation as _openai_translation

if TYPE_CHECKING:
    from ...client import AsyncVoiceForge, VoiceForge


class Openai:
    def __init__(self, client: VoiceForge) -> None:
        self._client = client

    def speech(
        self,
        *,
        model: str,
        input_: str,
        voice: OpenAiSpeechVoiceType1 | str,
        response_format: FileFormat | Unset = UNSET,
        speed: float | Unset = 1.0,
        stream_format: OpenAiSpeechStreamFormat | Unset = "audio",
        instructions: str | Unset = "",
        language: str | Unset = "",
        sample_rate: int | Unset = 0,
    ) -> bytes:
        """A text as speech.

        With `stream_format` "sse" the audio comes as events `speech.audio.delta` (base64) and one
        `speech.audio.done`.
        """
        return self._client.ask(
            _openai_speech.request(
                body=OpenAiSpeech(
                    model=model,
                    input_=input_,
                    voice=voice,
                    response_format=response_format,
                    speed=speed,
                    stream_format=stream_format,
                    instructions=instructions,
                    language=language,
                    sample_rate=sample_rate,
                ),
            ),
            _openai_speech.read,
        )

    def speech_stream(
        self,
        *,
        model: str,
        input_: str,
        voice: OpenAiSpeechVoiceType1 | str,
        response_format: FileFormat | Unset = UNSET,
        speed: float | Unset = 1.0,
        stream_format: OpenAiSpeechStreamFormat | Unset = "audio",
        instructions: str | Unset = "",
        language: str | Unset = "",
        sample_rate: int | Unset = 0,
    ) -> Iterator[bytes]:
        """A text as speech.

        With `stream_format` "sse" the audio comes as events `speech.audio.delta` (base64) and one
        `speech.audio.done`.

        Piece by piece, as it comes.
        """
        return self._client.read_pieces(
            _openai_speech.request(
                body=OpenAiSpeech(
                    model=model,
                    input_=input_,
                    voice=voice,
                    response_format=response_format,
                    speed=speed,
                    stream_format=stream_format,
                    instructions=instructions,
                    language=language,
                    sample_rate=sample_rate,
                ),
            )
        )

    def speech_events(
        self,
        *,
        model: str,
        input_: str,
        voice: OpenAiSpeechVoiceType1 | str,
        response_format: FileFormat | Unset = UNSET,
        speed: float | Unset = 1.0,
        stream_format: OpenAiSpeechStreamFormat | Unset = "audio",
        instructions: str | Unset = "",
        language: str | Unset = "",
        sample_rate: int | Unset = 0,
    ) -> Iterator[ServerEvent]:
        """A text as speech.

        With `stream_format` "sse" the audio comes as events `speech.audio.delta` (base64) and one
        `speech.audio.done`.

        As events: ask for a stream.
        """
        return self._client.read_events(
            _openai_speech.request(
                body=OpenAiSpeech(
                    model=model,
                    input_=input_,
                    voice=voice,
                    response_format=response_format,
                    speed=speed,
                    stream_format=stream_format,
                    instructions=instructions,
                    language=language,
                    sample_rate=sample_rate,
                ),
            )
        )

    def transcription(
        self,
        *,
        file: File,
        model: str,
        language: str | Unset = "",
        response_format: OpenaiTranscriptionBodyResponseFormat | Unset = "json",
        timestamp_granularities: List[OpenaiTranscriptionBodyTimestampGranularitiesItem]
        | Unset = UNSET,
        stream: bool | Unset = False,
        prompt: str | Unset = "",
        temperature: float | Unset = 0.0,
        chunking_strategy: str | Unset = "auto",
    ) -> OpenAiTranscript:
        """A recording as text.

        With `stream` as events `transcript.text.delta` and one `transcript.text.done`.
        """
        return self._client.ask(
            _openai_transcription.request(
                body=OpenaiTranscriptionBody(
                    file=file,
                    model=model,
                    language=language,
                    response_format=response_format,
                    timestamp_granularities=timestamp_granularities,
                    stream=stream,
                    prompt=prompt,
                    temperature=temperature,
                    chunking_strategy=chunking_strategy,
                ),
            ),
            _openai_transcription.read,
        )

    def transcription_events(
        self,
        *,
        file: File,
        model: str,
        language: str | Unset = "",
        response_format: OpenaiTranscriptionBodyResponseFormat | Unset = "json",
        timestamp_granularities: List[OpenaiTranscriptionBodyTimestampGranularitiesItem]
        | Unset = UNSET,
        stream: bool | Unset = False,
        prompt: str | Unset = "",
        temperature: float | Unset = 0.0,
        chunking_strategy: str | Unset = "auto",
    ) -> Iterator[ServerEvent]:
        """A recording as text.

        With `stream` as events `transcript.text.delta` and one `transcript.text.done`.

        As events: ask for a stream.
        """
        return self._client.read_events(
            _openai_transcription.request(
                body=OpenaiTranscriptionBody(
                    file=file,
                    model=model,
                    language=language,
                    response_format=response_format,
                    timestamp_granularities=timestamp_granularities,
                    stream=stream,
                    prompt=prompt,
                    temperature=temperature,
                    chunking_strategy=chunking_strategy,
                ),
            )
        )

    def transcription_text(
        self,
        *,
        file: File,
        model: str,
        language: str | Unset = "",
        response_format: OpenaiTranscriptionBodyResponseFormat | Unset = "json",
        timestamp_granularities: List[OpenaiTranscriptionBodyTimestampGranularitiesItem]
        | Unset = UNSET,
        stream: bool | Unset = False,
        prompt: str | Unset = "",
        temperature: float | Unset = 0.0,
        chunking_strategy: str | Unset = "auto",
    ) -> str:
        """A recording as text.

        With `stream` as events `transcript.text.delta` and one `transcript.text.done`.

        As the text that was asked for by `format`.
        """
        return self._client.ask(
            _openai_transcription.request(
                body=OpenaiTranscriptionBody(
                    file=file,
                    model=model,
                    language=language,
                    response_format=response_format,
                    timestamp_granularities=timestamp_granularities,
                    stream=stream,
                    prompt=prompt,
                    temperature=temperature,
                    chunking_strategy=chunking_strategy,
                ),
            ),
            lambda response: response.text,
        )

    def translation(
        self,
        *,
        file: File,
        model: str,
        language: str | Unset = "",
        response_format: OpenaiTranslationBodyResponseFormat | Unset = "json",
        timestamp_granularities: List[OpenaiTranslationBodyTimestampGranularitiesItem]
        | Unset = UNSET,
        stream: bool | Unset = False,
        prompt: str | Unset = "",
        temperature: float | Unset = 0.0,
        chunking_strategy: str | Unset = "auto",
    ) -> OpenAiTranscript:
        """Refused: no engine here translates speech."""
        return self._client.ask(
            _openai_translation.request(
                body=OpenaiTranslationBody(
                    file=file,
                    model=model,
                    language=language,
                    response_format=response_format,
                    timestamp_granularities=timestamp_granularities,
                    stream=stream,
                    prompt=prompt,
                    temperature=temperature,
                    chunking_strategy=chunking_strategy,
                ),
            ),
            _openai_translation.read,
        )

    def models(
        self,
    ) -> ModelsShown:
        """What may stand in `model`: engines that speak, that hear, and that think."""
        return self._client.ask(_openai_models.request(), _openai_models.read)

    def model(
        self,
        model: str,
    ) -> ModelShown:
        """One of them, also by a name of OpenAI's that `model` takes: `whisper-1`, `tts-1` and others."""
        return self._client.ask(
            _openai_model.request(
                model=model,
            ),
            _openai_model.read,
        )

    def chat_completion(
        self,
        *,
        model: str,
        messages: List[ChatMessage],
        tools: List[ToolTold] | Unset = UNSET,
        tool_choice: Any | Unset = UNSET,
        parallel_tool_calls: bool | None | Unset = UNSET,
        temperature: float | None | Unset = UNSET,
        max_tokens: int | None | Unset = UNSET,
        max_completion_tokens: int | None | Unset = UNSET,
        stop: List[str] | None | str | Unset = UNSET,
        response_format: WishedAnswer | Unset = UNSET,
        stream: bool | Unset = False,
        stream_options: None | StreamOptions | Unset = UNSET,
        n: Any | Unset = UNSET,
        logprobs: Any | Unset = UNSET,
        top_logprobs: Any | Unset = UNSET,
        top_p: Any | Unset = UNSET,
        presence_penalty: Any | Unset = UNSET,
        frequency_penalty: Any | Unset = UNSET,
        logit_bias: Any | Unset = UNSET,
        modalities: Any | Unset = UNSET,
        audio: Any | Unset = UNSET,
        functions: Any | Unset = UNSET,
        function_call: Any | Unset = UNSET,
        prediction: Any | Unset = UNSET,
        web_search_options: Any | Unset = UNSET,
        user: Any | Unset = UNSET,
        metadata: Any | Unset = UNSET,
        store: Any | Unset = UNSET,
        service_tier: Any | Unset = UNSET,
        seed: Any | Unset = UNSET,
        safety_identifier: Any | Unset = UNSET,
        prompt_cache_key: Any | Unset = UNSET,
        prompt_cache_retention: Any | Unset = UNSET,
        prompt_cache_options: Any | Unset = UNSET,
        moderation: Any | Unset = UNSET,
        verbosity: Any | Unset = UNSET,
        reasoning_effort: Any | Unset = UNSET,
    ) -> ChatAnswered:
        """A question to a language model of this server.

        Tools are passed on; what the model calls is for the client to do. Images and audio are refused, and
        so is
        each parameter that would change the answer and cannot be passed on.
        """
        return self._client.ask(
            _openai_chat_completion.request(
                body=ChatRequest(
                    model=model,
                    messages=messages,
                    tools=tools,
                    tool_choice=tool_choice,
                    parallel_tool_calls=parallel_tool_calls,
                    temperature=temperature,
                    max_tokens=max_tokens,
                    max_completion_tokens=max_completion_tokens,
                    stop=stop,
                    response_format=response_format,
                    stream=stream,
                    stream_options=stream_options,
                    n=n,
                    logprobs=logprobs,
                    top_logprobs=top_logprobs,
                    top_p=top_p,
                    presence_penalty=presence_penalty,
                    frequency_penalty=frequency_penalty,
                    logit_bias=logit_bias,
                    modalities=modalities,
                    audio=audio,
                    functions=functions,
                    function_call=function_call,
                    prediction=prediction,
                    web_search_options=web_search_options,
                    user=user,
                    metadata=metadata,
                    store=store,
                    service_tier=service_tier,
                    seed=seed,
                    safety_identifier=safety_identifier,
                    prompt_cache_key=prompt_cache_key,
                    prompt_cache_retention=prompt_cache_retention,
                    prompt_cache_options=prompt_cache_options,
                    moderation=moderation,
                    verbosity=verbosity,
                    reasoning_effort=reasoning_effort,
                ),
            ),
            _openai_chat_completion.read,
        )

    def chat_completion_events(
        self,
        *,
        model: str,
        messages: List[ChatMessage],
        tools: List[ToolTold] | Unset = UNSET,
        tool_choice: Any | Unset = UNSET,
        parallel_tool_calls: bool | None | Unset = UNSET,
        temperature: float | None | Unset = UNSET,
        max_tokens: int | None | Unset = UNSET,
        max_completion_tokens: int | None | Unset = UNSET,
        stop: List[str] | None | str | Unset = UNSET,
        response_format: WishedAnswer | Unset = UNSET,
        stream: bool | Unset = False,
        stream_options: None | StreamOptions | Unset = UNSET,
        n: Any | Unset = UNSET,
        logprobs: Any | Unset = UNSET,
        top_logprobs: Any | Unset = UNSET,
        top_p: Any | Unset = UNSET,
        presence_penalty: Any | Unset = UNSET,
        frequency_penalty: Any | Unset = UNSET,
        logit_bias: Any | Unset = UNSET,
        modalities: Any | Unset = UNSET,
        audio: Any | Unset = UNSET,
        functions: Any | Unset = UNSET,
        function_call: Any | Unset = UNSET,
        prediction: Any | Unset = UNSET,
        web_search_options: Any | Unset = UNSET,
        user: Any | Unset = UNSET,
        metadata: Any | Unset = UNSET,
        store: Any | Unset = UNSET,
        service_tier: Any | Unset = UNSET,
        seed: Any | Unset = UNSET,
        safety_identifier: Any | Unset = UNSET,
        prompt_cache_key: Any | Unset = UNSET,
        prompt_cache_retention: Any | Unset = UNSET,
        prompt_cache_options: Any | Unset = UNSET,
        moderation: Any | Unset = UNSET,
        verbosity: Any | Unset = UNSET,
        reasoning_effort: Any | Unset = UNSET,
    ) -> Iterator[ServerEvent]:
        """A question to a language model of this server.

        Tools are passed on; what the model calls is for the client to do. Images and audio are refused, and
        so is
        each parameter that would change the answer and cannot be passed on.

        As events: ask for a stream.
        """
        return self._client.read_events(
            _openai_chat_completion.request(
                body=ChatRequest(
                    model=model,
                    messages=messages,
                    tools=tools,
                    tool_choice=tool_choice,
                    parallel_tool_calls=parallel_tool_calls,
                    temperature=temperature,
                    max_tokens=max_tokens,
                    max_completion_tokens=max_completion_tokens,
                    stop=stop,
                    response_format=response_format,
                    stream=stream,
                    stream_options=stream_options,
                    n=n,
                    logprobs=logprobs,
                    top_logprobs=top_logprobs,
                    top_p=top_p,
                    presence_penalty=presence_penalty,
                    frequency_penalty=frequency_penalty,
                    logit_bias=logit_bias,
                    modalities=modalities,
                    audio=audio,
                    functions=functions,
                    function_call=function_call,
                    prediction=prediction,
                    web_search_options=web_search_options,
                    user=user,
                    metadata=metadata,
                    store=store,
                    service_tier=service_tier,
                    seed=seed,
                    safety_identifier=safety_identifier,
                    prompt_cache_key=prompt_cache_key,
                    prompt_cache_retention=prompt_cache_retention,
                    prompt_cache_options=prompt_cache_options,
                    moderation=moderation,
                    verbosity=verbosity,
                    reasoning_effort=reasoning_effort,
                ),
            )
        )


class AsyncOpenai:
    def __init__(self, client: AsyncVoiceForge) -> None:
        self._client = client

    async def speech(
        self,
        *,
        model: str,
        input_: str,
        voice: OpenAiSpeechVoiceType1 | str,
        response_format: FileFormat | Unset = UNSET,
        speed: float | Unset = 1.0,
        stream_format: OpenAiSpeechStreamFormat | Unset = "audio",
        instructions: str | Unset = "",
        language: str | Unset = "",
        sample_rate: int | Unset = 0,
    ) -> bytes:
        """A text as speech.

        With `stream_format` "sse" the audio comes as events `speech.audio.delta` (base64) and one
        `speech.audio.done`.
        """
        return await self._client.ask(
            _openai_speech.request(
                body=OpenAiSpeech(
                    model=model,
                    input_=input_,
                    voice=voice,
                    response_format=response_format,
                    speed=speed,
                    stream_format=stream_format,
                    instructions=instructions,
                    language=language,
                    sample_rate=sample_rate,
                ),
            ),
            _openai_speech.read,
        )

    def speech_stream(
        self,
        *,
        model: str,
        input_: str,
        voice: OpenAiSpeechVoiceType1 | str,
        response_format: FileFormat | Unset = UNSET,
        speed: float | Unset = 1.0,
        stream_format: OpenAiSpeechStreamFormat | Unset = "audio",
        instructions: str | Unset = "",
        language: str | Unset = "",
        sample_rate: int | Unset = 0,
    ) -> AsyncIterator[bytes]:
        """A text as speech.

        With `stream_format` "sse" the audio comes as events `speech.audio.delta` (base64) and one
        `speech.audio.done`.

        Piece by piece, as it comes.
        """
        return self._client.read_pieces(
            _openai_speech.request(
                body=OpenAiSpeech(
                    model=model,
                    input_=input_,
                    voice=voice,
                    response_format=response_format,
                    speed=speed,
                    stream_format=stream_format,
                    instructions=instructions,
                    language=language,
                    sample_rate=sample_rate,
                ),
            )
        )

    def speech_events(
        self,
        *,
        model: str,
        input_: str,
        voice: OpenAiSpeechVoiceType1 | str,
        response_format: FileFormat | Unset = UNSET,
        speed: float | Unset = 1.0,
        stream_format: OpenAiSpeechStreamFormat | Unset = "audio",
        instructions: str | Unset = "",
        language: str | Unset = "",
        sample_rate: int | Unset = 0,
    ) -> AsyncIterator[ServerEvent]:
        """A text as speech.

        With `stream_format` "sse" the audio comes as events `speech.audio.delta` (base64) and one
        `speech.audio.done`.

        As events: ask for a stream.
        """
        return self._client.read_events(
            _openai_speech.request(
                body=OpenAiSpeech(
                    model=model,
                    input_=input_,
                    voice=voice,
                    response_format=response_format,
                    speed=speed,
                    stream_format=stream_format,
                    instructions=instructions,
                    language=language,
                    sample_rate=sample_rate,
                ),
            )
        )

    async def transcription(
        self,
        *,
        file: File,
        model: str,
        language: str | Unset = "",
        response_format: OpenaiTranscriptionBodyResponseFormat | Unset = "json",
        timestamp_granularities: List[OpenaiTranscriptionBodyTimestampGranularitiesItem]
        | Unset = UNSET,
        stream: bool | Unset = False,
        prompt: str | Unset = "",
        temperature: float | Unset = 0.0,
        chunking_strategy: str | Unset = "auto",
    ) -> OpenAiTranscript:
        """A recording as text.

        With `stream` as events `transcript.text.delta` and one `transcript.text.done`.
        """
        return await self._client.ask(
            _openai_transcription.request(
                body=OpenaiTranscriptionBody(
                    file=file,
                    model=model,
                    language=language,
                    response_format=response_format,
                    timestamp_granularities=timestamp_granularities,
                    stream=stream,
                    prompt=prompt,
                    temperature=temperature,
                    chunking_strategy=chunking_strategy,
                ),
            ),
            _openai_transcription.read,
        )

    def transcription_events(
        self,
        *,
        file: File,
        model: str,
        language: str | Unset = "",
        response_format: OpenaiTranscriptionBodyResponseFormat | Unset = "json",
        timestamp_granularities: List[OpenaiTranscriptionBodyTimestampGranularitiesItem]
        | Unset = UNSET,
        stream: bool | Unset = False,
        prompt: str | Unset = "",
        temperature: float | Unset = 0.0,
        chunking_strategy: str | Unset = "auto",
    ) -> AsyncIterator[ServerEvent]:
        """A recording as text.

        With `stream` as events `transcript.text.delta` and one `transcript.text.done`.

        As events: ask for a stream.
        """
        return self._client.read_events(
            _openai_transcription.request(
                body=OpenaiTranscriptionBody(
                    file=file,
                    model=model,
                    language=language,
                    response_format=response_format,
                    timestamp_granularities=timestamp_granularities,
                    stream=stream,
                    prompt=prompt,
                    temperature=temperature,
                    chunking_strategy=chunking_strategy,
                ),
            )
        )

    async def transcription_text(
        self,
        *,
        file: File,
        model: str,
        language: str | Unset = "",
        response_format: OpenaiTranscriptionBodyResponseFormat | Unset = "json",
        timestamp_granularities: List[OpenaiTranscriptionBodyTimestampGranularitiesItem]
        | Unset = UNSET,
        stream: bool | Unset = False,
        prompt: str | Unset = "",
        temperature: float | Unset = 0.0,
        chunking_strategy: str | Unset = "auto",
    ) -> str:
        """A recording as text.

        With `stream` as events `transcript.text.delta` and one `transcript.text.done`.

        As the text that was asked for by `format`.
        """
        return await self._client.ask(
            _openai_transcription.request(
                body=OpenaiTranscriptionBody(
                    file=file,
                    model=model,
                    language=language,
                    response_format=response_format,
                    timestamp_granularities=timestamp_granularities,
                    stream=stream,
                    prompt=prompt,
                    temperature=temperature,
                    chunking_strategy=chunking_strategy,
                ),
            ),
            lambda response: response.text,
        )

    async def translation(
        self,
        *,
        file: File,
        model: str,
        language: str | Unset = "",
        response_format: OpenaiTranslationBodyResponseFormat | Unset = "json",
        timestamp_granularities: List[OpenaiTranslationBodyTimestampGranularitiesItem]
        | Unset = UNSET,
        stream: bool | Unset = False,
        prompt: str | Unset = "",
        temperature: float | Unset = 0.0,
        chunking_strategy: str | Unset = "auto",
    ) -> OpenAiTranscript:
        """Refused: no engine here translates speech."""
        return await self._client.ask(
            _openai_translation.request(
                body=OpenaiTranslationBody(
                    file=file,
                    model=model,
                    language=language,
                    response_format=response_format,
                    timestamp_granularities=timestamp_granularities,
                    stream=stream,
                    prompt=prompt,
                    temperature=temperature,
                    chunking_strategy=chunking_strategy,
                ),
            ),
            _openai_translation.read,
        )

    async def models(
        self,
    ) -> ModelsShown:
        """What may stand in `model`: engines that speak, that hear, and that think."""
        return await self._client.ask(_openai_models.request(), _openai_models.read)

    async def model(
        self,
        model: str,
    ) -> ModelShown:
        """One of them, also by a name of OpenAI's that `model` takes: `whisper-1`, `tts-1` and others."""
        return await self._client.ask(
            _openai_model.request(
                model=model,
            ),
            _openai_model.read,
        )

    async def chat_completion(
        self,
        *,
        model: str,
        messages: List[ChatMessage],
        tools: List[ToolTold] | Unset = UNSET,
        tool_choice: Any | Unset = UNSET,
        parallel_tool_calls: bool | None | Unset = UNSET,
        temperature: float | None | Unset = UNSET,
        max_tokens: int | None | Unset = UNSET,
        max_completion_tokens: int | None | Unset = UNSET,
        stop: List[str] | None | str | Unset = UNSET,
        response_format: WishedAnswer | Unset = UNSET,
        stream: bool | Unset = False,
        stream_options: None | StreamOptions | Unset = UNSET,
        n: Any | Unset = UNSET,
        logprobs: Any | Unset = UNSET,
        top_logprobs: Any | Unset = UNSET,
        top_p: Any | Unset = UNSET,
        presence_penalty: Any | Unset = UNSET,
        frequency_penalty: Any | Unset = UNSET,
        logit_bias: Any | Unset = UNSET,
        modalities: Any | Unset = UNSET,
        audio: Any | Unset = UNSET,
        functions: Any | Unset = UNSET,
        function_call: Any | Unset = UNSET,
        prediction: Any | Unset = UNSET,
        web_search_options: Any | Unset = UNSET,
        user: Any | Unset = UNSET,
        metadata: Any | Unset = UNSET,
        store: Any | Unset = UNSET,
        service_tier: Any | Unset = UNSET,
        seed: Any | Unset = UNSET,
        safety_identifier: Any | Unset = UNSET,
        prompt_cache_key: Any | Unset = UNSET,
        prompt_cache_retention: Any | Unset = UNSET,
        prompt_cache_options: Any | Unset = UNSET,
        moderation: Any | Unset = UNSET,
        verbosity: Any | Unset = UNSET,
        reasoning_effort: Any | Unset = UNSET,
    ) -> ChatAnswered:
        """A question to a language model of this server.

        Tools are passed on; what the model calls is for the client to do. Images and audio are refused, and
        so is
        each parameter that would change the answer and cannot be passed on.
        """
        return await self._client.ask(
            _openai_chat_completion.request(
                body=ChatRequest(
                    model=model,
                    messages=messages,
                    tools=tools,
                    tool_choice=tool_choice,
                    parallel_tool_calls=parallel_tool_calls,
                    temperature=temperature,
                    max_tokens=max_tokens,
                    max_completion_tokens=max_completion_tokens,
                    stop=stop,
                    response_format=response_format,
                    stream=stream,
                    stream_options=stream_options,
                    n=n,
                    logprobs=logprobs,
                    top_logprobs=top_logprobs,
                    top_p=top_p,
                    presence_penalty=presence_penalty,
                    frequency_penalty=frequency_penalty,
                    logit_bias=logit_bias,
                    modalities=modalities,
                    audio=audio,
                    functions=functions,
                    function_call=function_call,
                    prediction=prediction,
                    web_search_options=web_search_options,
                    user=user,
                    metadata=metadata,
                    store=store,
                    service_tier=service_tier,
                    seed=seed,
                    safety_identifier=safety_identifier,
                    prompt_cache_key=prompt_cache_key,
                    prompt_cache_retention=prompt_cache_retention,
                    prompt_cache_options=prompt_cache_options,
                    moderation=moderation,
                    verbosity=verbosity,
                    reasoning_effort=reasoning_effort,
                ),
            ),
            _openai_chat_completion.read,
        )

    def chat_completion_events(
        self,
        *,
        model: str,
        messages: List[ChatMessage],
        tools: List[ToolTold] | Unset = UNSET,
        tool_choice: Any | Unset = UNSET,
        parallel_tool_calls: bool | None | Unset = UNSET,
        temperature: float | None | Unset = UNSET,
        max_tokens: int | None | Unset = UNSET,
        max_completion_tokens: int | None | Unset = UNSET,
        stop: List[str] | None | str | Unset = UNSET,
        response_format: WishedAnswer | Unset = UNSET,
        stream: bool | Unset = False,
        stream_options: None | StreamOptions | Unset = UNSET,
        n: Any | Unset = UNSET,
        logprobs: Any | Unset = UNSET,
        top_logprobs: Any | Unset = UNSET,
        top_p: Any | Unset = UNSET,
        presence_penalty: Any | Unset = UNSET,
        frequency_penalty: Any | Unset = UNSET,
        logit_bias: Any | Unset = UNSET,
        modalities: Any | Unset = UNSET,
        audio: Any | Unset = UNSET,
        functions: Any | Unset = UNSET,
        function_call: Any | Unset = UNSET,
        prediction: Any | Unset = UNSET,
        web_search_options: Any | Unset = UNSET,
        user: Any | Unset = UNSET,
        metadata: Any | Unset = UNSET,
        store: Any | Unset = UNSET,
        service_tier: Any | Unset = UNSET,
        seed: Any | Unset = UNSET,
        safety_identifier: Any | Unset = UNSET,
        prompt_cache_key: Any | Unset = UNSET,
        prompt_cache_retention: Any | Unset = UNSET,
        prompt_cache_options: Any | Unset = UNSET,
        moderation: Any | Unset = UNSET,
        verbosity: Any | Unset = UNSET,
        reasoning_effort: Any | Unset = UNSET,
    ) -> AsyncIterator[ServerEvent]:
        """A question to a language model of this server.

        Tools are passed on; what the model calls is for the client to do. Images and audio are refused, and
        so is
        each parameter that would change the answer and cannot be passed on.

        As events: ask for a stream.
        """
        return self._client.read_events(
            _openai_chat_completion.request(
                body=ChatRequest(
                    model=model,
                    messages=messages,
                    tools=tools,
                    tool_choice=tool_choice,
                    parallel_tool_calls=parallel_tool_calls,
                    temperature=temperature,
                    max_tokens=max_tokens,
                    max_completion_tokens=max_completion_tokens,
                    stop=stop,
                    response_format=response_format,
                    stream=stream,
                    stream_options=stream_options,
                    n=n,
                    logprobs=logprobs,
                    top_logprobs=top_logprobs,
                    top_p=top_p,
                    presence_penalty=presence_penalty,
                    frequency_penalty=frequency_penalty,
                    logit_bias=logit_bias,
                    modalities=modalities,
                    audio=audio,
                    functions=functions,
                    function_call=function_call,
                    prediction=prediction,
                    web_search_options=web_search_options,
                    user=user,
                    metadata=metadata,
                    store=store,
                    service_tier=service_tier,
                    seed=seed,
                    safety_identifier=safety_identifier,
                    prompt_cache_key=prompt_cache_key,
                    prompt_cache_retention=prompt_cache_retention,
                    prompt_cache_options=prompt_cache_options,
                    moderation=moderation,
                    verbosity=verbosity,
                    reasoning_effort=reasoning_effort,
                ),
            )
        )
