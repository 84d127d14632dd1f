from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar, cast

from attrs import define as _attrs_define

from ..types import UNSET, Unset

if TYPE_CHECKING:
    from ..models.chat_message import ChatMessage
    from ..models.stream_options import StreamOptions
    from ..models.tool_told import ToolTold
    from ..models.wished_answer import WishedAnswer


T = TypeVar("T", bound="ChatRequest")


@_attrs_define
class ChatRequest:
    """Fields of OpenAI's that change nothing here are taken and passed over: `user`, `metadata`, `store`,
    `seed` and their like.

    """

    model: str
    """ A language model of `GET /v1/models`. """
    messages: list[ChatMessage]
    tools: list[ToolTold] | Unset = UNSET
    tool_choice: Any | Unset = UNSET
    parallel_tool_calls: bool | None | Unset = UNSET
    temperature: float | None | Unset = UNSET
    max_tokens: int | None | Unset = UNSET
    max_completion_tokens: int | None | Unset = UNSET
    stop: list[str] | None | str | Unset = UNSET
    response_format: WishedAnswer | Unset = UNSET
    stream: bool | Unset = False
    stream_options: None | StreamOptions | Unset = UNSET
    n: Any | Unset = UNSET
    logprobs: Any | Unset = UNSET
    top_logprobs: Any | Unset = UNSET
    top_p: Any | Unset = UNSET
    presence_penalty: Any | Unset = UNSET
    frequency_penalty: Any | Unset = UNSET
    logit_bias: Any | Unset = UNSET
    modalities: Any | Unset = UNSET
    audio: Any | Unset = UNSET
    functions: Any | Unset = UNSET
    function_call: Any | Unset = UNSET
    prediction: Any | Unset = UNSET
    web_search_options: Any | Unset = UNSET
    user: Any | Unset = UNSET
    metadata: Any | Unset = UNSET
    store: Any | Unset = UNSET
    service_tier: Any | Unset = UNSET
    seed: Any | Unset = UNSET
    safety_identifier: Any | Unset = UNSET
    prompt_cache_key: Any | Unset = UNSET
    prompt_cache_retention: Any | Unset = UNSET
    prompt_cache_options: Any | Unset = UNSET
    moderation: Any | Unset = UNSET
    verbosity: Any | Unset = UNSET
    reasoning_effort: Any | Unset = UNSET

    def to_dict(self) -> dict[str, Any]:
        from ..models.stream_options import StreamOptions  # noqa: PLC0415

        model = self.model

        messages = []
        for messages_item_data in self.messages:
            messages_item = messages_item_data.to_dict()
            messages.append(messages_item)

        tools: list[dict[str, Any]] | Unset = UNSET
        if not isinstance(self.tools, Unset):
            tools = []
            for tools_item_data in self.tools:
                tools_item = tools_item_data.to_dict()
                tools.append(tools_item)

        tool_choice = self.tool_choice

        parallel_tool_calls: bool | None | Unset
        if isinstance(self.parallel_tool_calls, Unset):
            parallel_tool_calls = UNSET
        else:
            parallel_tool_calls = self.parallel_tool_calls

        temperature: float | None | Unset
        if isinstance(self.temperature, Unset):
            temperature = UNSET
        else:
            temperature = self.temperature

        max_tokens: int | None | Unset
        if isinstance(self.max_tokens, Unset):
            max_tokens = UNSET
        else:
            max_tokens = self.max_tokens

        max_completion_tokens: int | None | Unset
        if isinstance(self.max_completion_tokens, Unset):
            max_completion_tokens = UNSET
        else:
            max_completion_tokens = self.max_completion_tokens

        stop: list[str] | None | str | Unset
        if isinstance(self.stop, Unset):
            stop = UNSET
        elif isinstance(self.stop, list):
            stop = self.stop

        else:
            stop = self.stop

        response_format: dict[str, Any] | Unset = UNSET
        if not isinstance(self.response_format, Unset):
            response_format = self.response_format.to_dict()

        stream = self.stream

        stream_options: dict[str, Any] | None | Unset
        if isinstance(self.stream_options, Unset):
            stream_options = UNSET
        elif isinstance(self.stream_options, StreamOptions):
            stream_options = self.stream_options.to_dict()
        else:
            stream_options = self.stream_options

        n = self.n

        logprobs = self.logprobs

        top_logprobs = self.top_logprobs

        top_p = self.top_p

        presence_penalty = self.presence_penalty

        frequency_penalty = self.frequency_penalty

        logit_bias = self.logit_bias

        modalities = self.modalities

        audio = self.audio

        functions = self.functions

        function_call = self.function_call

        prediction = self.prediction

        web_search_options = self.web_search_options

        user = self.user

        metadata = self.metadata

        store = self.store

        service_tier = self.service_tier

        seed = self.seed

        safety_identifier = self.safety_identifier

        prompt_cache_key = self.prompt_cache_key

        prompt_cache_retention = self.prompt_cache_retention

        prompt_cache_options = self.prompt_cache_options

        moderation = self.moderation

        verbosity = self.verbosity

        reasoning_effort = self.reasoning_effort

        field_dict: dict[str, Any] = {}

        field_dict.update(
            {
                "model": model,
                "messages": messages,
            }
        )
        if tools is not UNSET:
            field_dict["tools"] = tools
        if tool_choice is not UNSET:
            field_dict["tool_choice"] = tool_choice
        if parallel_tool_calls is not UNSET:
            field_dict["parallel_tool_calls"] = parallel_tool_calls
        if temperature is not UNSET:
            field_dict["temperature"] = temperature
        if max_tokens is not UNSET:
            field_dict["max_tokens"] = max_tokens
        if max_completion_tokens is not UNSET:
            field_dict["max_completion_tokens"] = max_completion_tokens
        if stop is not UNSET:
            field_dict["stop"] = stop
        if response_format is not UNSET:
            field_dict["response_format"] = response_format
        if stream is not UNSET:
            field_dict["stream"] = stream
        if stream_options is not UNSET:
            field_dict["stream_options"] = stream_options
        if n is not UNSET:
            field_dict["n"] = n
        if logprobs is not UNSET:
            field_dict["logprobs"] = logprobs
        if top_logprobs is not UNSET:
            field_dict["top_logprobs"] = top_logprobs
        if top_p is not UNSET:
            field_dict["top_p"] = top_p
        if presence_penalty is not UNSET:
            field_dict["presence_penalty"] = presence_penalty
        if frequency_penalty is not UNSET:
            field_dict["frequency_penalty"] = frequency_penalty
        if logit_bias is not UNSET:
            field_dict["logit_bias"] = logit_bias
        if modalities is not UNSET:
            field_dict["modalities"] = modalities
        if audio is not UNSET:
            field_dict["audio"] = audio
        if functions is not UNSET:
            field_dict["functions"] = functions
        if function_call is not UNSET:
            field_dict["function_call"] = function_call
        if prediction is not UNSET:
            field_dict["prediction"] = prediction
        if web_search_options is not UNSET:
            field_dict["web_search_options"] = web_search_options
        if user is not UNSET:
            field_dict["user"] = user
        if metadata is not UNSET:
            field_dict["metadata"] = metadata
        if store is not UNSET:
            field_dict["store"] = store
        if service_tier is not UNSET:
            field_dict["service_tier"] = service_tier
        if seed is not UNSET:
            field_dict["seed"] = seed
        if safety_identifier is not UNSET:
            field_dict["safety_identifier"] = safety_identifier
        if prompt_cache_key is not UNSET:
            field_dict["prompt_cache_key"] = prompt_cache_key
        if prompt_cache_retention is not UNSET:
            field_dict["prompt_cache_retention"] = prompt_cache_retention
        if prompt_cache_options is not UNSET:
            field_dict["prompt_cache_options"] = prompt_cache_options
        if moderation is not UNSET:
            field_dict["moderation"] = moderation
        if verbosity is not UNSET:
            field_dict["verbosity"] = verbosity
        if reasoning_effort is not UNSET:
            field_dict["reasoning_effort"] = reasoning_effort

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.chat_message import ChatMessage  # noqa: PLC0415
        from ..models.stream_options import StreamOptions  # noqa: PLC0415
        from ..models.tool_told import ToolTold  # noqa: PLC0415
        from ..models.wished_answer import WishedAnswer  # noqa: PLC0415

        d = dict(src_dict)
        model = d.pop("model")

        messages = []
        _messages = d.pop("messages")
        for messages_item_data in _messages:
            messages_item = ChatMessage.from_dict(messages_item_data)

            messages.append(messages_item)

        _tools = d.pop("tools", UNSET)
        tools: list[ToolTold] | Unset = UNSET
        if _tools is not UNSET:
            tools = []
            for tools_item_data in _tools:
                tools_item = ToolTold.from_dict(tools_item_data)

                tools.append(tools_item)

        tool_choice = d.pop("tool_choice", UNSET)

        def _parse_parallel_tool_calls(data: object) -> bool | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(bool | None | Unset, data)

        parallel_tool_calls = _parse_parallel_tool_calls(
            d.pop("parallel_tool_calls", UNSET)
        )

        def _parse_temperature(data: object) -> float | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(float | None | Unset, data)

        temperature = _parse_temperature(d.pop("temperature", UNSET))

        def _parse_max_tokens(data: object) -> int | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(int | None | Unset, data)

        max_tokens = _parse_max_tokens(d.pop("max_tokens", UNSET))

        def _parse_max_completion_tokens(data: object) -> int | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(int | None | Unset, data)

        max_completion_tokens = _parse_max_completion_tokens(
            d.pop("max_completion_tokens", UNSET)
        )

        def _parse_stop(data: object) -> list[str] | None | str | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            try:
                if not isinstance(data, list):
                    raise TypeError()
                stop_type_1 = cast(list[str], data)

                return stop_type_1
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(list[str] | None | str | Unset, data)

        stop = _parse_stop(d.pop("stop", UNSET))

        _response_format = d.pop("response_format", UNSET)
        response_format: WishedAnswer | Unset
        if isinstance(_response_format, Unset):
            response_format = UNSET
        else:
            response_format = WishedAnswer.from_dict(_response_format)

        stream = d.pop("stream", UNSET)

        def _parse_stream_options(data: object) -> None | StreamOptions | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            try:
                if not isinstance(data, dict):
                    raise TypeError()
                stream_options_type_0 = StreamOptions.from_dict(data)

                return stream_options_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(None | StreamOptions | Unset, data)

        stream_options = _parse_stream_options(d.pop("stream_options", UNSET))

        n = d.pop("n", UNSET)

        logprobs = d.pop("logprobs", UNSET)

        top_logprobs = d.pop("top_logprobs", UNSET)

        top_p = d.pop("top_p", UNSET)

        presence_penalty = d.pop("presence_penalty", UNSET)

        frequency_penalty = d.pop("frequency_penalty", UNSET)

        logit_bias = d.pop("logit_bias", UNSET)

        modalities = d.pop("modalities", UNSET)

        audio = d.pop("audio", UNSET)

        functions = d.pop("functions", UNSET)

        function_call = d.pop("function_call", UNSET)

        prediction = d.pop("prediction", UNSET)

        web_search_options = d.pop("web_search_options", UNSET)

        user = d.pop("user", UNSET)

        metadata = d.pop("metadata", UNSET)

        store = d.pop("store", UNSET)

        service_tier = d.pop("service_tier", UNSET)

        seed = d.pop("seed", UNSET)

        safety_identifier = d.pop("safety_identifier", UNSET)

        prompt_cache_key = d.pop("prompt_cache_key", UNSET)

        prompt_cache_retention = d.pop("prompt_cache_retention", UNSET)

        prompt_cache_options = d.pop("prompt_cache_options", UNSET)

        moderation = d.pop("moderation", UNSET)

        verbosity = d.pop("verbosity", UNSET)

        reasoning_effort = d.pop("reasoning_effort", UNSET)

        chat_request = cls(
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
        )

        return chat_request
