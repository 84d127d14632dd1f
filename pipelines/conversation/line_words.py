"""What is said of a bad line to a caller whose agent has no words for it, by language.

As with `own_words`: in a language without a row nothing is said.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from types import MappingProxyType

from mediaserver.storage.records import Record
from pipelines.conversation.agent import Act, Agent, AgentInput, Context, LineTrouble, Say
from pipelines.languages.tags import base_of

GIVEN_UP = "given up"
"""The key of what is said before a call is ended, where the kind of trouble has no goodbye of its own."""
NOBODY = frozenset({"fax", "looped"})
"""Kinds of trouble whose words are the last."""

LINE_WORDS: Mapping[str, Mapping[str, str]] = MappingProxyType(
    {
        "en": {
            "silent": "I cannot hear you at all. Perhaps your microphone is off. You can also use the keys.",
            "clipped": "You are too loud for this line. Please hold the phone a little further away.",
            "humming": "There is a loud hum on the line. If you can, please use another phone.",
            "noisy": "I can hardly hear you over the noise. You can also use the keys.",
            "lossy": "Parts of what you say are lost on the way. You can also use the keys.",
            "endless": "Sorry to interrupt. One short answer is enough.",
            "one-way": "I cannot hear you. Nothing arrives from your telephone.",
            "music": "I hear music. If you are there, please press a key.",
            "tone": "I hear only a tone. If you are there, please press a key.",
            "fax": "I hear a machine, and this number is for people. Goodbye.",
            "looped": "I hear only my own voice on this line. Please call again. Goodbye.",
            GIVEN_UP: "I am sorry, we do not understand each other on this line. Please call again. Goodbye.",
        },
        "de": {
            "silent": "Ich höre Sie gar nicht. Vielleicht ist Ihr Mikrofon aus. Sie können auch die "
            "Tasten benutzen.",
            "clipped": "Sie sind zu laut für diese Leitung. Bitte halten Sie das Telefon etwas weiter weg.",
            "humming": "Es brummt laut in der Leitung. Bitte nehmen Sie, wenn möglich, ein anderes Telefon.",
            "noisy": "Bei dem Lärm höre ich Sie kaum. Sie können auch die Tasten benutzen.",
            "lossy": "Teile von dem, was Sie sagen, gehen verloren. Sie können auch die Tasten benutzen.",
            "endless": "Entschuldigung, dass ich unterbreche. Eine kurze Antwort genügt.",
            "one-way": "Ich höre Sie nicht. Von Ihrem Telefon kommt nichts an.",
            "music": "Ich höre Musik. Wenn Sie da sind, drücken Sie bitte eine Taste.",
            "tone": "Ich höre nur einen Ton. Wenn Sie da sind, drücken Sie bitte eine Taste.",
            "fax": "Ich höre ein Gerät, und diese Nummer ist für Menschen. Auf Wiederhören.",
            "looped": "Ich höre nur meine eigene Stimme. Bitte rufen Sie noch einmal an. Auf Wiederhören.",
            GIVEN_UP: "Es tut mir leid, über diese Leitung verstehen wir uns nicht. Bitte rufen Sie noch "
            "einmal an. Auf Wiederhören.",
        },
        "fr": {
            "silent": "Je ne vous entends pas du tout. Votre micro est peut-être coupé. Vous pouvez aussi "
            "utiliser les touches.",
            "clipped": "Vous parlez trop fort pour cette ligne. Éloignez un peu le téléphone.",
            "humming": "Il y a un fort bourdonnement sur la ligne. Prenez un autre téléphone, si possible.",
            "noisy": "Je vous entends à peine avec ce bruit. Vous pouvez aussi utiliser les touches.",
            "lossy": "Une partie de ce que vous dites se perd. Vous pouvez aussi utiliser les touches.",
            "endless": "Excusez-moi de vous interrompre. Une réponse courte suffit.",
            "one-way": "Je ne vous entends pas. Rien n'arrive de votre téléphone.",
            "music": "J'entends de la musique. Si vous êtes là, appuyez sur une touche.",
            "tone": "Je n'entends qu'une tonalité. Si vous êtes là, appuyez sur une touche.",
            "fax": "J'entends une machine, et ce numéro est pour les personnes. Au revoir.",
            "looped": "Je n'entends ici que ma propre voix. Rappelez, s'il vous plaît. Au revoir.",
            GIVEN_UP: "Je suis désolé, nous ne nous comprenons pas sur cette ligne. Rappelez, s'il vous "
            "plaît. Au revoir.",
        },
        "es": {
            "silent": "No le oigo nada. Quizá su micrófono esté apagado. También puede usar las teclas.",
            "clipped": "Habla demasiado alto para esta línea. Aleje un poco el teléfono.",
            "humming": "Hay un zumbido fuerte en la línea. Use otro teléfono, si es posible.",
            "noisy": "Con ese ruido apenas le oigo. También puede usar las teclas.",
            "lossy": "Parte de lo que dice se pierde. También puede usar las teclas.",
            "endless": "Perdone que le interrumpa. Basta con una respuesta corta.",
            "one-way": "No le oigo. De su teléfono no llega nada.",
            "music": "Oigo música. Si está ahí, pulse una tecla.",
            "tone": "Solo oigo un tono. Si está ahí, pulse una tecla.",
            "fax": "Oigo una máquina, y este número es para personas. Adiós.",
            "looped": "En esta línea solo oigo mi propia voz. Llame otra vez, por favor. Adiós.",
            GIVEN_UP: "Lo siento, por esta línea no nos entendemos. Llame otra vez, por favor. Adiós.",
        },
        "it": {
            "silent": "Non la sento affatto. Forse il suo microfono è spento. Può usare anche i tasti.",
            "clipped": "La sua voce è troppo forte per questa linea. Allontani un po' il telefono.",
            "humming": "C'è un forte ronzio sulla linea. Se possibile, usi un altro telefono.",
            "noisy": "Con questo rumore la sento appena. Può usare anche i tasti.",
            "lossy": "Una parte di quello che dice va persa. Può usare anche i tasti.",
            "endless": "Mi scusi se la interrompo. Basta una risposta breve.",
            "one-way": "Non la sento. Dal suo telefono non arriva nulla.",
            "music": "Sento della musica. Se è in linea, prema un tasto.",
            "tone": "Sento solo un tono. Se è in linea, prema un tasto.",
            "fax": "Sento una macchina, e questo numero è per le persone. Arrivederci.",
            "looped": "Su questa linea sento solo la mia voce. Richiami, per favore. Arrivederci.",
            GIVEN_UP: "Mi dispiace, su questa linea non ci capiamo. Richiami, per favore. Arrivederci.",
        },
        "pt": {
            "silent": "Não estou ouvindo nada. Talvez o seu microfone esteja desligado. Você também pode "
            "usar as teclas.",
            "clipped": "O som chega alto demais. Por favor, afaste um pouco o telefone.",
            "humming": "Há um zumbido forte na linha. Se puder, use outro telefone, por favor.",
            "noisy": "Com esse barulho mal consigo ouvir. Você também pode usar as teclas.",
            "lossy": "Partes do que você diz se perdem. Você também pode usar as teclas.",
            "endless": "Desculpe interromper. Basta uma resposta curta.",
            "one-way": "Não estou ouvindo você. Nada chega do seu telefone.",
            "music": "Estou ouvindo música. Se você estiver aí, aperte uma tecla, por favor.",
            "tone": "Só ouço um tom. Se você estiver aí, aperte uma tecla, por favor.",
            "fax": "Estou ouvindo uma máquina, e este número é para pessoas. Até logo.",
            "looped": "Nesta linha só ouço a minha própria voz. Por favor, ligue novamente. Até logo.",
            GIVEN_UP: "Desculpe, não conseguimos nos entender nesta linha. Por favor, ligue novamente. "
            "Até logo.",
        },
        "hi": {
            "silent": "आपकी आवाज़ बिल्कुल नहीं आ रही है। शायद आपका माइक्रोफ़ोन बंद है। आप बटन भी दबा सकते हैं।",
            "clipped": "आपकी आवाज़ बहुत तेज़ आ रही है। कृपया फ़ोन थोड़ा दूर रखिए।",
            "humming": "लाइन पर तेज़ गूँज है। हो सके तो कृपया दूसरा फ़ोन इस्तेमाल कीजिए।",
            "noisy": "शोर में आपकी आवाज़ मुश्किल से सुनाई दे रही है। आप बटन भी दबा सकते हैं।",
            "lossy": "आपकी बात बीच-बीच में कट रही है। आप बटन भी दबा सकते हैं।",
            "endless": "बीच में बोलने के लिए माफ़ कीजिए। एक छोटा सा जवाब काफ़ी है।",
            "one-way": "आपकी आवाज़ नहीं आ रही है। आपके फ़ोन से कुछ नहीं पहुँच रहा है।",
            "music": "मुझे संगीत सुनाई दे रहा है। अगर आप लाइन पर हैं, तो कृपया कोई बटन दबाइए।",
            "tone": "मुझे सिर्फ़ एक टोन सुनाई दे रही है। अगर आप लाइन पर हैं, तो कृपया कोई बटन दबाइए।",
            "fax": "यहाँ एक मशीन की आवाज़ आ रही है, और यह नंबर बातचीत के लिए है। नमस्ते।",
            "looped": "इस लाइन पर सिर्फ़ मेरी ही आवाज़ आ रही है। कृपया फिर से कॉल कीजिए। नमस्ते।",
            GIVEN_UP: "माफ़ कीजिए, इस लाइन पर बात नहीं हो पा रही है। कृपया फिर से कॉल कीजिए। नमस्ते।",
        },
        "ja": {
            "silent": "お声がまったく聞こえておりません。マイクがオフになっているかもしれません。"
            "ボタン操作もご利用いただけます。",
            "clipped": "お声が大きく割れて聞こえます。少しお電話を離してお話しください。",
            "humming": "回線に大きな雑音が入っております。できましたら、別のお電話をお使いください。",
            "noisy": "周りの音でお声が聞き取りにくくなっております。ボタン操作もご利用いただけます。",
            "lossy": "お声が途切れております。ボタン操作もご利用いただけます。",
            "endless": "お話の途中で失礼いたします。短いお答えで結構です。",
            "one-way": "お声が届いておりません。お客様のお電話から音声が来ていないようです。",
            "music": "音楽が聞こえております。いらっしゃいましたら、いずれかのボタンを押してください。",
            "tone": "発信音だけが聞こえております。いらっしゃいましたら、いずれかのボタンを押してください。",
            "fax": "機械の音が聞こえております。こちらは通話専用の番号です。失礼いたします。",
            "looped": "こちらの声だけが返ってきております。恐れ入りますが、おかけ直しください。"
            "失礼いたします。",
            GIVEN_UP: "申し訳ございません。この回線ではお話が難しいようです。"
            "恐れ入りますが、おかけ直しください。失礼いたします。",
        },
        "zh": {
            "silent": "我完全听不到您的声音，可能是您的麦克风没有打开。您也可以使用按键。",
            "clipped": "您的声音太大了，有些失真，请把电话拿远一点。",
            "humming": "线路上有很大的嗡嗡声。如果方便，请换一部电话。",
            "noisy": "周围太吵，我几乎听不清您的声音。您也可以使用按键。",
            "lossy": "您的声音断断续续。您也可以使用按键。",
            "endless": "抱歉打断一下，简短回答就可以。",
            "one-way": "我听不到您的声音，您的电话没有声音传过来。",
            "music": "我听到的是音乐。如果您在，请按任意键。",
            "tone": "我只听到提示音。如果您在，请按任意键。",
            "fax": "我听到的是机器的声音，这个号码仅供通话使用。再见。",
            "looped": "线路上只有我自己的声音，请您重新拨打。再见。",
            GIVEN_UP: "非常抱歉，这条线路无法正常通话，请您重新拨打。再见。",
        },
    }
)


def line_words(language: str) -> Mapping[str, str]:
    """Those of a BCP 47 tag's language, by `LineTrouble.kind` and `GIVEN_UP`; empty where there are none."""
    return LINE_WORDS.get(base_of(language), MappingProxyType({}))


def minds_the_line(agent: Agent) -> bool:
    """The agent has words of its own for a bad line (`minds_line`)."""
    return bool(getattr(agent, "minds_line", False))


class MindingTheLine:
    """An agent in front of one that has no words for a bad line: it says them in its place."""

    def __init__(self, agent: Agent, language: str) -> None:
        self._agent = agent
        self._words = line_words(language)

    def go_on_in(self, language: str) -> None:
        """The call goes on in another language (BCP 47)."""
        self._words = line_words(language)

    def respond(self, said: AgentInput, context: Context) -> AsyncIterator[Act]:
        if isinstance(said, LineTrouble):
            return self._tell(said)
        return self._agent.respond(said, context)

    async def _tell(self, said: LineTrouble) -> AsyncIterator[Act]:
        last = said.over and said.kind not in NOBODY
        if text := self._words.get(GIVEN_UP if last else said.kind):
            yield Say(text)

    def heard(self, line: int, text: str, cut: bool) -> None:
        self._agent.heard(line, text, cut)

    def hung_up(self) -> tuple[Record, ...]:
        return self._agent.hung_up()
