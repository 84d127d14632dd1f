"""Words by which a text without a grammar tells whether it is at its end, by language.

Data only; `semantic_end` reads it. All lower case, as `own_words.words_of` writes them.
"""

from __future__ import annotations

from pipelines.conversation.end_word_lists import EndWords
from pipelines.conversation.end_word_lists import figures as _figures
from pipelines.conversation.end_word_lists import phrases as _phrases
from pipelines.conversation.end_word_lists import words as _words
from pipelines.conversation.end_words_asian import ASIAN
from pipelines.languages.tags import base_of

__all__ = ["END_WORDS", "EndWords", "end_words"]


_EN_TENS = "twenty thirty forty fifty sixty seventy eighty ninety"
_DE_TENS = "zwanzig dreißig dreissig vierzig fünfzig sechzig siebzig achtzig neunzig"
_FR_TENS = "vingt trente quarante cinquante soixante septante huitante nonante"
_ES_TENS = "treinta cuarenta cincuenta sesenta setenta ochenta noventa"
_PT_TENS = "vinte trinta quarenta cinquenta sessenta setenta oitenta noventa"
_IT_TENS = "venti trenta quaranta cinquanta sessanta settanta ottanta novanta"

END_WORDS = {
    "en": EndWords(
        answers=frozenset(
            _phrases(
                "yes, yeah, yep, yup, no, nope, nah, no no, yes yes, sure, of course, correct, "
                "exactly, right, that's right, that is right, that's correct, that is correct, that's "
                "it, that is it, that's all, that is all, that's everything, that will be all, nothing "
                "else, nothing, not really, not today, i do, i don't, i did, i didn't, it is, it "
                "isn't, yes it is, no it isn't, yes i do, no i don't, yes i am, i am not, okay, ok, "
                "all right, alright, fine, that's fine, sounds good, perfect, great, goodbye, bye, bye "
                "bye, hello, cancel, stop, help, i don't know, i'm not sure, no idea, repeat, repeat "
                "that, pardon, sorry, none"
            )
        ),
        courtesies=_words("please thanks thank you very much well oh um uh sir madam ma'am"),
        dangling=_words(
            "and or but because so if when while although that than the a an my your his her our their its "
            "this these those some any every each another very really quite too more dot double triple um "
            "uh er erm hmm"
        ),
        prepositions=_words("at for to of in on from with by about into onto until till near between after"),
        openings=_phrases(
            "i would like, i'd like, i want, i need, i have, i am, i'm, i was, i will, i'll, can you, "
            "could you, can i, could i, may i, would you, do you, my name is, my number is, my address is, "
            "it is, it's, there is, there's, there are, we are, we're, we need, we want, let me, let's, "
            "is it, is there, are there, what is, what's, where is, how much, how many, how long"
        ),
        questions=_words(
            "what when where who whom whose which why how is are am was were do does did can could will "
            "would shall should may might have has what's where's who's how's when's"
        ),
        figures=_figures(
            "zero oh o one two three four five six seven eight nine nought naught",
            "ten eleven twelve thirteen fourteen fifteen sixteen seventeen eighteen nineteen",
            _EN_TENS,
        ),
        tens=_words(_EN_TENS),
        repeats={"double": 2, "triple": 3},
        numbers=_words("number phone telephone mobile cell cellphone landline account card"),
        codes=_words("code pin zip postcode extension password"),
        number_digits=10,
        addresses=_phrases("address is, i live at, we live at, i live on, located at, i'm at, street is"),
        house_number_first=True,
    ),
    "de": EndWords(
        answers=frozenset(
            _phrases(
                "ja, jawohl, jo, nein, nee, nö, nein nein, ja ja, doch, klar, natürlich, sicher, "
                "genau, richtig, stimmt, das stimmt, das ist richtig, korrekt, in ordnung, gut, sehr "
                "gut, okay, ok, passt, das passt, perfekt, das ist alles, das war's, das wars, das war "
                "alles, mehr nicht, nichts, nichts weiter, sonst nichts, heute nicht, lieber nicht, "
                "tschüss, tschüs, auf wiederhören, auf wiedersehen, hallo, stopp, halt, abbrechen, "
                "hilfe, ich weiß nicht, ich weiss nicht, keine ahnung, wiederholen, wie bitte, gerne"
            )
        ),
        courtesies=_words("bitte danke schön sehr vielen dank also na ach äh ähm"),
        dangling=_words(
            "und oder aber weil denn wenn als dass daß ob damit sowie sondern der die das den dem des ein "
            "eine einen einem einer eines mein meine meinen meinem meiner dein deine ihr ihre ihren unser "
            "unsere sein seine kein keine keinen dieser diese dieses diesen sehr ganz noch äh ähm "
            "öh hm punkt"
        ),
        prepositions=_words(
            "für mit von vom zu zum zur in im ins bei beim nach aus über unter ohne gegen um bis seit "
            "wegen zwischen während am auf"
        ),
        openings=_phrases(
            "ich möchte, ich hätte gern, ich hätte gerne, ich will, ich brauche, ich würde, "
            "ich würde gern, ich würde gerne, ich bin, ich habe, ich heiße, ich heisse, können sie, "
            "könnten sie, kann ich, haben sie, mein name ist, meine nummer ist, meine adresse ist, es ist, "
            "das ist, wir sind, wir brauchen, es geht, es gibt, was ist, wo ist, wie viel, wie viele, "
            "wie lange"
        ),
        questions=_words(
            "was wann wo wer wen wem wessen welche welcher welches warum wieso weshalb wie wohin woher ist "
            "sind kann können könnten haben hat gibt darf wird werden geht"
        ),
        figures=_figures(
            "null eins ein zwei zwo drei vier fünf sechs sieben acht neun",
            "zehn elf zwölf dreizehn vierzehn fünfzehn sechzehn siebzehn achtzehn neunzehn",
            _DE_TENS,
        ),
        repeats={"doppel": 2},
        numbers=_words(
            "nummer telefonnummer handynummer rufnummer kundennummer kontonummer telefon handy mobil"
        ),
        codes=_words("code pin postleitzahl kennwort geheimzahl durchwahl"),
        number_digits=10,
        addresses=_phrases("adresse ist, ich wohne, wir wohnen, anschrift ist, wohnhaft"),
        streets=("straße", "strasse", "weg", "platz", "allee", "gasse", "ring", "ufer", "damm"),
    ),
    "fr": EndWords(
        answers=frozenset(
            _phrases(
                "oui, ouais, non, si, non non, oui oui, d'accord, bien sûr, exactement, exact, c'est ça, "
                "c'est exact, c'est bien ça, c'est correct, tout à fait, absolument, voilà, parfait, "
                "très bien, ok, okay, c'est tout, ce sera tout, rien, rien d'autre, pas aujourd'hui, "
                "pas vraiment, au revoir, bonjour, allô, arrêtez, stop, annuler, aide, je ne sais pas, "
                "aucune idée, répétez, pardon, volontiers"
            )
        ),
        courtesies=_words("s'il vous plaît merci beaucoup bien alors ben euh ah monsieur madame"),
        dangling=_words(
            "et ou mais donc car parce que qu' si quand comme lorsque puisque le la les l' un une des "
            "du mon ma mes ton ta tes son sa ses notre nos votre vos leur leurs ce cet cette ces très "
            "plus trop aussi euh heu hum point"
        ),
        prepositions=_words("à au aux de d' pour par avec sans dans sur sous chez vers entre en jusqu'à"),
        openings=_phrases(
            "je voudrais, j'aimerais, je veux, j'ai, j'ai besoin, je suis, je m'appelle, pouvez vous, "
            "pourriez vous, est ce que, puis je, mon nom est, mon numéro est, mon adresse est, c'est, "
            "c'est le, il y a, nous sommes, on est, qu'est ce que, combien, quelle est, quel est, où est"
        ),
        questions=_words("qui que quoi quand où comment pourquoi combien quel quelle quels quelles est puis"),
        figures=_figures(
            "zéro un une deux trois quatre cinq six sept huit neuf",
            "dix onze douze treize quatorze quinze seize",
            _FR_TENS,
        ),
        tens=_words(_FR_TENS),
        repeats={"double": 2},
        numbers=_words("numéro téléphone portable mobile fixe compte"),
        codes=_words("code postal pin poste"),
        number_digits=10,
        addresses=_phrases("adresse est, j'habite, nous habitons, adresse c'est"),
        house_number_first=True,
    ),
    "es": EndWords(
        answers=frozenset(
            _phrases(
                "sí, si, no, no no, sí sí, claro, claro que sí, por supuesto, exacto, exactamente, "
                "correcto, eso es, así es, de acuerdo, vale, bien, muy bien, perfecto, está bien, ok, "
                "okay, eso es todo, nada, nada más, hoy no, la verdad no, adiós, hasta luego, hola, "
                "alto, cancelar, ayuda, no sé, no lo sé, ni idea, repita, perdón, cómo, desde luego"
            )
        ),
        courtesies=_words("por favor gracias muchas pues bueno eh ah señor señora"),
        dangling=_words(
            "y e o u pero porque que si cuando como aunque mientras el la los las lo un una unos unas "
            "mi mis tu tus su sus nuestro nuestra este esta estos estas ese esa muy más también eh em "
            "este punto"
        ),
        prepositions=_words("a al de del en para por con sin sobre entre hasta desde hacia según tras"),
        openings=_phrases(
            "quiero, quisiera, quería, me gustaría, necesito, tengo, soy, estoy, puede, podría, puedo, "
            "mi nombre es, me llamo, mi número es, mi dirección es, es, son, hay, somos, cuánto, "
            "cuánto es, dónde está, qué es, cuál es"
        ),
        questions=_words(
            "qué quién quiénes cuándo dónde cómo cuánto cuánta cuántos cuántas cuál cuáles puede podría hay"
        ),
        figures=_figures(
            "cero uno un una dos tres cuatro cinco seis siete ocho nueve",
            "diez once doce trece catorce quince dieciséis diecisiete dieciocho diecinueve veinte "
            "veintiuno "
            "veintidós veintitrés veinticuatro veinticinco veintiséis veintisiete veintiocho veintinueve",
            _ES_TENS,
        ),
        tens=_words(_ES_TENS),
        repeats={"doble": 2},
        numbers=_words("número teléfono móvil celular cuenta"),
        codes=_words("código pin postal extensión clave"),
        number_digits=9,
        addresses=_phrases("dirección es, vivo en, vivimos en, calle"),
    ),
    "it": EndWords(
        answers=frozenset(
            _phrases(
                "sì, si, no, no no, sì sì, certo, certamente, esatto, esattamente, giusto, corretto, "
                "va bene, d'accordo, bene, benissimo, perfetto, ok, okay, è tutto, basta, basta così, "
                "niente, nient'altro, niente altro, oggi no, non oggi, arrivederci, ciao, pronto, fermo, "
                "annulla, aiuto, non so, non lo so, nessuna idea, ripeta, scusi, come, volentieri"
            )
        ),
        courtesies=_words("per favore grazie mille tante prego allora beh ehm ah signore signora"),
        dangling=_words(
            "e ed o oppure ma però perché che se quando come anche mentre il lo la i gli le l' un uno "
            "una un' mio mia miei mie tuo tua suo sua nostro nostra questo questa quel quella molto "
            "più ehm uhm punto"
        ),
        prepositions=_words(
            "a al allo alla ai agli alle di del dello della dei da dal dalla in nel nella con su sul sulla "
            "per tra fra fino verso"
        ),
        openings=_phrases(
            "vorrei, voglio, ho bisogno, mi serve, ho, sono, mi chiamo, può, potrebbe, posso, "
            "il mio nome è, il mio numero è, il mio indirizzo è, è, c'è, ci sono, siamo, quanto, quanto è, "
            "dov'è, qual è, che cosa è"
        ),
        questions=_words("che cosa chi quando dove come perché quanto quanta quanti quante quale quali qual"),
        figures=_figures(
            "zero uno un una due tre quattro cinque sei sette otto nove",
            "dieci undici dodici tredici quattordici quindici sedici diciassette diciotto diciannove",
            _IT_TENS,
        ),
        repeats={"doppio": 2},
        numbers=_words("numero telefono cellulare telefonino fisso conto"),
        codes=_words("codice pin cap interno"),
        number_digits=9,
        addresses=_phrases("indirizzo è, abito in, abito a, abitiamo in, via"),
    ),
    "pt": EndWords(
        answers=frozenset(
            _phrases(
                "sim, não, não não, sim sim, claro, claro que sim, com certeza, isso, isso mesmo, "
                "exato, exatamente, certo, correto, pode ser, pode, está bem, está bom, tá bom, tá, "
                "tudo bem, ok, okay, perfeito, é isso, é só isso, só isso, não só isso, é tudo, mais "
                "nada, nada, hoje não, agora não, tchau, adeus, até logo, alô, oi, olá, pare, cancela, "
                "cancelar, ajuda, não sei, não faço ideia, repete, repita, pode repetir, desculpe, com "
                "prazer, prefiro não, acho que sim, acho que não, é, é sim"
            )
        ),
        courtesies=_words("por favor obrigado obrigada muito bem então ah eh é senhor senhora"),
        dangling=_words(
            "e ou mas porque que se quando como enquanto embora o a os as um uma uns umas meu minha "
            "meus minhas seu sua seus suas nosso nossa este esta estes estas esse essa muito mais "
            "também hum hã ponto"
        ),
        prepositions=_words(
            "ao à aos às de do da dos das em no na nos nas para pra por pelo pela com sem sobre entre "
            "até desde"
        ),
        openings=_phrases(
            "eu quero, quero, queria, eu queria, gostaria, eu gostaria, gostaria de, preciso, eu "
            "preciso, tenho, eu tenho, sou, eu sou, estou, você pode, pode me, poderia, posso, eu "
            "posso, meu nome é, o meu nome é, me chamo, chamo me, meu número é, o meu número é, meu "
            "endereço é, minha morada é, é o, é a, são, tem, somos, quanto, quanto é, onde fica, qual "
            "é, o que é"
        ),
        questions=_words("que quem quando onde como quanto quanta quantos quantas qual quais por será"),
        figures=_figures(
            "zero um uma dois duas três quatro cinco seis meia sete oito nove",
            "dez onze doze treze catorze quatorze quinze dezesseis dezasseis dezessete dezassete "
            "dezoito dezenove "
            "dezanove",
            _PT_TENS,
        ),
        tens=_words(_PT_TENS),
        repeats={"duplo": 2},
        numbers=_words("número telefone celular telemóvel telemovel conta whatsapp"),
        codes=_words("código senha pin cep ramal"),
        number_digits=9,
        addresses=_phrases("endereço é, moro na, moro no, morada é, moramos na, rua, avenida"),
    ),
}
END_WORDS |= ASIAN


def end_words(language: str) -> EndWords:
    """Those of a BCP 47 tag's language."""
    return END_WORDS.get(base_of(language), EndWords())
