"""What a flow says of its own accord in languages other than English. A document may have words of its own in
their place. Of a bad line it says what every agent of ours does (`line_words`)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from types import MappingProxyType

from pipelines.conversation.line_words import LINE_WORDS
from pipelines.flows.phrases import Phrases
from pipelines.languages.tags import base_of

_PHRASES: Mapping[str, Phrases] = MappingProxyType(
    {
        "de": Phrases(
            sorry="Das habe ich leider nicht verstanden.",
            hardly="Ich höre Sie kaum. Bitte benutzen Sie die Tasten.",
            unheard="Ich höre Sie nicht.",
            impossible="{value} ist hier leider nicht möglich.",
            back="Da bin ich wieder.",
            check="Haben Sie {value} gesagt?",
            other="War es {value}?",
            read_back="Ich habe {value}. Ist das richtig?",
            go_on="{value}. Und weiter?",
            once_more="Dann sagen Sie es bitte noch einmal.",
            clearly="Bitte sagen Sie deutlich ja oder nein.",
            yes_no_keys="Drücken Sie eins für ja oder zwei für nein.",
        ),
        "fr": Phrases(
            sorry="Désolé, je n'ai pas compris.",
            hardly="Je vous entends à peine. Utilisez les touches, s'il vous plaît.",
            unheard="Je ne vous entends pas.",
            impossible="Désolé, {value} n'est pas possible ici.",
            back="Me revoilà.",
            check="Avez-vous dit {value} ?",
            other="Était-ce {value} ?",
            read_back="J'ai noté {value}. Est-ce exact ?",
            go_on="{value}. Et ensuite ?",
            once_more="Alors répétez, s'il vous plaît.",
            clearly="Dites clairement oui ou non, s'il vous plaît.",
            yes_no_keys="Appuyez sur un pour oui ou sur deux pour non.",
        ),
        "es": Phrases(
            sorry="Lo siento, no le he entendido.",
            hardly="Apenas le oigo. Utilice las teclas, por favor.",
            unheard="No le oigo.",
            impossible="Lo siento, {value} no es posible aquí.",
            back="Aquí estoy de nuevo.",
            check="¿Ha dicho {value}?",
            other="¿Era {value}?",
            read_back="Tengo {value}. ¿Es correcto?",
            go_on="{value}. ¿Y qué más?",
            once_more="Entonces repítalo, por favor.",
            clearly="Diga claramente sí o no, por favor.",
            yes_no_keys="Pulse uno para sí o dos para no.",
        ),
        "it": Phrases(
            sorry="Mi dispiace, non ho capito.",
            hardly="La sento appena. Usi i tasti, per favore.",
            unheard="Non La sento.",
            impossible="Mi dispiace, {value} qui non è possibile.",
            back="Eccomi di nuovo.",
            check="Ha detto {value}?",
            other="Era {value}?",
            read_back="Ho capito {value}. È giusto?",
            go_on="{value}. E poi?",
            once_more="Allora lo ripeta, per favore.",
            clearly="Dica chiaramente sì o no, per favore.",
            yes_no_keys="Prema uno per sì o due per no.",
        ),
        "pt": Phrases(
            sorry="Desculpe, não entendi.",
            hardly="Quase não consigo ouvir. Use as teclas, por favor.",
            unheard="Não consigo ouvir.",
            impossible="Desculpe, {value} não é possível aqui.",
            back="Estou aqui de novo.",
            check="Disse {value}?",
            other="Era {value}?",
            read_back="Tenho {value}. Está certo?",
            go_on="{value}. E depois?",
            once_more="Então repita, por favor.",
            clearly="Diga claramente sim ou não, por favor.",
            yes_no_keys="Prima um para sim ou dois para não.",
        ),
        "hi": Phrases(
            sorry="माफ़ कीजिए, मैं समझ नहीं पाया।",
            hardly="मुझे आपकी आवाज़ मुश्किल से सुनाई दे रही है। कृपया बटन दबाएँ।",
            unheard="मुझे आपकी आवाज़ सुनाई नहीं दे रही है।",
            impossible="माफ़ कीजिए, {value} यहाँ संभव नहीं है।",
            back="मैं वापस आ गया हूँ।",
            check="क्या आपने {value} कहा?",
            other="क्या वह {value} था?",
            read_back="मेरे पास {value} है। क्या यह सही है?",
            go_on="{value}। और आगे?",
            once_more="तो कृपया फिर से कहिए।",
            clearly="कृपया साफ़ हाँ या नहीं कहिए।",
            yes_no_keys="हाँ के लिए एक, नहीं के लिए दो दबाएँ।",
        ),
        "ja": Phrases(
            sorry="すみません、聞き取れませんでした。",
            hardly="お声がよく聞こえません。キーを押してください。",
            unheard="お声が聞こえません。",
            impossible="申し訳ありませんが、{value}は選べません。",
            back="お待たせしました。",
            check="{value}とおっしゃいましたか。",
            other="{value}でしたか。",
            read_back="{value}ですね。よろしいですか。",
            go_on="{value}。続きをどうぞ。",
            once_more="では、もう一度お願いします。",
            clearly="「はい」か「いいえ」ではっきりお答えください。",
            yes_no_keys="はいは一を、いいえは二を押してください。",
        ),
        "zh": Phrases(
            sorry="对不起，我没有听清。",
            hardly="我几乎听不到您的声音，请按键。",
            unheard="我听不到您的声音。",
            impossible="对不起，这里不能选{value}。",
            back="我回来了。",
            check="您说的是{value}吗？",
            other="是{value}吗？",
            read_back="我记下的是{value}。对吗？",
            go_on="{value}。然后呢？",
            once_more="那请再说一遍。",
            clearly="请清楚地说是或者不是。",
            yes_no_keys="是请按一，不是请按二。",
        ),
    }
)


def phrases_in(language: str) -> Phrases:
    """English where there are none in a language (BCP 47)."""
    base = base_of(language) if language else "en"
    found = _PHRASES.get(base)
    return Phrases() if found is None else replace(found, troubles=LINE_WORDS.get(base, found.troubles))
